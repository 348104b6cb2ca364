//! By itself, as most sites do.

use std::time::Duration;

use e2e::{PLUGIN, eventually};

use super::{NEXT, Updating};

#[tokio::test]
async fn wordpress_updates_it_by_itself_where_a_person_wants_that() {
    let updating = Updating::start("background", &[]).await;
    let (browser, site) = (&updating.browser, &updating.site);
    updating.distribution.release(NEXT).await;
    updating.half_a_day_passes();
    site.php("", "wp_update_plugins();", &[]);

    // "Enable auto-updates" in the list.
    let list = browser.get("wp-admin/plugins.php").await;
    let nonce = list.between("\"ajax_nonce\":\"", "\"");
    let file = format!("{PLUGIN}/{PLUGIN}.php");
    let order = [
        ("action", "toggle-auto-updates"),
        ("type", "plugin"),
        ("asset", &file),
        ("state", "enable"),
        ("_ajax_nonce", &nonce),
    ];
    let answer = browser.post("wp-admin/admin-ajax.php", &order).await;
    assert_eq!(answer.text, "{\"success\":true}");

    site.php("", "wp_schedule_single_event( time() - 1, 'wp_maybe_auto_update' );", &[]);
    eventually("the background update", Duration::from_mins(1), async || {
        browser.get("wp-cron.php").await;
        (site.plugin_version() == NEXT).then_some(())
    })
    .await;
    updating.is_connected_with(NEXT).await;
}
