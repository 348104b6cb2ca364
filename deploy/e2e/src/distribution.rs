use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use crate::{Middleman, Stack, client, eventually, run};

pub const PLUGIN: &str = "igny8-wp-bridge";

/// A plugin-distribution of its own, with its schema, packages, key and log, so that a test may release what it likes
/// and the demo's site is offered none of it. Sites reach it through a middleman.
///
/// It listens to no broker: a platform has one queue of credentials for each service, and here that is the stack's.
pub struct Distribution {
    pub middleman: Middleman,
    address: String,
    process: Child,
    folder: PathBuf,
    binary: PathBuf,
    settings: Vec<(String, String)>,
    database_url: String,
    key: String,
    http: Client,
}

impl Distribution {
    pub async fn start(stack: &Stack, name: &str) -> Self {
        let folder = stack.home().join("tmp/distributions").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("artifacts")).unwrap();
        let schema = format!("updates_{}", name.replace(['-', '.'], "_"));
        let anew = format!("drop schema if exists {schema} cascade; create schema {schema}");
        run(psql(stack.text("/database_url"), &anew).env("PGOPTIONS", "-cclient_min_messages=warning"));

        // Held until it is needed: else the middleman might get it, and stand before itself.
        let reserved = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = reserved.local_addr().unwrap().port();
        let address = format!("http://127.0.0.1:{port}");
        let middleman = Middleman::before(&address);
        let database_url = format!("{}?options=-csearch_path%3D{schema}", stack.text("/database_url"));
        let mut settings = stack.settings("plugin-distribution");
        settings.extend([
            ("IGNY8__HTTP__BIND".to_owned(), format!("127.0.0.1:{port}")),
            ("IGNY8__HTTP__WORKERS".to_owned(), "1".to_owned()),
            ("IGNY8__DATABASE__URL".to_owned(), database_url.clone()),
            ("IGNY8__BROKER__URL".to_owned(), "amqp://127.0.0.1:1/none".to_owned()),
            ("IGNY8__ARTIFACTS__DIRECTORY".to_owned(), folder.join("artifacts").display().to_string()),
            ("IGNY8__PUBLIC_URL".to_owned(), middleman.address.clone()),
        ]);
        let binary = stack.binary("plugin-distribution");
        run(Command::new(&binary).envs(settings.clone()).arg("migrate"));
        let keys = run(Command::new(&binary).arg("generate-release-key"));
        let key = keys.lines().find_map(|line| line.strip_prefix("RELEASE_SIGNING_KEY=")).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let mut serve = Command::new(&binary);
        let serve = serve.envs(settings.clone()).arg("serve").stdout(log.try_clone().unwrap()).stderr(log);
        drop(reserved);
        let process = serve.stdin(Stdio::null()).spawn().unwrap();
        let (key, http) = (key.to_owned(), client());
        eventually("plugin-distribution serves", Duration::from_secs(20), async || {
            http.get(format!("{address}/livez")).send().await.ok()
        })
        .await;
        Self { middleman, address, process, folder, binary, settings, database_url, key, http }
    }

    /// Releases the plugin's source as this version.
    pub async fn release(&self, version: &str) {
        self.release_changed(version, |_| ()).await;
    }

    /// Releases the plugin's source as this version, after `change` was at its folder.
    pub async fn release_changed(&self, version: &str, change: impl FnOnce(&Path)) {
        let source = self.source(version);
        change(&source);
        self.release_source(&source);
        eventually(&format!("{version} is offered"), Duration::from_secs(20), async || {
            (self.ask("info/").await["version"] == version).then_some(())
        })
        .await;
    }

    /// Releases whatever plugin lies in this folder.
    pub fn release_source(&self, source: &Path) {
        let release = ["release", "--source", source.to_str().unwrap()];
        run(Command::new(&self.binary)
            .envs(self.settings.clone())
            .env("IGNY8__RELEASE__SIGNING_KEY", &self.key)
            .args(release));
    }

    /// The plugin's source as this version, in a folder of its own.
    fn source(&self, version: &str) -> PathBuf {
        let original = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../services/plugin-distribution/plugins/igny8-wp-bridge"
        );
        let parent = self.folder.join("sources").join(version);
        std::fs::create_dir_all(&parent).unwrap();
        run(Command::new("cp").args(["-rL", original]).arg(&parent));
        let source = parent.join(PLUGIN);
        let rewrite = |name: &str, change: &dyn Fn(&str) -> String| {
            let file = source.join(name);
            let text = std::fs::read_to_string(&file).unwrap();
            std::fs::write(&file, text.lines().map(|line| change(line) + "\n").collect::<String>()).unwrap();
        };
        rewrite(&format!("{PLUGIN}.php"), &|line| match line {
            _ if line.starts_with(" * Version:") => format!(" * Version: {version}"),
            _ if line.starts_with("const VERSION") => format!("const VERSION = '{version}';"),
            _ => line.to_owned(),
        });
        rewrite("readme.txt", &|line| match line {
            _ if line.starts_with("Stable tag:") => format!("Stable tag: {version}"),
            "== Changelog ==" => format!("{line}\n\n= {version} =\n* What is new in {version}."),
            _ => line.to_owned(),
        });
        source
    }

    /// The package of a version.
    pub async fn package(&self, plugin: &str, version: &str) -> Vec<u8> {
        let url = format!("{}/api/plugins/{plugin}/download/?version={version}", self.address);
        let answer = self.http.get(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{plugin} {version}: {}", answer.status());
        answer.bytes().await.unwrap().to_vec()
    }

    /// What a site with an old version is offered of a plugin now; the package's signed statement is in it.
    pub async fn offer(&self, plugin: &str) -> Value {
        let url = format!("{}/api/plugins/{plugin}/check-update/", self.address);
        let site = json!({
            "current_version": "0.1.0", "wp_version": "6.5", "php_version": "8.2.0",
            "site_url": "https://example.com", "channel": "stable",
        });
        let mut answer: Value = self.http.post(url).json(&site).send().await.unwrap().json().await.unwrap();
        answer["data"].take()
    }

    /// Signs a package as this plugin in this version, whatever it is.
    pub fn sign(&self, version: &str, package: &[u8]) -> Value {
        let (script, file) = (
            concat!(env!("CARGO_MANIFEST_DIR"), "/wordpress/sign-release.php"),
            self.folder.join("to-sign.zip"),
        );
        std::fs::write(&file, package).unwrap();
        let said = run(Command::new("php").arg(script).args([&self.key, PLUGIN, version]).arg(file));
        serde_json::from_str(&said).unwrap()
    }

    /// Learns of the sites' credentials what the stack's plugin-distribution has heard by now.
    pub fn hear_of_sites(&self) {
        self.sql(
            "begin; delete from credentials; insert into credentials select * from plugin.credentials;
             insert into credential_keys select * from plugin.credential_keys; commit",
        );
    }

    /// Runs statements in the schema; what they answer, lines of `a|b`.
    pub fn sql(&self, statements: &str) -> String {
        run(&mut psql(&self.database_url, statements)).trim().to_owned()
    }

    /// Which version a site runs, as it has reported itself, its status, and which version failed there.
    pub fn installation(&self, site: i64) -> String {
        self.sql(&format!(
            "select version, status, metadata->>'failed_version' from plugin_installations where site_id = {site}"
        ))
    }

    async fn ask(&self, path: &str) -> Value {
        let url = format!("{}/api/plugins/{PLUGIN}/{path}", self.address);
        let Ok(answer) = self.http.get(url).send().await else { return Value::Null };
        answer.json::<Value>().await.map(|mut it| it["data"].take()).unwrap_or_default()
    }
}

impl Drop for Distribution {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn psql(url: &str, statements: &str) -> Command {
    let mut command = Command::new("psql");
    command.args([url, "-qtAX", "-v", "ON_ERROR_STOP=1", "-c", statements]);
    command
}
