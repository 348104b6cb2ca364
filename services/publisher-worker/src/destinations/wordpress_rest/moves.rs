//! A post is taken down or brought back. All of it can be done twice.

use domain::content::Command;
use domain::delivery::{Answer, ReceiptAnswer, SitePost};
use serde_json::json;

use super::answers::No;
use super::post::{FIELDS, Post};
use super::routes::gone;
use super::talk::{Ask, Talk};

pub async fn carry_out(talk: &mut Talk<'_>, command: Command, id: &str) -> Result<SitePost, Answer> {
    let (base, post) = match locate(talk, id).await {
        Ok(Some(found)) => found,
        Ok(None) if command == Command::Delete => return Ok(deleted(id)),
        Ok(None) => return Err(Answer::Gone { evidence: "The site has no post with this id.".to_owned() }),
        Err(no) => return Err(no.into_answer()),
    };
    if is_so(command, &post) {
        return Ok(post.into_site_post(Vec::new()));
    }
    let route = format!("{base}/{id}");
    let asked = match command {
        Command::Delete => {
            talk.ask(Ask::delete(&route).with("force", "true").with("_fields", "deleted")).await
        }
        Command::Trash => talk.ask(Ask::delete(&route).with("_fields", FIELDS)).await,
        // Out of the trash, too: WordPress gives a post its slug back with another status.
        Command::Restore => status(talk, &route, "publish").await,
        _ => status(talk, &route, "draft").await,
    };
    match asked {
        Ok(_) if command == Command::Delete => Ok(deleted(id)),
        Ok(shown) => Post::read(&shown).map(|post| post.into_site_post(Vec::new())).map_err(No::into_answer),
        Err(no) if no.is_unknown() && command == Command::Delete => Ok(deleted(id)),
        Err(no) if no.is_unknown() => Err(gone(&no)),
        // Somebody else was faster.
        Err(no) if no.code() == "rest_already_trashed" => match talk.post(&base, id).await {
            Ok(post) => Ok(post.into_site_post(Vec::new())),
            Err(no) => Err(no.into_answer()),
        },
        Err(no) => Err(no.into_answer()),
    }
}

async fn status(talk: &mut Talk<'_>, route: &str, status: &str) -> Result<serde_json::Value, No> {
    talk.ask(Ask::post(route, &json!({ "status": status })).with("_fields", FIELDS)).await
}

/// What became of it, once its answer was lost.
pub async fn look_up(talk: &mut Talk<'_>, command: Command, id: &str) -> Result<ReceiptAnswer, No> {
    Ok(match locate(talk, id).await? {
        Some((_, post)) if is_so(command, &post) => ReceiptAnswer::Done(post.into_site_post(Vec::new())),
        None if command == Command::Delete => ReceiptAnswer::Done(deleted(id)),
        _ => ReceiptAnswer::Unknown,
    })
}

fn is_so(command: Command, post: &Post) -> bool {
    match command {
        Command::Trash => post.status == "trash",
        Command::Unpublish => post.status == "draft",
        Command::Restore => matches!(post.status.as_str(), "publish" | "private" | "future"),
        _ => false,
    }
}

fn deleted(id: &str) -> SitePost {
    SitePost { id: id.to_owned(), status: "deleted".to_owned(), ..SitePost::default() }
}

/// The post, of whatever type it is; `None`: it is none.
pub async fn locate(talk: &mut Talk<'_>, id: &str) -> Result<Option<(String, Post)>, No> {
    let usual = "/wp/v2/posts".to_owned();
    match talk.post(&usual, id).await {
        Ok(post) => return Ok(Some((usual, post))),
        Err(no) if no.is_unknown() => {}
        Err(no) => return Err(no),
    }
    for base in talk.bases().await?.into_iter().filter(|base| *base != usual) {
        match talk.post(&base, id).await {
            Ok(post) => return Ok(Some((base, post))),
            Err(no) if no.is_unknown() => {}
            Err(no) => return Err(no),
        }
    }
    Ok(None)
}
