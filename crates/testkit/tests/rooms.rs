//! Who may know whom, as a test.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The rooms each crate may look into. A service may look into all of them, and into no other service.
const MAY_KNOW: [(&str, &[&str]); 11] = [
    ("contracts", &[]),
    ("database", &[]),
    ("domain", &[]),
    ("lifecycle", &[]),
    ("secrets", &[]),
    ("settings", &[]),
    ("telemetry", &[]),
    ("messaging", &["contracts"]),
    ("mailbox", &["contracts", "database", "lifecycle", "messaging", "telemetry"]),
    ("web", &["database", "domain", "lifecycle", "telemetry"]),
    (
        "credentials",
        &["contracts", "database", "domain", "lifecycle", "mailbox", "secrets", "telemetry", "web"],
    ),
];

const SERVICES: [&str; 4] = ["integration-api", "plugin-distribution", "publisher-worker", "webhook-ingest"];

/// They look at the platform from outside and are no part of it: they may know everyone.
const JUDGES: [&str; 3] = ["bench", "e2e", "testkit"];

/// Nothing that waits, reads or writes may enter the pure rules.
const BANNED_IN_DOMAIN: [&str; 6] = ["actix-web", "diesel", "lapin", "reqwest", "tokio", "tracing"];

#[test]
fn nobody_knows_more_than_allowed() {
    let (ours, all) = edges(DependencyKind::Normal);
    let allowed: BTreeMap<&str, &[&str]> = MAY_KNOW.into_iter().collect();
    let rooms: BTreeSet<&str> = allowed.keys().copied().collect();
    let mut wrong = Vec::new();
    for (from, to) in &ours {
        let fine = match allowed.get(from.as_str()) {
            Some(allowed) => allowed.contains(&to.as_str()),
            None if SERVICES.contains(&from.as_str()) => rooms.contains(to.as_str()),
            None => JUDGES.contains(&from.as_str()),
        };
        if !fine {
            wrong.push(format!("{from} -> {to}"));
        }
    }
    wrong.extend(
        all.iter()
            .filter(|(from, to)| from == "domain" && BANNED_IN_DOMAIN.contains(&to.as_str()))
            .map(|(from, to)| format!("{from} -> {to}")),
    );
    assert!(wrong.is_empty(), "forbidden: {wrong:?}");
}

#[test]
fn every_crate_has_a_place_in_the_plan() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let known: BTreeSet<&str> =
        MAY_KNOW.iter().map(|(name, _)| *name).chain(SERVICES).chain(JUDGES).collect();
    let strangers: Vec<_> =
        metadata.packages.iter().map(|p| p.name.as_str()).filter(|name| !known.contains(name)).collect();
    assert!(strangers.is_empty(), "not in the plan: {strangers:?}");
}

/// Who depends on whom.
type Edge = (String, String);

/// The edges between our own crates, and all direct ones.
fn edges(kind: DependencyKind) -> (Vec<Edge>, Vec<Edge>) {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let names: BTreeSet<String> = metadata.packages.iter().map(|p| p.name.to_string()).collect();
    let all: Vec<Edge> = metadata
        .packages
        .iter()
        .flat_map(|package| {
            let to = package.dependencies.iter().filter(|d| d.kind == kind).map(|d| d.name.clone());
            to.map(|to| (package.name.to_string(), to)).collect::<Vec<_>>()
        })
        .collect();
    (all.iter().filter(|(_, to)| names.contains(to)).cloned().collect(), all)
}
