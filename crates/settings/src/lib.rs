#![doc = include_str!("../README.md")]

mod error;
mod fit;
mod layers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use error::{Mistake, SettingsError};
/// For `#[serde(with = "settings::duration")]` on a `std::time::Duration`.
pub use jiff::fmt::serde::unsigned_duration::required as duration;
pub use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::layers::Layers;

/// Names the file when no argument does.
const FILE_VARIABLE: &str = "IGNY8_CONFIG";

/// Reads the settings from `defaults_toml`, the file and the process's environment.
pub fn load<T: DeserializeOwned>(defaults_toml: &str, file: Option<&Path>) -> Result<T, SettingsError> {
    load_from(defaults_toml, file, environment())
}

/// The same with another environment, for tests.
pub fn load_from<T: DeserializeOwned>(
    defaults_toml: &str,
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<T, SettingsError> {
    let layers = layers(defaults_toml, file, environment)?;
    fit::fit(&layers, layers.values())
}

/// One section alone, for verbs that need nothing else: what is missing elsewhere does not matter to them.
pub fn load_section<T: DeserializeOwned>(
    defaults_toml: &str,
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    section: &str,
) -> Result<T, SettingsError> {
    let layers = layers(defaults_toml, file, environment)?;
    let values = json!({section: layers.values()[section].take()});
    let mut only: BTreeMap<String, T> = fit::fit(&layers, values)?;
    Ok(only.remove(section).expect("invariant: the one key that was put in"))
}

fn layers(
    defaults_toml: &str,
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Layers, SettingsError> {
    let environment: config::Map<_, _> = environment.into_iter().collect();
    let named = environment.get(FILE_VARIABLE).filter(|path| !path.is_empty());
    let file = file.map(Path::to_owned).or_else(|| named.map(PathBuf::from));
    Layers::new(defaults_toml, file.as_deref(), environment)
}

/// The process's environment. A variable that isn't text can't be one of ours.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
