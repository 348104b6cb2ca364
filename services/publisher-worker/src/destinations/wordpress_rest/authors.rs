use domain::delivery::Warning;
use serde_json::Value;

use super::talk::{Ask, Talk};

/// The person of this login, e-mail address or name, as far as the password's own may look for others.
pub async fn find(talk: &mut Talk<'_>, name: &str) -> Result<u64, Warning> {
    const ROUTE: &str = "/wp/v2/users";
    let ask = || Ask::get(ROUTE).with("search", name).with("per_page", "20");
    let as_editor = ask().with("context", "edit").with("_fields", "id,name,slug,username,email");
    let found = match talk.ask(as_editor).await {
        Ok(found) => Ok(found),
        // Only those who may list users see logins and addresses; others see who has posts.
        Err(_) => talk.ask(ask().with("_fields", "id,name,slug")).await,
    };
    let found = found.map_err(|no| warning(name, no.said()))?;
    let is_it = |person: &&Value| {
        ["username", "email", "slug", "name"]
            .iter()
            .any(|field| person[*field].as_str().is_some_and(|it| it.eq_ignore_ascii_case(name)))
    };
    let person = found.as_array().into_iter().flatten().find(is_it);
    person.and_then(|person| person["id"].as_u64()).ok_or_else(|| {
        warning(name, "No author of this name that the application password's person can see.".to_owned())
    })
}

fn warning(name: &str, detail: String) -> Warning {
    Warning { code: "author_unknown".to_owned(), subject: name.to_owned(), detail, part: None }
}
