//! Categories and tags by their names, made where they are missing.

use std::collections::BTreeMap;

use domain::content::{Article, MissingTerms};
use domain::delivery::{Part, Warning};
use serde_json::{Value, json};

use super::answers::No;
use super::talk::{Ask, Talk};

/// A post's terms, as far as the site has them now.
pub struct Terms {
    pub categories: Vec<i64>,
    pub tags: Vec<i64>,
    pub warnings: Vec<Warning>,
}

/// More of each are left out.
const MOST: usize = 50;
const SEPARATOR: &str = " > ";

pub async fn find(talk: &mut Talk<'_>, article: &Article) -> Terms {
    let mut search = Search { talk, missing: article.missing_terms, silent: false, warnings: Vec::new() };
    let categories = search.all("/wp/v2/categories", &article.categories, &article.category_ids).await;
    let tags = search.all("/wp/v2/tags", &article.tags, &article.tag_ids).await;
    Terms { categories, tags, warnings: search.warnings }
}

struct Search<'a, 'b> {
    talk: &'a mut Talk<'b>,
    missing: MissingTerms,
    /// The site stopped answering; each further question would take as long.
    silent: bool,
    warnings: Vec<Warning>,
}

impl Search<'_, '_> {
    async fn all(&mut self, route: &str, names: &[String], known: &BTreeMap<String, i64>) -> Vec<i64> {
        let mut ids = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let found = match known.get(name) {
                Some(id) => Some(*id),
                None if place >= MOST => {
                    self.warn("term_left_out", name, format!("More than {MOST} of a kind."), None)
                }
                None if self.silent => {
                    self.warn("term_failed", name, "The site did not answer.".to_owned(), Some(Part::Terms))
                }
                None => match self.path(route, name).await {
                    Ok(Some(id)) => Some(id),
                    Ok(None) => {
                        self.warn("term_missing", name, "The site does not have it.".to_owned(), None)
                    }
                    Err(no) => {
                        self.silent = matches!(no, No::Lost(_));
                        // What this person may not do now, he may not do later either.
                        let forbidden = matches!(&no, No::Refused(refusal, _) if refusal.status == 403);
                        self.warn("term_failed", name, no.said(), (!forbidden).then_some(Part::Terms))
                    }
                },
            };
            ids.extend(found.filter(|id| !ids.contains(id)));
        }
        ids
    }

    fn warn(&mut self, code: &str, name: &str, detail: String, part: Option<Part>) -> Option<i64> {
        self.warnings.push(Warning { code: code.to_owned(), subject: name.to_owned(), detail, part });
        None
    }

    /// `Guides > Beginners` is the category Beginners below Guides; tags have no paths.
    async fn path(&mut self, route: &str, path: &str) -> Result<Option<i64>, No> {
        let is_path = route.ends_with("categories");
        let steps: Vec<&str> = if is_path { path.split(SEPARATOR).collect() } else { vec![path] };
        let mut parent = 0;
        for step in steps.iter().map(|step| step.trim()).filter(|step| !step.is_empty()) {
            let Some(id) = self.one(route, step, is_path.then_some(parent)).await? else { return Ok(None) };
            parent = id;
        }
        Ok(Some(parent).filter(|id| *id > 0))
    }

    async fn one(&mut self, route: &str, name: &str, parent: Option<i64>) -> Result<Option<i64>, No> {
        let mut ask = Ask::get(route)
            .with("search", escaped(name))
            .with("per_page", "100")
            .with("_fields", "id,name,parent");
        if let Some(parent) = parent {
            ask = ask.with("parent", parent.to_string());
        }
        let found = self.talk.ask(ask).await?;
        let mut found = found.as_array().into_iter().flatten();
        let same = |term: &&Value| term["name"].as_str().is_some_and(|it| plain(it) == plain(name));
        if let Some(term) = found.find(same) {
            return Ok(term["id"].as_i64());
        }
        if self.missing == MissingTerms::Skip {
            return Ok(None);
        }
        let mut body = json!({ "name": name });
        if let Some(parent) = parent {
            body["parent"] = parent.into();
        }
        match self.talk.ask(Ask::post(route, &body).with("_fields", "id")).await {
            Ok(made) => Ok(made["id"].as_i64()),
            // Somebody else made it, or it is spelled another way.
            Err(No::Refused(refusal, data)) if refusal.code == "term_exists" => {
                match data["term_id"].as_i64() {
                    Some(id) => Ok(Some(id)),
                    None => Err(No::Refused(refusal, data)),
                }
            }
            Err(no) => Err(no),
        }
    }
}

/// As WordPress keeps names.
fn escaped(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn plain(name: &str) -> String {
    let name = name.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#039;", "'");
    name.replace("&amp;", "&").trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_read_them() {
        assert_eq!(plain("Tips &amp; Tricks"), plain("tips & tricks "));
        assert_eq!(plain(&escaped("A <b> & \"c\"")), plain("a <b> & \"c\""));
        assert_ne!(plain("Guides"), plain("Guide"));
    }
}
