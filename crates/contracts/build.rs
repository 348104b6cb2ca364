//! Compiles `proto/` without protoc.

use std::path::PathBuf;

const PACKAGES: [&str; 5] = ["content", "publishing", "reading", "site", "webhook"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let files = PACKAGES.map(|p| root.join(format!("igny8/{p}/v1/{p}.proto")));
    let descriptors = protox::compile(files, [&root])?;
    prost_build::Config::new().enable_type_names().compile_fds(descriptors)?;
    Ok(())
}
