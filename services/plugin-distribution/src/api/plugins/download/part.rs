//! Which part of a file a request wants: RFC 9110, sections 13 and 14.

use std::ops::Range as Bytes;
use std::time::{Duration, SystemTime};

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{
    self, EntityTag, Header, HttpDate, IfMatch, IfModifiedSince, IfRange, IfUnmodifiedSince, Range,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    Bytes(Bytes<u64>),
    /// 304
    NotModified,
    /// 412
    Changed,
    /// 416
    Beyond,
}

/// A file as it is now.
#[derive(Clone, Debug)]
pub struct File {
    pub tag: EntityTag,
    pub modified: HttpDate,
    pub length: u64,
}

impl File {
    pub fn wanted(&self, request: &HttpRequest) -> Part {
        if self.has_changed(request) {
            Part::Changed
        } else if self.is_known(request) {
            Part::NotModified
        } else if request.method() == Method::GET && self.is_in_range_of(request) {
            self.range(request)
        } else {
            Part::Whole
        }
    }

    fn has_changed(&self, request: &HttpRequest) -> bool {
        match given::<IfMatch>(request) {
            Some(IfMatch::Items(tags)) => !tags.iter().any(|it| it.strong_eq(&self.tag)),
            Some(IfMatch::Any) => false,
            None => given::<IfUnmodifiedSince>(request).is_some_and(|it| it.0 < self.modified),
        }
    }

    fn is_known(&self, request: &HttpRequest) -> bool {
        // The date counts only in the absence of tags.
        super::super::is_known(request, &self.tag)
            .unwrap_or_else(|| given::<IfModifiedSince>(request).is_some_and(|it| self.modified <= it.0))
    }

    /// Whether what the client has is a part of this very file, so that another part fits it.
    fn is_in_range_of(&self, request: &HttpRequest) -> bool {
        match given::<IfRange>(request) {
            Some(IfRange::EntityTag(tag)) => tag.strong_eq(&self.tag),
            Some(IfRange::Date(date)) => date == self.modified,
            None => !request.headers().contains_key(header::IF_RANGE),
        }
    }

    /// Several ranges at once, and what is no range, are answered with the whole.
    fn range(&self, request: &HttpRequest) -> Part {
        let Some(Range::Bytes(ranges)) = given::<Range>(request) else { return Part::Whole };
        let [range] = ranges.as_slice() else { return Part::Whole };
        match range.to_satisfiable_range(self.length) {
            Some((first, last)) => Part::Bytes(first..last + 1),
            None => Part::Beyond,
        }
    }
}

fn given<H: Header>(request: &HttpRequest) -> Option<H> {
    request.headers().contains_key(H::name()).then(|| H::parse(request).ok()).flatten()
}

/// The date that conditional requests compare: HTTP knows whole seconds only.
pub fn date(time: SystemTime) -> HttpDate {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |it| it.as_secs());
    (SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).into()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    const NOW: &str = "Sun, 09 Sep 2001 01:46:40 GMT";
    const BEFORE: &str = "Sun, 09 Sep 2001 01:46:39 GMT";
    const AFTER: &str = "Sun, 09 Sep 2001 01:46:41 GMT";

    fn file() -> File {
        let modified = date(SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000_000_400));
        File { tag: EntityTag::new_strong("abc".to_owned()), modified, length: 100 }
    }

    fn wanted(headers: &[(&str, &str)], method: Method) -> Part {
        let request = headers
            .iter()
            .fold(TestRequest::default().method(method), |request, header| request.append_header(*header));
        file().wanted(&request.to_http_request())
    }

    #[rstest]
    #[case::nothing(&[], Part::Whole)]
    #[case::same(&[("if-none-match", "\"abc\"")], Part::NotModified)]
    #[case::weakly_same(&[("if-none-match", "\"x\", W/\"abc\"")], Part::NotModified)]
    #[case::any(&[("if-none-match", "*")], Part::NotModified)]
    #[case::other(&[("if-none-match", "\"x\"")], Part::Whole)]
    #[case::unreadable_tag(&[("if-none-match", "abc"), ("if-modified-since", AFTER)], Part::Whole)]
    #[case::tag_before_date(&[("if-none-match", "\"x\""), ("if-modified-since", AFTER)], Part::Whole)]
    #[case::since_then(&[("if-modified-since", NOW)], Part::NotModified)]
    #[case::since_before(&[("if-modified-since", BEFORE)], Part::Whole)]
    #[case::no_date(&[("if-modified-since", "yesterday")], Part::Whole)]
    #[case::must_match(&[("if-match", "\"abc\"")], Part::Whole)]
    #[case::must_match_other(&[("if-match", "\"x\"")], Part::Changed)]
    #[case::must_match_strongly(&[("if-match", "W/\"abc\"")], Part::Changed)]
    #[case::must_be_as_old(&[("if-unmodified-since", BEFORE)], Part::Changed)]
    #[case::is_as_old(&[("if-unmodified-since", NOW)], Part::Whole)]
    fn conditions(#[case] headers: &[(&str, &str)], #[case] expected: Part) {
        assert_eq!(wanted(headers, Method::GET), expected);
        assert_eq!(wanted(headers, Method::HEAD), expected);
    }

    #[rstest]
    #[case::first("bytes=0-9", Part::Bytes(0..10))]
    #[case::open("bytes=90-", Part::Bytes(90..100))]
    #[case::last("bytes=-10", Part::Bytes(90..100))]
    #[case::more_than_there_is("bytes=-200", Part::Bytes(0..100))]
    #[case::over_the_end("bytes=99-200", Part::Bytes(99..100))]
    #[case::beyond("bytes=100-", Part::Beyond)]
    #[case::nothing_of_it("bytes=-0", Part::Beyond)]
    #[case::turned_round("bytes=9-0", Part::Whole)]
    #[case::several("bytes=0-1,5-6", Part::Whole)]
    #[case::other_unit("lines=0-9", Part::Whole)]
    #[case::nonsense("bytes=a-b", Part::Whole)]
    #[case::huge("bytes=0-18446744073709551616", Part::Whole)]
    fn ranges(#[case] range: &str, #[case] expected: Part) {
        assert_eq!(wanted(&[("range", range)], Method::GET), expected);
        assert_eq!(wanted(&[("range", range)], Method::HEAD), Part::Whole, "only GET has ranges");
    }

    #[rstest]
    #[case::of_this("\"abc\"", Part::Bytes(0..10))]
    #[case::of_another("\"x\"", Part::Whole)]
    #[case::weak("W/\"abc\"", Part::Whole)]
    #[case::date(NOW, Part::Bytes(0..10))]
    #[case::later_date(AFTER, Part::Whole)]
    #[case::nonsense("abc", Part::Whole)]
    fn a_range_of_the_file_that_the_client_has(#[case] condition: &str, #[case] expected: Part) {
        assert_eq!(wanted(&[("range", "bytes=0-9"), ("if-range", condition)], Method::GET), expected);
    }
}
