//! The bridge plugin is updated by WordPress itself, with what plugin-distribution releases and with nothing else.

mod background;
mod failing_builds;
mod network;
mod refusals;
mod screens;
mod versions;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::{Browser, Distribution, OwnSite, PLUGIN, Platform, Stack, eventually};
use serde_json::{Value, json};

const INSTALLED: &str = "2.0.0";
const NEXT: &str = "2.1.0";

/// A site with the plugin from a plugin-distribution of its own, connected to the stack's platform.
struct Updating {
    distribution: Distribution,
    site: OwnSite,
    browser: Browser,
    /// The blogs by name, the main one's first and empty, and each as the platform knows it.
    blogs: Vec<(String, Platform)>,
}

impl Updating {
    /// Brings up the site, with `deploy/local/site`'s options, and the plugin in the version [`INSTALLED`].
    async fn start(name: &str, options: &[&str]) -> Self {
        let distribution = Distribution::start(&Stack::open(), name).await;
        Self::with(distribution, name, options).await
    }

    /// The same, with a plugin-distribution that has released something before.
    async fn with(distribution: Distribution, name: &str, options: &[&str]) -> Self {
        let stack = Stack::open();
        distribution.release(INSTALLED).await;
        let site = OwnSite::up(&stack, name, options);
        let package = site.wp_content().join("uploads/first.zip");
        std::fs::write(&package, distribution.package(PLUGIN, INSTALLED).await).unwrap();
        site.script("start-over.php", &[package.to_str().unwrap()]);

        let names = if options.contains(&"--network") { vec!["", "second"] } else { vec![""] };
        let mut blogs = Vec::new();
        for name in names {
            let url = format!("{}/{name}", site.url());
            let (platform, key) = stack.platform().at(url.trim_end_matches('/')).await;
            let api = stack.text("/integration_api");
            site.connect(name, &json!({"api_url": api, "site_id": platform.site, "api_key": key}));
            blogs.push((name.to_owned(), platform));
        }
        site.use_distribution(&distribution.middleman.address);
        let browser = site.browser().await;
        let updating = Self { distribution, site, browser, blogs };
        for (name, platform) in &updating.blogs {
            updating.registers(name, platform).await;
        }
        updating
    }

    /// Waits until a blog's credentials have come to plugin-distribution, and it has told there what it runs.
    async fn registers(&self, blog: &str, platform: &Platform) {
        let report = "delete_option( 'igny8_bridge_reports' );
            \\IGNY8\\Bridge\\Updates\\be_due( time() );
            echo \\IGNY8\\Bridge\\Updates\\report_if_due( 5 ) ? 'taken' : 'refused';";
        eventually("the site is let in", Duration::from_secs(20), async || {
            self.distribution.hear_of_sites();
            (self.site.php(blog, report, &[]) == "taken").then_some(())
        })
        .await;
        assert_eq!(self.distribution.installation(platform.site), format!("{INSTALLED}|active|"));
    }

    /// WordPress and the plugin look for updates when they have not for half a day.
    fn half_a_day_passes(&self) {
        let forget =
            "delete_site_transient( 'update_plugins' ); delete_site_option( 'igny8_bridge_updates' );";
        self.site.php("", forget, &[]);
    }

    /// As a click on "update now" in the list of plugins: what WordPress answers.
    async fn update_from_the_list(&self) -> Value {
        let list = self.browser.get("wp-admin/plugins.php").await;
        let nonce = list.between("\"ajax_nonce\":\"", "\"");
        let file = format!("{PLUGIN}/{PLUGIN}.php");
        let order =
            [("action", "update-plugin"), ("plugin", &file), ("slug", PLUGIN), ("_ajax_nonce", &nonce)];
        let page = self.browser.post("wp-admin/admin-ajax.php", &order).await;
        serde_json::from_str(&page.text).unwrap_or_else(|e| panic!("{e}: {} {}", page.status, page.text))
    }

    /// Somebody visits the front page; the status they see.
    async fn visit(&self) -> u16 {
        self.browser.get("").await.status
    }

    /// The version is in place and active, both sides examine each other and are content, plugin-distribution knows, and an
    /// article comes through: in every blog.
    async fn is_connected_with(&self, version: &str) {
        assert_eq!(self.site.plugin_version(), version);
        for (blog, platform) in &self.blogs {
            let state = "echo \\IGNY8\\Bridge\\VERSION, is_plugin_active( $arguments[0] ) ? ' active' : '';";
            let file = format!("{PLUGIN}/{PLUGIN}.php");
            assert_eq!(self.site.php(blog, state, &[&file]), format!("{version} active"));
            let checks = platform.examine("test-connection/", json!({})).await;
            for name in ["reachable", "signature", "pairing", "permalinks", "clock"] {
                let check = checks.iter().find(|it| it["name"] == name);
                assert!(check.is_some_and(|it| it["ok"] == true), "{name}: {checks:?}");
            }
            let connected = "$it = \\IGNY8\\Bridge\\Connection\\test(); echo is_wp_error( $it ) ? $it->get_error_code() : 'ok';";
            assert_eq!(self.site.php(blog, connected, &[]), "ok");
            let clock = format!("{blog}/wp-cron.php");
            eventually("it has registered", Duration::from_secs(20), async || {
                self.browser.get(clock.trim_start_matches('/')).await;
                let known = self.distribution.installation(platform.site);
                known.starts_with(&format!("{version}|")).then_some(())
            })
            .await;
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
            let (_, post) = platform.published(&format!("After the update to {version}, {now}")).await;
            assert!(post.parse::<u64>().is_ok(), "{post}");
        }
    }
}
