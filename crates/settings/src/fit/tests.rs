use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{SettingsError, load_from};

const DEFAULTS: &str = r#"
[http]
bind = "127.0.0.1:8080"
workers = 2
timeout = "10s"
trusted = ["10.0.0.0/8"]

[database]
pool = 8
"#;

#[derive(Debug, Deserialize)]
struct Settings {
    http: Http,
    database: Database,
}

#[derive(Debug, Deserialize)]
struct Http {
    bind: SocketAddr,
    workers: usize,
    #[serde(with = "crate::duration")]
    timeout: Duration,
    trusted: Vec<String>,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Database {
    url: SecretString,
    pool: u32,
    ratio: Option<f64>,
    strict: Option<bool>,
}

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("igny8-settings-{}-{number}.toml", std::process::id()));
    std::fs::write(&path, file).unwrap();
    let settings = load_only(Some(&path), environment);
    std::fs::remove_file(&path).unwrap();
    settings
}

fn load_only(file: Option<&Path>, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    load_from(DEFAULTS, file, environment)
}

fn complaints(result: Result<Settings, SettingsError>) -> Vec<String> {
    match result.unwrap_err() {
        SettingsError::Mistakes(mistakes) => mistakes
            .iter()
            .map(|it| it.to_string().replace(&std::env::temp_dir().display().to_string(), "TMP"))
            .map(|it| {
                it.split("igny8-settings").next().unwrap().to_owned()
                    + it.rsplit(".toml").next().filter(|_| it.contains(".toml")).unwrap_or("")
            })
            .collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn the_later_layer_wins_key_by_key() {
    let file = "[http]\nworkers = 3\nnote = 'from the file'\n[database]\nurl = 'file'\n";
    let settings =
        load(file, &[("IGNY8__DATABASE__URL", "12345"), ("IGNY8__HTTP__TIMEOUT", "1m 30s")]).unwrap();
    assert_eq!(settings.http.bind.port(), 8080);
    assert_eq!(settings.http.workers, 3);
    assert_eq!(settings.http.timeout, Duration::from_secs(90));
    assert_eq!(settings.http.note.as_deref(), Some("from the file"));
    assert_eq!(settings.database.pool, 8);
    assert_eq!(settings.database.url.expose_secret(), "12345", "digits stay a text where a text is wanted");
}

#[test]
fn variables_become_what_is_wanted() {
    let settings = load_only(
        None,
        &[
            ("IGNY8__DATABASE__URL", "u"),
            ("IGNY8__DATABASE__POOL", "20"),
            ("IGNY8__DATABASE__RATIO", "0.25"),
            ("IGNY8__DATABASE__STRICT", "true"),
            ("IGNY8__HTTP__TRUSTED", r#"["192.0.2.0/24", "fd00::/8"]"#),
            ("IGNY8__HTTP__NOTE", ""),
            ("IGNY8_UNRELATED", "x"),
        ],
    )
    .unwrap();
    assert_eq!(settings.database.pool, 20);
    assert_eq!(settings.database.ratio, Some(0.25));
    assert_eq!(settings.database.strict, Some(true));
    assert_eq!(settings.http.trusted, ["192.0.2.0/24", "fd00::/8"]);
    assert_eq!(settings.http.note, None, "an empty variable counts as absent");
}

#[test]
fn all_mistakes_at_once_with_key_place_and_expectation() {
    let file = "extra = 1\n[http]\nbind = 'nowhere'\ntimeout = 7\nworkerz = 3\n";
    let result = load(
        file,
        &[
            ("IGNY8__HTTP__WORKERS", "many"),
            ("IGNY8__DATABASE__POOL", "-1"),
            ("IGNY8__DATABASE__STRICT", "2"),
            ("IGNY8__DATABASE__SIZE", "9"),
        ],
    );
    let text = result.as_ref().unwrap_err().to_string();
    assert!(text.starts_with("9 settings are wrong:\n  "), "{text}");
    let expected = [
        "database.pool (from environment variable IGNY8__DATABASE__POOL): expected u32, not an integer",
        "database.size (from environment variable IGNY8__DATABASE__SIZE): there is no such setting",
        "database.strict (from environment variable IGNY8__DATABASE__STRICT): expected a boolean, not an integer",
        "database.url: is required (environment variable IGNY8__DATABASE__URL)",
        "extra (from TMP/): there is no such setting",
        "http.bind (from TMP/): invalid socket address syntax",
        "http.timeout (from TMP/): expected ",
        "http.workers (from environment variable IGNY8__HTTP__WORKERS): expected usize, not a string",
        "http.workerz (from TMP/): there is no such setting",
    ];
    let found = complaints(result);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}

#[test]
fn values_never_show() {
    let text =
        load("[database]\nurl = 998877\n", &[("IGNY8__HTTP__WORKERS", "hunter2")]).unwrap_err().to_string();
    assert!(!text.contains("hunter2") && !text.contains("998877"), "{text}");
    let broken = load("[database]\nurl = 'hunter2\n", &[]).unwrap_err();
    let text = format!("{broken} {broken:?}");
    assert!(text.contains("at line 2,") && !text.contains("hunter2"), "{text}");
    let settings = load_only(None, &[("IGNY8__DATABASE__URL", "hunter2")]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_section_in_the_place_of_a_value_and_the_other_way_round() {
    let found = complaints(load(
        "http = 3\n",
        &[("IGNY8__DATABASE__URL", "u"), ("IGNY8__DATABASE__POOL__SIZE", "3")],
    ));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].starts_with(
            "database.pool.size (from environment variable IGNY8__DATABASE__POOL__SIZE): expected u32"
        ),
        "{}",
        found[0]
    );
    assert!(found[1].starts_with("http (from TMP/): expected struct Http"), "{}", found[1]);
}

#[test]
fn files_that_are_away_or_broken() {
    let missing = load_only(None, &[("IGNY8_CONFIG", "/nonexistent/igny8.toml")]).unwrap_err();
    assert_eq!(missing.to_string(), "the settings file /nonexistent/igny8.toml can't be read");
    let broken = load("[http]\nbind = \n", &[]).unwrap_err().to_string();
    assert!(broken.contains("is not TOML") && broken.contains("at line 2,"), "{broken}");
}

#[test]
fn sections_that_deny_unknown_fields_themselves() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        #[serde(rename = "a")]
        _a: u8,
        #[serde(rename = "b")]
        _b: u8,
    }
    let error = load_from::<Strict>("a = 1\nx = 2\ny = 3\n", None, []).unwrap_err().to_string();
    let expected = [
        "3 settings are wrong:",
        "  b: is required (environment variable IGNY8__B)",
        "  x (from the built-in defaults): there is no such setting",
        "  y (from the built-in defaults): there is no such setting",
    ];
    assert_eq!(error.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn nothing_is_taken_for_something_near_it() {
    let file = "[http]\nworkers = 2.6\ntrusted = ['a', 1]\n[database]\nurl = 'u'\npool = '8'\nstrict = 1\n";
    let found =
        complaints(load(file, &[("IGNY8__HTTP__NOTE", "[1, 2]"), ("IGNY8__HTTP__TIMEOUT", "hunter2")]));
    let expected = [
        "database.pool (from TMP/): expected u32, not a string",
        "database.strict (from TMP/): expected a boolean, not an integer",
        "http.timeout (from environment variable IGNY8__HTTP__TIMEOUT): ",
        "http.trusted (from TMP/): expected a string, not an integer",
        "http.workers (from TMP/): expected usize, not a fraction",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\n{expected}");
        assert!(!found.contains("hunter2"), "{found}");
    }
}
