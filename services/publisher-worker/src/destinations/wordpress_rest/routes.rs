//! Where a site has its posts.

use domain::delivery::{Answer, Cause, Refusal};
use serde_json::Value;

use super::answers::No;
use super::talk::{Ask, Talk};

/// The marker of the place kept for a content's post: its slug, until the post is done.
pub fn marker(site: domain::SiteId, content: domain::ContentId) -> String {
    format!("igny8-{site}-{content}")
}

/// Types beyond this number are not looked through.
const MOST_TYPES: usize = 20;

impl Talk<'_> {
    /// The route of a type's posts.
    pub async fn base(&mut self, post_type: &str) -> Result<String, No> {
        match post_type {
            "post" => return Ok("/wp/v2/posts".to_owned()),
            "page" => return Ok("/wp/v2/pages".to_owned()),
            _ if !is_key(post_type) => return Err(unknown_type(post_type)),
            _ => {}
        }
        let route = format!("/wp/v2/types/{post_type}");
        let known = self.ask(Ask::get(&route).with("_fields", "rest_base,rest_namespace")).await?;
        route_of(&known).ok_or_else(|| unknown_type(post_type))
    }

    /// The routes of all types, posts and pages first.
    pub async fn bases(&mut self) -> Result<Vec<String>, No> {
        let types = self.ask(Ask::get("/wp/v2/types")).await?;
        let mut routes = vec!["/wp/v2/posts".to_owned(), "/wp/v2/pages".to_owned()];
        for (name, known) in types.as_object().into_iter().flatten() {
            let is_content =
                !matches!(name.as_str(), "attachment" | "nav_menu_item") && !name.starts_with("wp_");
            if let Some(route) = route_of(known).filter(|route| is_content && !routes.contains(route)) {
                routes.push(route);
            }
        }
        routes.truncate(MOST_TYPES);
        Ok(routes)
    }
}

fn route_of(known: &Value) -> Option<String> {
    let base = known["rest_base"].as_str().filter(|base| is_key(base))?;
    let namespace =
        known["rest_namespace"].as_str().filter(|it| it.split('/').all(is_key)).unwrap_or("wp/v2");
    Some(format!("/{namespace}/{base}"))
}

/// What WordPress makes of a name, so that nobody's name leads elsewhere.
fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 60
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

fn unknown_type(post_type: &str) -> No {
    let refusal = Refusal {
        status: 404,
        code: "rest_type_invalid".to_owned(),
        message: format!("The site's REST API has no post type {post_type}."),
        retry_after: None,
        from_plugin: false,
        cause: Cause::InvalidPayload,
        evidence: String::new(),
    };
    No::Refused(Box::new(refusal), Value::Null)
}

/// It had a post, and has none any more: nothing else tells a stranger's id from one that was deleted.
pub fn gone(no: &No) -> Answer {
    Answer::Gone { evidence: no.said() }
}
