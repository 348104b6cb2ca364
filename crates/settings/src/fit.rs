//! Reads the values into the struct. Serde stops at the first mistake; so each is noted, put out of the way, and reading begins again.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use toml::{Table, Value};

use crate::layers::{Key, Layers, Origin, variable};
use crate::{Mistake, SettingsError};

/// More mistakes than anybody makes; a net against reading for ever.
const MOST_ROUNDS: usize = 500;

pub fn fit<T: DeserializeOwned>(mut layers: Layers) -> Result<T, SettingsError> {
    let mut notes = Notes::default();
    for _ in 0..MOST_ROUNDS {
        let mut unread = BTreeSet::new();
        let mut note = |path: serde_ignored::Path<'_>| {
            unread.insert(path.to_string());
        };
        let ignored = serde_ignored::Deserializer::new(layers.merged(), &mut note);
        let outcome = serde_path_to_error::deserialize::<_, T>(ignored);
        for path in unread {
            // Options show as `?`.
            let key: Key = path.split('.').filter(|it| *it != "?").map(str::to_owned).collect();
            notes.unknown(&layers, &key);
        }
        match outcome {
            Ok(settings) if notes.mistakes.is_empty() => return Ok(settings),
            Ok(_) => break,
            Err(error) => {
                if !notes.take(&mut layers, &error) {
                    break;
                }
            }
        }
    }
    let mistakes: BTreeSet<Mistake> = notes.mistakes.into_values().collect();
    Err(SettingsError::Mistakes(mistakes.into_iter().collect()))
}

#[derive(Default)]
struct Notes {
    mistakes: BTreeMap<Key, Mistake>,
    /// Variables that were read as TOML after they did not do as text.
    read_as_toml: BTreeSet<Key>,
    /// How many stand-ins were tried for what is missing.
    stand_ins: BTreeMap<Key, usize>,
}

impl Notes {
    /// Notes what serde said and puts it out of the way; false if that can't be done.
    fn take(&mut self, layers: &mut Layers, error: &serde_path_to_error::Error<toml::de::Error>) -> bool {
        let message = error.inner().message();
        let mut key = key(error.path());
        if let Some(name) = quoted(message, "missing field `") {
            key.push(name);
            return self.missing(layers, &key);
        }
        if let Some(name) = quoted(message, "unknown field `") {
            if key.last() != Some(&name) {
                key.push(name);
            }
            self.unknown(layers, &key);
            layers.remove(&key);
            return true;
        }
        if self.stand_ins.contains_key(&key) {
            return self.missing(layers, &key);
        }
        let Some((owner, origin)) = layers.origin(&key) else {
            self.note(&key, String::new(), expected(message));
            return false;
        };
        if matches!(origin, Origin::Variable(_)) && self.read_as_toml.insert(owner.clone()) {
            let value = layers.get(&owner).and_then(Value::as_str).and_then(as_toml);
            if let Some(value) = value {
                layers.put(&owner, value);
                return true;
            }
        }
        let known = self.mistakes.contains_key(&owner);
        self.note(&owner, origin.to_string(), expected(message));
        layers.forget(&owner);
        !known
    }

    /// Stands something in for a missing value, so that the next mistake can be found.
    fn missing(&mut self, layers: &mut Layers, key: &Key) -> bool {
        let place = format!("environment variable {}", variable(key));
        self.note(key, String::new(), format!("is required ({place})"));
        let tried = self.stand_ins.entry(key.clone()).or_default();
        let value = match *tried {
            0 => Value::String(String::new()),
            1 => Value::Integer(1),
            2 => Value::Boolean(false),
            3 => Value::Array(Vec::new()),
            4 => Value::Table(Table::new()),
            _ => return false,
        };
        *tried += 1;
        layers.put(key, value);
        true
    }

    fn unknown(&mut self, layers: &Layers, key: &Key) {
        let origin = layers.origin(key).map(|(_, origin)| origin.to_string()).unwrap_or_default();
        self.note(key, origin, "there is no such setting".to_owned());
    }

    /// The first thing said about a key is the truest: later ones may be about what was put in its place.
    fn note(&mut self, key: &Key, origin: String, message: String) {
        let mistake = Mistake { key: key.join("."), origin, message };
        self.mistakes.entry(key.clone()).or_insert(mistake);
    }
}

fn key(path: &serde_path_to_error::Path) -> Key {
    let names = path.iter().filter_map(|segment| match segment {
        Segment::Map { key } => Some(key.clone()),
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    names.collect()
}

fn quoted(message: &str, lead: &str) -> Option<String> {
    Some(message.strip_prefix(lead)?.split_once('`')?.0.to_owned())
}

fn as_toml(text: &str) -> Option<Value> {
    let value = format!("it = {text}").parse::<Table>().ok()?.remove("it")?;
    (!value.is_str()).then_some(value)
}

/// Serde's message without the value: `invalid type: string "hunter2", expected u16` → `expected u16, not a string`.
fn expected(message: &str) -> String {
    let Some((found, expected)) = message.rsplit_once(", expected ") else { return message.to_owned() };
    let found = found.split_once(": ").map_or("", |(_, it)| it).split_whitespace().next().unwrap_or_default();
    match found {
        "string" | "boolean" | "sequence" | "map" => format!("expected {expected}, not a {found}"),
        "integer" => format!("expected {expected}, not an integer"),
        "floating" => format!("expected {expected}, not a fraction"),
        _ => format!("expected {expected}"),
    }
}

#[cfg(test)]
mod tests;
