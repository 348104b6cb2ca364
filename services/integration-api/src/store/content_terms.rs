use std::collections::HashMap;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, ContentId};

use super::schema::content_terms;

const CATEGORY: &str = "category";
const TAG: &str = "tag";

/// The categories and tags of one content, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub categories: Vec<String>,
    pub tags: Vec<String>,
}

pub async fn of(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    content: ContentId,
) -> QueryResult<Terms> {
    let rows: Vec<(String, String)> = content_terms::table
        .filter(content_terms::account_id.eq(account.get()))
        .filter(content_terms::content_id.eq(content.get()))
        .order((content_terms::kind, content_terms::place))
        .select((content_terms::kind, content_terms::name))
        .load(connection)
        .await?;
    let (categories, tags): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(kind, _)| kind == CATEGORY);
    let names = |rows: Vec<(String, String)>| rows.into_iter().map(|(_, name)| name).collect();
    Ok(Terms { categories: names(categories), tags: names(tags) })
}

/// The same of several contents.
pub async fn of_all(
    connection: &mut AsyncPgConnection,
    contents: &[i64],
) -> QueryResult<HashMap<i64, Terms>> {
    let rows: Vec<(i64, String, String)> = content_terms::table
        .filter(content_terms::content_id.eq_any(contents))
        .order((content_terms::content_id, content_terms::kind, content_terms::place))
        .select((content_terms::content_id, content_terms::kind, content_terms::name))
        .load(connection)
        .await?;
    let mut all: HashMap<i64, Terms> = HashMap::new();
    for (content, kind, name) in rows {
        let terms = all.entry(content).or_default();
        if kind == CATEGORY { terms.categories.push(name) } else { terms.tags.push(name) }
    }
    Ok(all)
}

/// Puts these in the place of whatever the content had.
pub async fn replace(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    content: ContentId,
    terms: &Terms,
) -> QueryResult<()> {
    let before = content_terms::table
        .filter(content_terms::account_id.eq(account.get()))
        .filter(content_terms::content_id.eq(content.get()));
    diesel::delete(before).execute(connection).await?;
    let rows = |kind: &'static str, names: &[String]| -> Vec<_> {
        (0_i16..)
            .zip(names)
            .map(|(place, name)| {
                (
                    content_terms::account_id.eq(account.get()),
                    content_terms::content_id.eq(content.get()),
                    content_terms::kind.eq(kind),
                    content_terms::place.eq(place),
                    content_terms::name.eq(name.clone()),
                )
            })
            .collect()
    };
    let rows = [rows(CATEGORY, &terms.categories), rows(TAG, &terms.tags)].concat();
    if !rows.is_empty() {
        diesel::insert_into(content_terms::table).values(rows).execute(connection).await?;
    }
    Ok(())
}
