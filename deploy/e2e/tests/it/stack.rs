//! What the scripts around a stack promise to those who use it side by side.

use std::process::Command;

use e2e::Stack;

/// It takes no lock: one that wrote the ports anew let another find the file empty, and take the default ones.
#[test]
fn running_php_leaves_the_stacks_ports_alone() {
    let stack = Stack::open();
    let ports = stack.home().join("port-base");
    let written = || ports.metadata().unwrap().modified().unwrap();
    let before = written();
    let wp = concat!(env!("CARGO_MANIFEST_DIR"), "/../local/wp");
    let said =
        Command::new(wp).env("IGNY8_LOCAL", stack.home()).args(["-e", "echo 6 * 7;"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout), "42", "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(written(), before);
}
