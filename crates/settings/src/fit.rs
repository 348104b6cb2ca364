//! Reads the values into the struct. Serde stops at the first mistake; so each is noted, put out of the way, and reading begins again.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use serde_path_to_error::Segment;

use crate::layers::{Layers, variable};
use crate::{Mistake, SettingsError};

pub fn fit<T: DeserializeOwned>(layers: &Layers, values: Json) -> Result<T, SettingsError> {
    let (mistakes, tries) = (BTreeMap::new(), BTreeMap::new());
    let mut reading = Reading { layers, values, mistakes, tries };
    loop {
        let mut unread = Vec::new();
        let mut note = |path: serde_ignored::Path<'_>| unread.push(path.to_string());
        let ignored = serde_ignored::Deserializer::new(reading.values.clone(), &mut note);
        let outcome = serde_path_to_error::deserialize::<_, T>(ignored);
        for path in unread {
            // Options show as `?`.
            reading.note(&path.replace(".?", ""), "there is no such setting".to_owned());
        }
        match outcome {
            Ok(settings) if reading.mistakes.is_empty() => return Ok(settings),
            Err(error) if reading.put_away(&error) => {}
            _ => return Err(SettingsError::Mistakes(reading.mistakes.into_values().collect())),
        }
    }
}

struct Reading<'a> {
    layers: &'a Layers,
    values: Json,
    mistakes: BTreeMap<String, Mistake>,
    /// How often a key's value was replaced.
    tries: BTreeMap<String, usize>,
}

impl Reading<'_> {
    /// Notes what serde said and replaces what it is about; false if that can't be done.
    fn put_away(&mut self, error: &serde_path_to_error::Error<serde_json::Error>) -> bool {
        let message = error.inner().to_string();
        // What is in a list is the list's matter.
        let names = error.path().iter().map_while(|segment| match segment {
            Segment::Map { key } => Some(key.as_str()),
            _ => None,
        });
        let mut names: Vec<_> = names.collect();
        if let Some(name) = quoted(&message, "unknown field `") {
            if names.last() != Some(&name) {
                names.push(name);
            }
            let key = names.join(".");
            self.note(&key, "there is no such setting".to_owned());
            return self.put(&key, None);
        }
        let missing = quoted(&message, "missing field `");
        names.extend(missing);
        let key = names.join(".");
        let tries = self.tries.entry(key.clone()).or_default();
        *tries += 1;
        let tries = *tries;

        let reread = self.layers.reread(&key);
        if tries > 1 || reread.is_none() {
            let message = match missing {
                Some(_) => format!("is required ({})", variable(&key)),
                None => expected(&message),
            };
            self.note(&key, message);
        }
        // What was meant if it is not a text, what would stand without it, then anything to go on with.
        let stand_ins = [json!(""), json!(1), json!(false), json!([]), json!({})];
        let mut values = reread.into_iter().chain(self.layers.default(&key)).chain(stand_ins);
        values.nth(tries - 1).is_some_and(|value| self.put(&key, Some(value)))
    }

    /// The first thing said about a key is the truest: later ones may be about what was put in its place.
    fn note(&mut self, key: &str, message: String) {
        let (key, origin) = self.layers.origin(key).unwrap_or_else(|| (key.to_owned(), String::new()));
        self.mistakes.entry(key.clone()).or_insert(Mistake { key, origin, message });
    }

    /// Sets a value or takes it out; false if there is no place for it.
    fn put(&mut self, key: &str, value: Option<Json>) -> bool {
        let pointer = format!("/{}", key.replace('.', "/"));
        let (section, name) = pointer.rsplit_once('/').expect("invariant: begins with a slash");
        let Some(section) = self.values.pointer_mut(section).and_then(Json::as_object_mut) else {
            return false;
        };
        match value {
            Some(value) => {
                section.insert(name.to_owned(), value);
                true
            }
            None => section.remove(name).is_some(),
        }
    }
}

fn quoted<'a>(message: &'a str, lead: &str) -> Option<&'a str> {
    Some(message.strip_prefix(lead)?.split_once('`')?.0)
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
