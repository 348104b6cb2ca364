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

use layers::{Layers, Origin};

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
    let environment: Vec<_> = environment.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let named =
        environment.iter().find(|(name, _)| name == FILE_VARIABLE).map(|(_, path)| PathBuf::from(path));
    let file = file.map(Path::to_owned).or(named);

    let mut layers = Layers::new(defaults_toml)?;
    if let Some(path) = file {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| SettingsError::File { path: path.clone(), source })?;
        layers.add_toml(&text, &Origin::File(path))?;
    }
    layers.add_environment(environment);
    fit::fit(layers)
}
