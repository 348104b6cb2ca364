use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use toml::{Table, Value};

use crate::SettingsError;

const PREFIX: &str = "IGNY8__";

/// A key, from the outermost section to the name.
pub type Key = Vec<String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Defaults,
    File(PathBuf),
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => f.write_str("the built-in defaults"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// The values of all layers, the strongest for each key, and where they came from.
#[derive(Debug)]
pub struct Layers {
    defaults: Table,
    merged: Table,
    origins: BTreeMap<Key, Origin>,
}

impl Layers {
    pub fn new(defaults_toml: &str) -> Result<Self, SettingsError> {
        let mut layers = Self { defaults: Table::new(), merged: Table::new(), origins: BTreeMap::new() };
        layers.add_toml(defaults_toml, &Origin::Defaults)?;
        layers.defaults = layers.merged.clone();
        Ok(layers)
    }

    pub fn add_toml(&mut self, text: &str, origin: &Origin) -> Result<(), SettingsError> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| SettingsError::Syntax {
            origin: origin.to_string(),
            message: error.message().to_owned(),
            line: text[..error.span().map_or(0, |it| it.start).min(text.len())].matches('\n').count() + 1,
        })?;
        self.merge(&mut Vec::new(), table, origin);
        Ok(())
    }

    /// Values from here are texts; what they mean is seen when they are read.
    pub fn add_environment(&mut self, environment: Vec<(String, String)>) {
        for (name, value) in environment {
            if let Some(key) = name.strip_prefix(PREFIX) {
                let key: Key = key.split("__").map(str::to_ascii_lowercase).collect();
                self.put(&key, Value::String(value));
                self.own(key, Origin::Variable(name));
            }
        }
    }

    pub fn merged(&self) -> Value {
        Value::Table(self.merged.clone())
    }

    /// Who set this key, or the list or table that it is in.
    pub fn origin(&self, key: &[String]) -> Option<(Key, Origin)> {
        let found = (1..=key.len()).rev().find_map(|length| self.origins.get_key_value(&key[..length]));
        let found = found.or_else(|| self.origins.iter().find(|(it, _)| it.starts_with(key)));
        found.map(|(key, origin)| (key.clone(), origin.clone()))
    }

    pub fn get(&self, key: &[String]) -> Option<&Value> {
        look(&self.merged, key)
    }

    pub fn put(&mut self, key: &[String], value: Value) {
        let Some((name, sections)) = key.split_last() else { return };
        let mut table = &mut self.merged;
        for section in sections {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if !inner.is_table() {
                *inner = Value::Table(Table::new());
            }
            table = inner.as_table_mut().expect("invariant: made a table just above");
        }
        table.insert(name.clone(), value);
    }

    /// Back to what the defaults say about a key, or about the value in whose place its section stands, if anything.
    pub fn forget(&mut self, key: &[String]) {
        self.origins.remove(key);
        remove(&mut self.merged, key);
        let known = (1..=key.len()).find_map(|length| {
            let value = look(&self.defaults, &key[..length])?;
            (length == key.len() || !value.is_table()).then(|| (key[..length].to_vec(), value.clone()))
        });
        if let Some((key, value)) = known {
            self.put(&key, value);
        }
    }

    /// Takes a key out for good.
    pub fn remove(&mut self, key: &[String]) {
        remove(&mut self.merged, key);
    }

    /// What is set now takes the place of a value around it or of values below it.
    fn own(&mut self, key: Key, origin: Origin) {
        self.origins.retain(|other, _| !other.starts_with(&key) && !key.starts_with(other));
        self.origins.insert(key, origin);
    }

    fn merge(&mut self, section: &mut Key, table: Table, origin: &Origin) {
        for (name, value) in table {
            section.push(name);
            match value {
                Value::Table(inner) if !inner.is_empty() => self.merge(section, inner, origin),
                value => {
                    self.put(section, value);
                    self.own(section.clone(), origin.clone());
                }
            }
            section.pop();
        }
    }
}

/// The variable that sets a key.
pub fn variable(key: &[String]) -> String {
    format!("{PREFIX}{}", key.join("__").to_ascii_uppercase())
}

fn look<'a>(table: &'a Table, key: &[String]) -> Option<&'a Value> {
    let (first, rest) = key.split_first()?;
    let value = table.get(first)?;
    if rest.is_empty() { Some(value) } else { look(value.as_table()?, rest) }
}

fn remove(table: &mut Table, key: &[String]) {
    match key {
        [] => {}
        [name] => {
            table.remove(name);
        }
        [section, rest @ ..] => {
            if let Some(inner) = table.get_mut(section).and_then(Value::as_table_mut) {
                remove(inner, rest);
            }
        }
    }
}
