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

/// Gives contents that have none their terms.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    all: &[(i64, Terms)],
) -> QueryResult<()> {
    let rows: Vec<_> = all
        .iter()
        .flat_map(|(content, terms)| [(content, CATEGORY, &terms.categories), (content, TAG, &terms.tags)])
        .flat_map(|(content, kind, names)| {
            (0_i16..).zip(names).map(move |(place, name)| {
                (
                    content_terms::account_id.eq(account.get()),
                    content_terms::content_id.eq(*content),
                    content_terms::kind.eq(kind),
                    content_terms::place.eq(place),
                    content_terms::name.eq(name.clone()),
                )
            })
        })
        .collect();
    // A statement has 65,535 parameters at most.
    for rows in rows.chunks(10_000) {
        diesel::insert_into(content_terms::table).values(rows).execute(connection).await?;
    }
    Ok(())
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
    insert(connection, account, &[(content.get(), terms.clone())]).await
}
