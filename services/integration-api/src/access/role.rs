use std::str::FromStr;

/// What a person may do in the account, from little to much.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything, changes nothing.
    Viewer,
    /// Writes and publishes.
    Editor,
    /// Connects sites and handles their keys.
    Owner,
}

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Viewer, Self::Editor, Self::Owner]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// What an access token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// GET and HEAD.
    Read,
    /// Everything else, as far as the person's role goes.
    Write,
    /// What only operators of the installation may do.
    Operator,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Operator];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Operator => "operator",
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or(UnknownName)
    }
}

#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("this name stands for nothing known")]
pub struct UnknownName;
