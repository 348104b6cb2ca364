use jiff::Timestamp;

use super::{Comparison, OurText};
use crate::text_enum::text_enum;

text_enum! {
    /// What a site wants to be done about a post that was edited on both sides.
    ConflictPolicy {
        /// Both edits in one text where they don't touch; else a person decides.
        Merge = "merge",
        /// A person decides.
        Ask = "ask",
        Ours = "ours",
        Theirs = "theirs",
        /// Whoever edited last is right.
        Newest = "newest",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Leave it to a person.
    Ask,
    SendOurs(Reason),
    TakeTheirs(Reason),
    /// Both edits, which don't touch.
    SendMerged(OurText),
}

/// Why one side's text is the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The other side's is the same.
    Agreed,
    /// Nobody edited the other.
    Unedited,
    Policy,
    Newer,
}

/// Decides what becomes of the two edits. What is no conflict needs no policy.
pub fn settle(
    policy: ConflictPolicy,
    versions: &Comparison<'_>,
    ours_edited_at: Timestamp,
    theirs_modified_at: Option<Timestamp>,
) -> Settlement {
    if versions.is_agreed() {
        return Settlement::SendOurs(Reason::Agreed);
    }
    if !versions.is_theirs_edited() {
        return Settlement::SendOurs(Reason::Unedited);
    }
    match policy {
        ConflictPolicy::Ask => Settlement::Ask,
        ConflictPolicy::Merge => versions.merged().map_or(Settlement::Ask, Settlement::SendMerged),
        ConflictPolicy::Ours => Settlement::SendOurs(Reason::Policy),
        ConflictPolicy::Theirs => Settlement::TakeTheirs(Reason::Policy),
        ConflictPolicy::Newest => match theirs_modified_at {
            Some(at) if at < ours_edited_at => Settlement::SendOurs(Reason::Newer),
            Some(at) if at > ours_edited_at => Settlement::TakeTheirs(Reason::Newer),
            _ => Settlement::Ask,
        },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::PostText;
    use super::{ConflictPolicy as P, Reason::*, Settlement::*, *};

    const BASE: &str = "<p>a</p><p>b</p><p>c</p>";
    const OURS: &str = "<p>A</p><p>b</p><p>c</p>";
    const APART: &str = "<p>a</p><p>b</p><p>C</p>";
    const TOUCHING: &str = "<p>x</p><p>b</p><p>c</p>";
    const SAVED_AGAIN: &str =
        "<!-- wp:paragraph --><p class=\"x\">a</p><!-- /wp:paragraph --><p>b</p><p>c</p>";

    fn merged(content_html: &str) -> Settlement {
        SendMerged(OurText {
            content_html: content_html.into(),
            excerpt: Some("e".into()),
            ..OurText::default()
        })
    }

    #[rstest]
    #[case(P::Merge, Some(BASE), OURS, APART, merged("<p>A</p>\n\n<p>b</p><p>C</p>"))]
    #[case(P::Merge, Some(BASE), OURS, TOUCHING, Ask)]
    #[case(P::Merge, None, OURS, APART, Ask)]
    #[case(P::Merge, Some(BASE), BASE, APART, merged(APART))]
    #[case(P::Ask, Some(BASE), OURS, APART, Ask)]
    #[case(P::Ask, Some(BASE), BASE, APART, Ask)]
    #[case(P::Ask, Some(BASE), OURS, BASE, SendOurs(Unedited))]
    #[case(P::Theirs, Some(BASE), OURS, SAVED_AGAIN, SendOurs(Unedited))]
    #[case(P::Ask, Some(BASE), OURS, OURS, SendOurs(Agreed))]
    #[case(P::Ask, None, OURS, OURS, SendOurs(Agreed))]
    #[case(P::Ours, Some(BASE), OURS, TOUCHING, SendOurs(Policy))]
    #[case(P::Ours, None, OURS, APART, SendOurs(Policy))]
    #[case(P::Theirs, Some(BASE), OURS, APART, TakeTheirs(Policy))]
    fn decides(
        #[case] policy: ConflictPolicy,
        #[case] base: Option<&str>,
        #[case] ours: &str,
        #[case] theirs: &str,
        #[case] expected: Settlement,
    ) {
        let post =
            |html: &str| PostText { content_html: html.into(), excerpt: "e".into(), ..PostText::default() };
        let (base, theirs) = (base.map(post), post(theirs));
        let ours = OurText { content_html: ours.into(), excerpt: Some("e".into()), ..OurText::default() };
        let versions = Comparison::new(base.as_ref(), &ours, &theirs);
        assert_eq!(settle(policy, &versions, Timestamp::UNIX_EPOCH, None), expected);
    }

    #[rstest]
    #[case(Some(9), SendOurs(Newer))]
    #[case(Some(11), TakeTheirs(Newer))]
    #[case(Some(10), Ask)]
    #[case(None, Ask)]
    fn the_newest_wins(#[case] theirs_modified_at: Option<i64>, #[case] expected: Settlement) {
        let (ours, theirs) = (OurText::default(), PostText { title: "t".into(), ..PostText::default() });
        let versions = Comparison::new(None, &ours, &theirs);
        let second = |second| Timestamp::from_second(second).unwrap();
        let found = settle(ConflictPolicy::Newest, &versions, second(10), theirs_modified_at.map(second));
        assert_eq!(found, expected);
    }
}
