use std::fmt;
use std::str::FromStr;

/// Which events were seen: all up to some id, but for holes. Ids are given before commits, so a lower one may come later.
///
/// Kept as the ranges not seen, lowest first; the last one has no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Vec<(i64, i64)>);

/// More holes than that are not written down: what lies above is then seen twice.
const HOLES: usize = 16;

impl Place {
    /// Everything up to `id`, and nothing above.
    pub fn up_to(id: i64) -> Self {
        Self(vec![(id.saturating_add(1), i64::MAX)])
    }

    pub fn has(&self, id: i64) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < id);
        self.0.get(at).is_none_or(|(first, _)| id < *first)
    }

    /// Sees `id`; false if it was seen before.
    pub fn see(&mut self, id: i64) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < id);
        let Some(&(first, last)) = self.0.get(at) else { return false };
        if id < first {
            return false;
        }
        let left = [(first, id.saturating_sub(1)), (id.saturating_add(1), last)];
        self.0.splice(at..=at, left.into_iter().filter(|(first, last)| first <= last));
        true
    }

    /// The highest id that was seen.
    pub fn top(&self) -> i64 {
        self.0.last().map_or(i64::MAX, |(first, _)| first.saturating_sub(1))
    }

    /// The highest id below which there is no hole.
    pub fn bottom(&self) -> i64 {
        self.0.first().map_or(i64::MAX, |(first, _)| first.saturating_sub(1))
    }

    pub fn holes(&self) -> &[(i64, i64)] {
        self.0.split_last().map_or(&[], |(_, holes)| holes)
    }

    /// Whether it can be written down as it is.
    pub fn can_be_told(&self) -> bool {
        self.holes().len() <= HOLES
    }

    /// The holes up to `id` will never be filled.
    pub fn close_holes_up_to(&mut self, id: i64) {
        let top = self.top();
        self.0.retain(|(first, last)| *last > id || *first > top);
    }

    /// What both together have seen, of `other` as far as `limit`.
    pub fn joined(&self, other: &Self, limit: i64) -> Self {
        let above = (limit.saturating_add(1), i64::MAX);
        let theirs: Vec<_> =
            other.0.iter().copied().filter(|(first, _)| *first <= limit).chain([above]).collect();
        let mut both = Vec::new();
        for (first, last) in &self.0 {
            for (from, to) in &theirs {
                let (from, to) = (*first.max(from), *last.min(to));
                match both.last_mut() {
                    _ if from > to => {}
                    // A hole of theirs and what lies above the limit may touch or overlap.
                    Some((_, end)) if from <= i64::saturating_add(*end, 1) => *end = to.max(*end),
                    _ => both.push((from, to)),
                }
            }
        }
        Self(both)
    }
}

/// `120`, or with its holes `120~101-104~117-117`: what stands in `id:` and comes back as `Last-Event-ID`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holes = self.holes();
        let top = holes.get(HOLES).map_or(self.top(), |(first, _)| first - 1);
        write!(f, "{top}")?;
        holes.iter().take(HOLES).try_for_each(|(first, last)| write!(f, "~{first}-{last}"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in the stream")]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let mut parts = text.trim().split('~');
        let number = |text: &str| text.parse::<i64>().ok().filter(|it| *it >= 0).ok_or(NoPlace);
        let top = number(parts.next().unwrap_or_default())?;
        let mut ranges = Vec::new();
        let mut below = 0;
        for hole in parts {
            let (first, last) = hole.split_once('-').ok_or(NoPlace)?;
            let (first, last) = (number(first)?, number(last)?);
            if first <= below || last < first || last >= top || ranges.len() == HOLES {
                return Err(NoPlace);
            }
            ranges.push((first, last));
            below = last;
        }
        ranges.push((top.saturating_add(1), i64::MAX));
        Ok(Self(ranges))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn place(text: &str) -> Place {
        text.parse().unwrap()
    }

    #[test]
    fn sees_each_id_once_in_any_order() {
        let mut seen = Place::up_to(10);
        assert!(!seen.see(10));
        assert!(seen.see(14) && seen.see(12) && seen.see(11));
        assert!(!seen.see(14) && !seen.see(12));
        assert_eq!(seen.to_string(), "14~13-13");
        assert!(seen.has(12) && !seen.has(13) && !seen.has(15));
        assert_eq!((seen.bottom(), seen.top()), (12, 14));
        assert!(seen.see(13));
        assert_eq!(seen, Place::up_to(14));
    }

    #[test]
    fn holes_close() {
        let mut seen = place("20~5-7~12-13");
        seen.close_holes_up_to(11);
        assert_eq!(seen.to_string(), "20~12-13");
        seen.close_holes_up_to(20);
        assert_eq!(seen, Place::up_to(20));
    }

    #[rstest]
    #[case("10", "20", 20, "20")]
    #[case("10~5-6", "20~6-8~15-15", 20, "20~6-6~15-15")]
    #[case("10~5-6", "20~15-15", 7, "10~")]
    #[case("10", "20~15-15", 12, "12")]
    #[case("10", "20~15-15", 15, "14")]
    #[case("30", "20~15-15", 20, "30")]
    fn joins(#[case] mine: &str, #[case] theirs: &str, #[case] limit: i64, #[case] expected: &str) {
        assert_eq!(place(mine).joined(&place(theirs), limit).to_string(), expected.trim_end_matches('~'));
    }

    #[test]
    fn joining_is_seeing_both() {
        let (mine, theirs) = (place("12~3-4~7-7~10-11"), place("18~1-3~7-8~14-16"));
        for limit in 0..22 {
            let both = mine.joined(&theirs, limit);
            for id in 1..25 {
                assert_eq!(both.has(id), mine.has(id) || (id <= limit && theirs.has(id)), "{id} of {limit}");
            }
            assert_eq!(both.to_string().parse(), Ok(both));
        }
    }

    #[test]
    fn too_many_holes_are_cut_off_below_the_next() {
        let mut seen = Place::up_to(0);
        for id in (2..=100).step_by(2) {
            seen.see(id);
        }
        let written = place(&seen.to_string());
        assert_eq!((written.holes().len(), written.top()), (16, 32));
        assert!((1..=32).all(|id| written.has(id) == seen.has(id)));
    }

    #[rstest]
    #[case("")]
    #[case("x")]
    #[case("-1")]
    #[case("10~")]
    #[case("10~4")]
    #[case("10~5-4")]
    #[case("10~5-10")]
    #[case("10~5-6~6-7")]
    #[case("10~0-1")]
    #[case("99999999999999999999")]
    fn other_texts_are_none(#[case] text: &str) {
        assert_eq!(text.parse::<Place>(), Err(NoPlace));
    }
}
