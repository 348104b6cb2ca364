use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{Browser, PLUGIN, Stack, run};

const LOCAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../local");
const PHP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/wordpress");

/// There while a new build has not proven itself.
const GUARD: &str = "mu-plugins/igny8-wp-bridge-guard.php";

/// A further WordPress in the stack, which a test may update and break: `deploy/local/site`.
pub struct OwnSite {
    name: String,
    stack: PathBuf,
    facts: Value,
}

impl OwnSite {
    /// Made if it is not there, with `deploy/local/site`'s options; without the plugin, which an earlier test may have left broken.
    pub fn up(stack: &Stack, name: &str, options: &[&str]) -> Self {
        remove_plugin(&stack.home().join("sites").join(name).join("www/wp-content"));
        let mut command = Command::new(format!("{LOCAL}/site"));
        command.env("IGNY8_LOCAL", stack.home()).args(["up", name]).args(options);
        let facts = serde_json::from_str(&run(&mut command)).unwrap();
        Self { name: name.to_owned(), stack: stack.home().to_owned(), facts }
    }

    pub fn down(&self) {
        run(Command::new(format!("{LOCAL}/site")).env("IGNY8_LOCAL", &self.stack).args(["down", &self.name]));
    }

    pub fn url(&self) -> &str {
        self.facts["url"].as_str().unwrap()
    }

    /// Of WordPress.
    pub fn version(&self) -> &str {
        self.facts["wordpress"].as_str().unwrap()
    }

    pub fn wp_content(&self) -> PathBuf {
        Path::new(self.facts["root"].as_str().unwrap()).join("wp-content")
    }

    /// Logged in as the administrator.
    pub async fn browser(&self) -> Browser {
        let login = ["admin_user", "admin_password"].map(|it| self.facts[it].as_str().unwrap());
        Browser::log_in(self.url(), login[0], login[1]).await
    }

    /// Runs PHP in the main blog, or in another by its name.
    pub fn php(&self, blog: &str, code: &str, arguments: &[&str]) -> String {
        self.wp(blog, &[&["-e", code], arguments].concat())
    }

    /// Runs a script of `wordpress/` in the main blog.
    pub fn script(&self, name: &str, arguments: &[&str]) -> String {
        self.wp("", &[&[format!("{PHP}/{name}").as_str()], arguments].concat())
    }

    /// Saves the plugin's settings and tests the connection, as its own page does.
    pub fn connect(&self, blog: &str, settings: &Value) {
        self.wp(blog, &[&format!("{LOCAL}/../wordpress/connect.php"), &settings.to_string()]);
    }

    fn wp(&self, blog: &str, arguments: &[&str]) -> String {
        let place = if blog.is_empty() { self.name.clone() } else { format!("{}/{blog}", self.name) };
        let mut command = Command::new(format!("{LOCAL}/wp"));
        run(command.env("IGNY8_LOCAL", &self.stack).args(["--site", &place]).args(arguments))
    }

    /// Whether the guard watches a new build.
    pub fn is_guarded(&self) -> bool {
        self.wp_content().join(GUARD).exists()
    }

    /// The version of the plugin that lies in its folder.
    pub fn plugin_version(&self) -> String {
        let file = self.wp_content().join(format!("plugins/{PLUGIN}/{PLUGIN}.php"));
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let version = text.lines().find_map(|line| line.strip_prefix(" * Version:"));
        version.unwrap_or_default().trim().to_owned()
    }

    /// The bridge plugin asks this plugin-distribution from now on, whatever the platform tells it at pairing.
    pub fn use_distribution(&self, address: &str) {
        let plugin = include_str!("../wordpress/other-distribution.php");
        std::fs::write(self.wp_content().join("plugin-distribution.txt"), address).unwrap();
        std::fs::write(self.wp_content().join("mu-plugins/other-distribution.php"), plugin).unwrap();
    }
}

fn remove_plugin(wp_content: &Path) {
    for folder in [format!("plugins/{PLUGIN}"), format!("upgrade-{PLUGIN}")] {
        let _ = std::fs::remove_dir_all(wp_content.join(folder));
    }
    let _ = std::fs::remove_file(wp_content.join(GUARD));
}
