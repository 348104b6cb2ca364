//! What an administrator sees of an update, and each button that installs it.

use e2e::PLUGIN;

use super::{INSTALLED, NEXT, Updating};

#[tokio::test]
async fn an_administrator_sees_the_update_and_each_button_installs_one() {
    let updating = Updating::start("screens", &[]).await;
    let (browser, site) = (&updating.browser, &updating.site);
    let list = browser.get("wp-admin/plugins.php").await;
    assert!(list.text.contains("IGNY8 WordPress Bridge") && !list.text.contains("There is a new version"));
    updating.distribution.release(NEXT).await;
    updating.half_a_day_passes();

    // The updates screen, the list, the details window.
    let screen = browser.get("wp-admin/update-core.php?force-check=1").await;
    let offer = format!("You have version {INSTALLED} installed. Update to {NEXT}.");
    screen.says(&offer);
    let list = browser.get("wp-admin/plugins.php").await;
    assert!(list.text.contains("There is a new version of IGNY8 WordPress Bridge available"));
    let details = browser.get(&list.address_with("tab=plugin-information")).await;
    for shown in
        ["IGNY8 WordPress Bridge", NEXT, "/igny8-wp-bridge/assets/banner.svg", "Requires WordPress Version"]
    {
        assert!(details.text.contains(shown), "{shown}: {}", details.text);
    }
    let tab = format!("wp-admin/plugin-install.php?tab=plugin-information&plugin={PLUGIN}&section=changelog");
    let changelog = browser.get(&tab).await;
    changelog.says(&format!("What is new in {NEXT}."));

    // "Update now" in the list.
    let done = updating.update_from_the_list().await;
    assert_eq!(
        (&done["success"], &done["data"]["newVersion"]),
        (&true.into(), &format!("Version {NEXT}").into())
    );
    assert_eq!(updating.visit().await, 200);
    updating.is_connected_with(NEXT).await;

    // The same link without scripts: a page of its own, which switches the plugin on again in a frame.
    updating.distribution.release("2.2.0").await;
    updating.half_a_day_passes();
    let list = browser.get("wp-admin/plugins.php").await;
    let link = list.address_with("action=upgrade-plugin");
    let page = browser.get(&link).await;
    page.says("Plugin updated successfully.");
    page.says("checking the signature");
    let frame = page.address_with("action=activate-plugin");
    assert!(browser.get(&frame).await.text.contains("Plugin reactivated successfully."));
    assert_eq!(site.plugin_version(), "2.2.0");

    // The button of the updates screen.
    updating.distribution.release("2.3.0").await;
    updating.half_a_day_passes();
    let screen = browser.get("wp-admin/update-core.php").await;
    let order = screen
        .between("<form method=\"post\" action=\"update-core.php?action=do-plugin-upgrade\"", "</form>");
    let nonce = order.split_once("name=\"_wpnonce\" value=\"").unwrap().1.split('"').next().unwrap();
    let file = format!("{PLUGIN}/{PLUGIN}.php");
    let form = [("_wpnonce", nonce), ("checked[]", &file), ("upgrade", "Update Plugins")];
    let page = browser.post("wp-admin/update-core.php?action=do-plugin-upgrade", &form).await;
    let frame = browser.get(&page.address_with("action=update-selected")).await;
    frame.says("updated successfully");
    updating.is_connected_with("2.3.0").await;
}
