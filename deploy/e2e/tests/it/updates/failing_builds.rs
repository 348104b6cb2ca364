//! A build that makes requests fail is taken away again.

use std::time::Duration;

use e2e::{PLUGIN, eventually};

use super::{INSTALLED, NEXT, Updating};

#[tokio::test]
async fn a_build_that_fails_is_undone_and_told() {
    let updating = Updating::start("failing-builds", &[]).await;
    let site = &updating.site;
    updating.distribution.release_changed(NEXT, fails_when_loaded).await;
    updating.half_a_day_passes();
    let done = updating.update_from_the_list().await;
    assert_eq!(done["success"], true, "WordPress has nothing against it: {done}");
    assert_eq!(site.plugin_version(), NEXT);

    assert_eq!(updating.visit().await, 500, "one visitor sees it");
    assert_eq!(
        (updating.visit().await, site.plugin_version().as_str()),
        (200, INSTALLED),
        "the next does not"
    );
    assert!(!site.is_guarded());
    let main = &updating.blogs[0].1;
    eventually("it is told", Duration::from_secs(20), async || {
        updating.browser.get("wp-cron.php").await;
        let told = format!("{INSTALLED}|error|{NEXT}");
        (updating.distribution.installation(main.site) == told).then_some(())
    })
    .await;
    updating.is_connected_with(INSTALLED).await;

    // It is not offered again by itself; the build that mends it is, and proves itself.
    updating.half_a_day_passes();
    let screen = updating.browser.get("wp-admin/update-core.php").await;
    screen.says("Your plugins are all up to date.");
    updating.distribution.release("2.1.1").await;
    updating.half_a_day_passes();
    assert_eq!(updating.update_from_the_list().await["success"], true);
    assert_eq!(updating.visit().await, 200);
    updating.is_connected_with("2.1.1").await;
}

pub fn fails_when_loaded(source: &std::path::Path) {
    let file = source.join(format!("{PLUGIN}.php"));
    let code = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, code + "\nthrow new \\RuntimeException( 'Broken at once' );\n").unwrap();
}
