use std::path::Path;

use config::{Config, ConfigError, Environment, File, FileFormat, FileSourceString, Map, Value, ValueKind};
use serde_json::Value as Json;

use crate::SettingsError;

const PREFIX: &str = "IGNY8";
const SEPARATOR: &str = "__";

const DEFAULTS: &str = "the built-in defaults";

/// What `config` calls the origin of each variable.
const ENVIRONMENT: &str = "the environment";

/// The defaults and what became of them under the file and the environment. Keys are written `http.body_timeout`.
#[derive(Debug)]
pub struct Layers {
    defaults: Config,
    merged: Config,
    file: String,
}

impl Layers {
    pub fn new(
        defaults_toml: &str,
        file: Option<&Path>,
        environment: Map<String, String>,
    ) -> Result<Self, SettingsError> {
        let defaults = Config::builder().add_source(toml(defaults_toml)).build();
        let defaults = defaults.map_err(|error| SettingsError::of(error, Path::new(DEFAULTS)))?;
        let mut merged = Config::builder().add_source(defaults.clone());
        if let Some(path) = file {
            merged = merged.add_source(File::from(path).format(FileFormat::Toml));
        }
        let variables = Environment::with_prefix(PREFIX).separator(SEPARATOR).ignore_empty(true);
        let merged = merged.add_source(variables.source(Some(environment))).build();
        let file = file.unwrap_or(Path::new(""));
        let merged = merged.map_err(|error| SettingsError::of(error, file))?;
        Ok(Self { defaults, merged, file: file.display().to_string() })
    }

    /// All values, those from the environment as texts. Not read by `config` itself, for which 2.6 is a whole number.
    pub fn values(&self) -> Json {
        self.merged.clone().try_deserialize().expect("invariant: what TOML can say, JSON can")
    }

    pub fn default(&self, key: &str) -> Option<Json> {
        self.defaults.get(key).ok()
    }

    /// The key with where its value stands; for a section, its first key.
    pub fn origin(&self, key: &str) -> Option<(String, String)> {
        let (mut key, mut value) = (key.to_owned(), self.find(key)?);
        while let ValueKind::Table(section) = &value.kind {
            let (name, inner) = section.iter().min_by_key(|(name, _)| *name)?;
            key = format!("{key}.{name}");
            value = inner;
        }
        let origin = match value.origin() {
            None => DEFAULTS.to_owned(),
            Some(ENVIRONMENT) => variable(&key),
            Some(_) => self.file.clone(),
        };
        Some((key, origin))
    }

    /// What a variable says if it is read as TOML, unless that is a text again.
    pub fn reread(&self, key: &str) -> Option<Json> {
        let value = self.find(key)?;
        let (Some(ENVIRONMENT), ValueKind::String(text)) = (value.origin(), &value.kind) else { return None };
        let read = Config::builder().add_source(toml(&format!("it = {text}"))).build().ok()?;
        read.get("it").ok().filter(|it: &Json| !it.is_string())
    }

    fn find(&self, key: &str) -> Option<&Value> {
        key.split('.').try_fold(&self.merged.cache, |value, name| match &value.kind {
            ValueKind::Table(section) => section.get(name),
            _ => None,
        })
    }
}

/// The variable that sets a key.
pub fn variable(key: &str) -> String {
    let name = key.replace('.', SEPARATOR).to_ascii_uppercase();
    format!("environment variable {PREFIX}{SEPARATOR}{name}")
}

fn toml(text: &str) -> File<FileSourceString, FileFormat> {
    File::from_str(text, FileFormat::Toml)
}

impl SettingsError {
    fn of(error: ConfigError, origin: &Path) -> Self {
        let ConfigError::FileParse { cause, .. } = error else {
            return Self::File { path: origin.to_owned(), source: Box::new(error) };
        };
        // Between the place and the reason stands the line itself, which may hold a secret.
        let text = cause.to_string();
        let mut lines = text.lines();
        let (first, last) = (lines.next().unwrap_or_default(), lines.next_back());
        let message = last.map_or_else(|| first.to_owned(), |reason| format!("{reason} ({first})"));
        Self::Syntax { origin: origin.display().to_string(), message }
    }
}
