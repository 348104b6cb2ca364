use std::collections::HashMap;

use domain::wordpress::term_key;

use crate::store::site_terms::{CATEGORY, Meant};

/// The categories and tags that a site told of, as far as content names them.
#[derive(Clone, Debug, Default)]
pub struct KnownTerms {
    pub categories: Known,
    pub tags: Known,
}

/// `None`: several terms are called so, and which is meant is for the site to say.
#[derive(Clone, Debug, Default)]
pub struct Known {
    by_path: HashMap<String, Option<i64>>,
    by_name: HashMap<String, Option<i64>>,
}

impl KnownTerms {
    /// By integration.
    pub fn of_all(rows: Vec<Meant>) -> HashMap<i64, Self> {
        let mut all: HashMap<i64, Self> = HashMap::new();
        for row in rows {
            let terms = all.entry(row.integration_id).or_default();
            let known = if row.taxonomy == CATEGORY { &mut terms.categories } else { &mut terms.tags };
            if let Some(path) = row.path_key {
                note(&mut known.by_path, path, row.wordpress_id);
            }
            note(&mut known.by_name, row.name_key, row.wordpress_id);
        }
        all
    }
}

impl Known {
    /// The term that is meant: the one with this path, else the only one with this name.
    pub fn id_of(&self, name_or_path: &str) -> Option<i64> {
        let key = term_key(name_or_path);
        let found = self.by_path.get(&key).or_else(|| self.by_name.get(&key));
        found.copied().flatten()
    }
}

fn note(ids: &mut HashMap<String, Option<i64>>, key: String, id: i64) {
    ids.entry(key).and_modify(|known| *known = None).or_insert(Some(id));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(terms: &[(i64, &str, Option<&str>)]) -> Known {
        let rows = terms.iter().map(|&(wordpress_id, name, path)| Meant {
            integration_id: 1,
            taxonomy: CATEGORY.to_owned(),
            wordpress_id,
            name_key: term_key(name),
            path_key: path.map(term_key),
        });
        KnownTerms::of_all(rows.collect()).remove(&1).unwrap_or_default().categories
    }

    #[test]
    fn a_path_goes_before_a_name_and_two_of_a_name_before_none() {
        let known = known(&[
            (1, "Guides", Some("Guides")),
            (2, "Bread", Some("Bread")),
            (3, "Bread", Some("Guides > Bread")),
            (4, "Rye", Some("Guides > Rye")),
            (5, "Salt", Some("Guides > Salt")),
            (6, "Salt", Some("News > Salt")),
            (7, "Lost", None),
        ]);
        let found =
            ["guides", "Bread", "guides>bread", "Rye", "Salt", "News > Salt", "News > Rye", "Lost", "New"]
                .map(|name| known.id_of(name));
        assert_eq!(found, [Some(1), Some(2), Some(3), Some(4), None, Some(6), None, Some(7), None]);
    }
}
