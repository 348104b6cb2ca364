//! A network has one plugin for all its blogs, and each blog a connection of its own.

use e2e::{Lie, PLUGIN};

use super::failing_builds::fails_when_loaded;
use super::{INSTALLED, NEXT, Updating};

#[tokio::test]
async fn a_network_is_updated_as_a_whole() {
    let updating = Updating::start("network", &["--network"]).await;
    let (browser, site) = (&updating.browser, &updating.site);
    assert_eq!(updating.blogs.len(), 2);
    updating.distribution.release(NEXT).await;
    updating.half_a_day_passes();

    let screen = browser.get("wp-admin/network/update-core.php?force-check=1").await;
    let offer = format!("You have version {INSTALLED} installed. Update to {NEXT}.");
    screen.says(&offer);
    let list = browser.get("wp-admin/network/plugins.php").await;
    let details = browser.get(&list.address_with("tab=plugin-information")).await;
    assert!(details.text.contains("IGNY8 WordPress Bridge") && details.text.contains(NEXT));

    updating.distribution.middleman.lies(Lie::package(|bytes| bytes.into_iter().rev().collect()));
    let link = list.address_with("action=upgrade-plugin");
    let page = browser.get(&link).await;
    page.says("is not the one that was signed");
    assert_eq!(site.plugin_version(), INSTALLED);
    updating.distribution.middleman.is_honest();

    // The refused attempt has switched it off, as WordPress does without scripts.
    site.php("", "activate_plugin( $arguments[0], '', true );", &[&format!("{PLUGIN}/{PLUGIN}.php")]);
    let page = browser.get(&link).await;
    page.says("Plugin updated successfully.");
    let frame = browser.get(&page.address_with("action=activate-plugin")).await;
    frame.says("Plugin reactivated successfully.");
    updating.is_connected_with(NEXT).await;

    updating.distribution.release_changed("2.2.0", fails_when_loaded).await;
    updating.half_a_day_passes();
    assert_eq!(updating.update_from_the_list().await["success"], true);
    assert_eq!((updating.visit().await, updating.visit().await), (500, 200));
    assert_eq!(browser.get("second/").await.status, 200);
    updating.is_connected_with(NEXT).await;
}
