use std::fmt;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("the settings file {} can't be read", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: Box<config::ConfigError>,
    },
    #[error("{origin} is not TOML: {message}")]
    Syntax { origin: String, message: String },
    #[error("{}", list(.0))]
    Mistakes(Vec<Mistake>),
}

/// What is wrong with one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// `http.body_timeout`
    pub key: String,
    /// Where the value stands; empty if there is none.
    pub origin: String,
    /// What was expected.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.origin.is_empty() {
            write!(f, "{}: {}", self.key, self.message)
        } else {
            write!(f, "{} (from {}): {}", self.key, self.origin, self.message)
        }
    }
}

fn list(mistakes: &[Mistake]) -> String {
    let head = match mistakes.len() {
        1 => "one setting is wrong:".to_owned(),
        count => format!("{count} settings are wrong:"),
    };
    mistakes.iter().fold(head, |text, mistake| format!("{text}\n  {mistake}"))
}
