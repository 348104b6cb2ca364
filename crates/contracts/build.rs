//! Compiles `proto/` without protoc.

use std::path::PathBuf;

/// Those whose messages others carry.
const NAMED: [&str; 1] = ["site"];
const PACKAGES: [&str; 5] = ["access", "content", "publishing", "reading", "webhook"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let files = |packages: &[&str]| -> Vec<PathBuf> {
        packages.iter().map(|p| root.join(format!("igny8/{p}/v1/{p}.proto"))).collect()
    };
    prost_build::Config::new().enable_type_names().compile_fds(protox::compile(files(&NAMED), [&root])?)?;
    let mut config = prost_build::Config::new();
    config.enable_type_names();
    // A package that names another one's messages is told its module; and what is told so is not made again.
    for package in NAMED {
        config.extern_path(format!(".igny8.{package}.v1"), format!("crate::{package}"));
    }
    config.compile_fds(protox::compile(files(&PACKAGES), [&root])?)?;
    Ok(())
}
