#![doc = include_str!("../README.md")]

mod error;
mod fit;
mod layers;

use std::path::{Path, PathBuf};

pub use error::{Mistake, SettingsError};
/// For `#[serde(with = "settings::duration")]` on a `std::time::Duration`.
pub use jiff::fmt::serde::unsigned_duration::required as duration;
pub use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

/// Names the file when no argument does.
const FILE_VARIABLE: &str = "IGNY8_CONFIG";

/// Reads the settings from `defaults_toml`, the file and the process's environment.
pub fn load<T: DeserializeOwned>(defaults_toml: &str, file: Option<&Path>) -> Result<T, SettingsError> {
    // A variable that isn't text can't be one of ours.
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    load_from(defaults_toml, file, environment)
}

/// The same with another environment, for tests.
pub fn load_from<T: DeserializeOwned>(
    defaults_toml: &str,
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<T, SettingsError> {
    let environment: config::Map<_, _> = environment.into_iter().collect();
    let named = environment.get(FILE_VARIABLE).filter(|path| !path.is_empty());
    let file = file.map(Path::to_owned).or_else(|| named.map(PathBuf::from));
    fit::fit(&layers::Layers::new(defaults_toml, file.as_deref(), environment)?)
}
