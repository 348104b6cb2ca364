//! Whoever stands between a site and plugin-distribution can answer what he likes. What he can't do is install something.

use e2e::{Distribution, Lie, PLUGIN, Stack};
use serde_json::{Value, json};

use super::{INSTALLED, NEXT, Updating};

const OLDER: &str = "1.9.0";

/// A package's statement in place of the one in the grant.
fn grant(statement: Value) -> Lie {
    Lie::about("download-grant/", move |data| {
        for field in ["version", "sha256", "size", "key_id", "signature"] {
            data[field] = statement[field].clone();
        }
    })
}

/// These bytes for the package, whatever was asked for.
fn hands_over(bytes: Vec<u8>) -> Lie {
    Lie::package(move |_| bytes.clone())
}

/// Every way to lie, with the words in which WordPress shows the refusal.
async fn lies(distribution: &Distribution, older: &Value) -> Vec<(&'static str, Lie, &'static str)> {
    let genuine = distribution.offer(PLUGIN).await;
    assert_eq!(genuine["version"], NEXT);
    let older_package = distribution.package(PLUGIN, OLDER).await;
    let relabelled = {
        let mut statement = older.clone();
        statement["version"] = json!(NEXT);
        statement
    };
    // Genuine as well, from the same service and under the same key.
    let other = distribution.offer("another-plugin").await;
    let other_package = distribution.package("another-plugin", NEXT).await;
    let signed_by_mistake = distribution.sign(NEXT, &other_package);

    let damaged = |mut bytes: Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    };
    let other_signature = |data: &mut Value| data["signature"] = altered(&data["signature"]);
    let log_without = |index: usize| {
        Lie::about("log/", move |data| {
            data["entries"].as_array_mut().unwrap().remove(index);
        })
    };
    let renamed = Lie::about("log/", |data| {
        let last = data["entries"].as_array_mut().unwrap().last_mut().unwrap();
        last["version"] = json!("2.0.9");
    });
    vec![
        ("a byte of the package is another", Lie::package(damaged), "is not the one that was signed"),
        (
            "the package is cut off",
            Lie::package(|bytes| bytes[..bytes.len() - 9].to_vec()),
            "does not have the size that was signed",
        ),
        (
            "something is added to the package",
            Lie::package(|bytes| [bytes, b"<?php".to_vec()].concat()),
            "does not have the size that was signed",
        ),
        (
            "the signature is another",
            Lie::about("download-grant/", other_signature),
            "The signature of the update is wrong",
        ),
        (
            "the key is another",
            Lie::about("download-grant/", |data| data["key_id"] = json!("0123456789abcdef")),
            "signed with a key this copy of the plugin does not know",
        ),
        (
            "an older version, as it is",
            grant(older.clone()).and(hands_over(older_package.clone())),
            "is not newer than the installed one",
        ),
        (
            "an older version, as if it were newer",
            grant(relabelled).and(hands_over(older_package)),
            "The signature of the update is wrong",
        ),
        (
            "another plugin",
            grant(other).and(hands_over(other_package.clone())),
            "The signature of the update is wrong",
        ),
        (
            "another plugin, signed as this one",
            grant(signed_by_mistake).and(hands_over(other_package)),
            "is not an update of this plugin",
        ),
        ("an entry of the log is missing", log_without(1), "does not go on from what this site has seen"),
        ("an entry of the log is another", renamed, "does not go on from what this site has seen"),
        ("the release is not in the log", log_without(2), "is not in the list of releases"),
    ]
}

/// Still 64 bytes in base64, but other ones.
fn altered(signature: &Value) -> Value {
    let (first, rest) = signature.as_str().unwrap().split_at(1);
    json!(format!("{}{rest}", if first == "A" { "B" } else { "A" }))
}

/// From the same service, under the same key, in the version that the site waits for.
fn release_another_plugin(updating: &Updating) {
    let folder = updating.site.wp_content().join("uploads/another-plugin");
    std::fs::create_dir_all(&folder).unwrap();
    let header = format!(
        "Plugin Name: Another plugin\nVersion: {NEXT}\nRequires at least: 5.6\nRequires PHP: 7.4\nAuthor: IGNY8\n"
    );
    let code = format!("<?php\n/*\n{header}*/\n");
    std::fs::write(folder.join("another-plugin.php"), code).unwrap();
    std::fs::write(folder.join("readme.txt"), format!("=== Another plugin ===\nStable tag: {NEXT}\n"))
        .unwrap();
    updating.distribution.release_source(&folder);
}

#[tokio::test]
async fn what_is_not_genuine_is_not_installed() {
    everything_is_refused_that_is_not_genuine("refusals", &[]).await;
}

#[tokio::test]
async fn nor_is_it_in_a_network() {
    everything_is_refused_that_is_not_genuine("network-refusals", &["--network"]).await;
}

async fn everything_is_refused_that_is_not_genuine(name: &str, options: &[&str]) {
    let distribution = Distribution::start(&Stack::open(), name).await;
    distribution.release(OLDER).await;
    // While it is the newest, somebody keeps what is said of it.
    let older = distribution.offer(PLUGIN).await;
    let updating = Updating::with(distribution, name, options).await;
    release_another_plugin(&updating);
    updating.distribution.release(NEXT).await;
    updating.half_a_day_passes();

    for (what, lie, said) in lies(&updating.distribution, &older).await {
        updating.distribution.middleman.lies(lie);
        let refused = updating.update_from_the_list().await;
        assert_eq!(refused["success"], false, "{what}: {refused}");
        let shown = refused["data"]["errorMessage"].as_str().unwrap_or_default();
        assert!(shown.contains(said), "{what}: {shown}");
        assert_eq!(
            (updating.site.plugin_version().as_str(), updating.visit().await),
            (INSTALLED, 200),
            "{what}"
        );
        assert!(!updating.site.is_guarded(), "{what}");
    }

    // An old answer to the question itself: WordPress sees nothing new.
    let mut older = older;
    older["update_available"] = json!(true);
    updating.distribution.middleman.lies(Lie::about("check-update/", move |data| *data = older.clone()));
    updating.half_a_day_passes();
    let screen = updating.browser.get("wp-admin/update-core.php").await;
    screen.says("Your plugins are all up to date.");

    // Nothing of it did harm: it is connected, and takes the genuine one.
    updating.distribution.middleman.is_honest();
    updating.is_connected_with(INSTALLED).await;
    updating.half_a_day_passes();
    let done = updating.update_from_the_list().await;
    assert_eq!(done["success"], true, "{done}");
    updating.is_connected_with(NEXT).await;

    // And remembers the log it has seen: one that is shorter, or another, is forged.
    updating.distribution.release("2.2.0").await;
    updating.half_a_day_passes();
    let forgotten = Lie::about("log/", |data| data["entries"] = json!([]));
    updating.distribution.middleman.lies(forgotten);
    let refused = updating.update_from_the_list().await;
    let shown = refused["data"]["errorMessage"].as_str().unwrap_or_default();
    assert!(shown.contains("does not go on from what this site has seen"), "{refused}");
    assert_eq!(updating.site.plugin_version(), NEXT);
}
