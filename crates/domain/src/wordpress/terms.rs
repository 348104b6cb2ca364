use std::collections::HashMap;

const SEPARATOR: &str = " > ";
/// Deeper ones have no path: each would repeat those of all above it.
const DEEPEST: usize = 10;

/// A term as its taxonomy has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermPlace<'a> {
    pub id: i64,
    /// 0: none.
    pub parent: i64,
    pub name: &'a str,
}

/// `Guides > Beginners` of each, in their order. `None` where a term above is not known, is below the term itself, or is too far up.
pub fn term_paths(terms: &[TermPlace<'_>]) -> Vec<Option<String>> {
    let by_id: HashMap<i64, &TermPlace<'_>> = terms.iter().map(|term| (term.id, term)).collect();
    terms
        .iter()
        .map(|term| {
            let mut names = vec![term.name];
            let mut above = term.parent;
            while above != 0 {
                let term = by_id.get(&above).filter(|_| names.len() < DEEPEST)?;
                names.push(term.name);
                above = term.parent;
            }
            names.reverse();
            Some(names.join(SEPARATOR))
        })
        .collect()
}

/// The same for all ways to write one name or path: ` guides>Beginners` and `Guides > beginners`.
pub fn term_key(name_or_path: &str) -> String {
    let names: Vec<String> = name_or_path.split('>').map(|name| name.trim().to_lowercase()).collect();
    names.join(SEPARATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(terms: &[(i64, i64, &str)]) -> Vec<Option<String>> {
        let terms: Vec<_> = terms.iter().map(|&(id, parent, name)| TermPlace { id, parent, name }).collect();
        term_paths(&terms)
    }

    #[test]
    fn a_path_begins_at_the_top() {
        let found = paths(&[(3, 2, "Rye"), (1, 0, "Food"), (2, 1, "Bread"), (4, 0, "News")]);
        let expected = ["Food > Bread > Rye", "Food", "Food > Bread", "News"];
        assert_eq!(found, expected.map(|it| Some(it.to_owned())));
    }

    #[test]
    fn what_does_not_reach_the_top_has_none() {
        assert_eq!(paths(&[(1, 9, "Orphan")]), [None]);
        assert_eq!(paths(&[(1, 1, "Itself")]), [None]);
        assert_eq!(paths(&[(1, 2, "Round"), (2, 1, "and round")]), [None, None]);
        let chain: Vec<(i64, i64, &str)> = (1..=12).map(|id| (id, id - 1, "x")).collect();
        let found = paths(&chain);
        assert_eq!(found.iter().filter(|it| it.is_some()).count(), DEEPEST);
        assert_eq!(found.last(), Some(&None));
    }

    #[test]
    fn keys_are_the_same_however_it_is_written() {
        assert_eq!(term_key(" Guides>BEGINNERS "), "guides > beginners");
        assert_eq!(term_key("Ärzte"), term_key("ärzte"));
        assert_ne!(term_key("Guides"), term_key("Guides > Beginners"));
    }
}
