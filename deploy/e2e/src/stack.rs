use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{Platform, WordPress, run};

/// The stack that `scripts/up` wrote down in `stack.json`.
pub struct Stack {
    facts: Value,
    home: PathBuf,
}

impl Stack {
    pub fn open() -> Self {
        let path = std::env::var("IGNY8_STACK").expect("IGNY8_STACK is not set: run scripts/test --e2e");
        let facts = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        Self { facts, home: Path::new(&path).parent().unwrap().to_owned() }
    }

    /// A text of `stack.json`, by JSON pointer.
    pub fn text(&self, pointer: &str) -> &str {
        self.facts
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("stack.json has no {pointer}"))
    }

    pub fn number(&self, pointer: &str) -> i64 {
        self.facts
            .pointer(pointer)
            .and_then(Value::as_i64)
            .unwrap_or_else(|| panic!("stack.json has no {pointer}"))
    }

    pub fn platform(&self) -> Platform {
        Platform::new(self.text("/integration_api"), self.text("/account/token"), self.number("/site/id"))
    }

    pub fn wordpress(&self) -> WordPress {
        WordPress::new(
            self.text("/wordpress/url"),
            self.text("/wordpress/admin_user"),
            self.text("/wordpress/application_password"),
            self.home.join("wordpress/www/wp-content"),
        )
    }

    /// The process a program of the stack runs as.
    pub fn pid(&self, program: &str) -> u32 {
        let file = self.home.join(format!("run/{program}.pid"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        text.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// SIGKILL.
    pub fn kill(&self, program: &str) {
        let pid = self.pid(program).to_string();
        let status = Command::new("kill").args(["-9", &pid]).status().unwrap();
        assert!(status.success(), "{program} could not be killed");
    }

    /// Brings back whatever died.
    pub async fn revive(&self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/up");
        let mut up = Command::new(script);
        up.env("IGNY8_LOCAL", &self.home);
        tokio::task::spawn_blocking(move || run(&mut up)).await.unwrap();
    }

    /// Where the stack keeps its files.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A service's binary, as the stack runs it.
    pub fn binary(&self, service: &str) -> PathBuf {
        let folder =
            std::env::var("IGNY8_BIN_DIR").expect("IGNY8_BIN_DIR is not set: run scripts/test --e2e");
        Path::new(&folder).join(service)
    }

    /// What the stack's service gets as its environment.
    pub fn settings(&self, service: &str) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(self.home.join(format!("{service}.env"))).unwrap();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}
