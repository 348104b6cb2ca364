//! What WordPress' own REST API says. Nothing frames it, so what another plugin prints before it is stepped over, and what says no says so
//! by `{"code", "message", "data": {"status"}}`.

use domain::delivery::{Answer, Cause, Refusal, Response as Shown, diagnose};
use jiff::Timestamp;
use serde_json::Value;

use crate::destinations::MediaRefusal;
use crate::destinations::wordpress_bridge::answers::{DIAGNOSED_BYTES, evidence, head, retry_after};
use crate::egress::Response;

/// Why a call did not do what it was to do.
#[derive(Debug)]
pub enum No {
    /// The site said so; beside it, what it added.
    Refused(Box<Refusal>, Value),
    /// It did not say anything that can be understood.
    Lost(Answer),
}

impl No {
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(refusal, _) => &refusal.code,
            Self::Lost(_) => "",
        }
    }

    /// There is no such post.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Refused(refusal, _) if refusal.status == 404 && refusal.code == "rest_post_invalid_id")
    }

    pub fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Refused(refusal, _) => refusal.retry_after,
            Self::Lost(_) => None,
        }
    }

    pub fn into_answer(self) -> Answer {
        match self {
            Self::Refused(refusal, _) => Answer::Refused(*refusal),
            Self::Lost(answer) => answer,
        }
    }

    pub fn said(&self) -> String {
        match self {
            Self::Refused(refusal, _) if !refusal.message.is_empty() => refusal.message.clone(),
            Self::Refused(refusal, _) => refusal.cause.detail().to_owned(),
            Self::Lost(answer) => {
                domain::delivery::Failure::of(answer).map(|failure| failure.detail).unwrap_or_default()
            }
        }
    }
}

impl From<No> for MediaRefusal {
    fn from(no: No) -> Self {
        let detail = no.said();
        let cause = domain::delivery::Failure::of(&no.into_answer()).map_or(Cause::Refused, |it| it.cause);
        Self { cause, detail }
    }
}

/// An answer that is not what was asked for.
pub fn broken(what: &str) -> No {
    No::Lost(Answer::BrokenAnswer {
        status: Some(200),
        cause: Cause::BrokenAnswer,
        evidence: what.to_owned(),
    })
}

pub fn read(response: &Response, now: Timestamp) -> Result<Value, No> {
    let text = String::from_utf8_lossy(&response.body);
    let value = if response.cut { None } else { json_in(&text) };
    let words = value.as_ref().filter(|value| value["code"].is_string() && value["message"].is_string());
    // Where headers had gone out before WordPress could set the status, its words say what it would have been.
    let meant =
        words.and_then(|words| words["data"]["status"].as_u64()).and_then(|it| u16::try_from(it).ok());
    let status = match (response.status, words) {
        (200..=299, Some(_)) => meant.unwrap_or(400),
        (status, _) => status,
    };
    if (200..=299).contains(&status)
        && let Some(value) = value
    {
        return Ok(value);
    }
    let text_of =
        |name: &str| words.and_then(|words| words[name].as_str()).unwrap_or_default().replace('\0', "");
    let code = text_of("code");
    let shown = Shown {
        status,
        code: &code,
        content_type: &response.content_type,
        body: head(&text, DIAGNOSED_BYTES),
    };
    let cause = cause(&shown);
    if (200..=299).contains(&status) {
        return Err(No::Lost(Answer::BrokenAnswer {
            status: Some(status),
            cause,
            evidence: evidence(&text),
        }));
    }
    let refusal = Refusal {
        status,
        cause,
        retry_after: response.retry_after.as_deref().and_then(|value| retry_after(value, now)),
        from_plugin: false,
        evidence: evidence(&text),
        message: evidence(&text_of("message")),
        code,
    };
    let data = words.map(|words| words["data"].clone()).unwrap_or_default();
    Err(No::Refused(Box::new(refusal), data))
}

fn cause(shown: &Shown<'_>) -> Cause {
    match shown.code {
        "incorrect_password"
        | "invalid_username"
        | "invalid_email"
        | "rest_not_logged_in"
        | "rest_authentication_error" => Cause::WrongPassword,
        "application_passwords_disabled" | "application_passwords_disabled_for_user" => {
            Cause::PasswordsDisabled
        }
        "rest_post_invalid_id" => Cause::UnknownPost,
        "rest_type_invalid" | "rest_invalid_featured_media" => Cause::InvalidPayload,
        "db_update_error" => Cause::InsertFailed,
        code => match (diagnose(shown), shown.status) {
            (Cause::RestDisabled, _) => Cause::RestDisabled,
            (_, 401) if !code.is_empty() => Cause::WrongPassword,
            (_, 403) if code.starts_with("rest_") => Cause::MissingCapability,
            // There is no plugin of ours whose routes or key they could be.
            (Cause::PluginMissing, _) => Cause::RestDisabled,
            (Cause::WrongKey, _) => Cause::WrongPassword,
            (cause, _) => cause,
        },
    }
}

/// The first object or list of objects, whatever is printed before it.
fn json_in(text: &str) -> Option<Value> {
    const BEGINNINGS: [&str; 4] = ["{\"id\":", "{\"code\":", "[{\"id\":", "[]"];
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with(['{', '[']) {
        return first_value(text);
    }
    let places = BEGINNINGS.iter().filter_map(|beginning| text.find(beginning));
    first_value(&text[places.min()?..])
}

fn first_value(text: &str) -> Option<Value> {
    serde_json::Deserializer::from_str(text).into_iter().next()?.ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn said(status: u16, content_type: &str, body: &str) -> Result<Value, No> {
        let response = Response {
            status,
            content_type: content_type.to_owned(),
            retry_after: None,
            body: body.as_bytes().to_vec(),
            cut: false,
        };
        read(&response, Timestamp::UNIX_EPOCH)
    }

    const JSON: &str = "application/json; charset=UTF-8";

    #[rstest]
    #[case(JSON, r#"{"id":7}"#)]
    #[case(JSON, "\u{feff}\n{\"id\":7}")]
    #[case("text/html", "<br />\n<b>Warning</b>: x {y} in /wp/x.php<br />\n{\"id\":7}<!-- cached -->")]
    fn an_answer_is_found_wherever_it_stands(#[case] content_type: &str, #[case] body: &str) {
        assert_eq!(said(200, content_type, body).unwrap()["id"], 7);
    }

    #[rstest]
    #[case(401, "incorrect_password", Cause::WrongPassword)]
    #[case(401, "rest_not_logged_in", Cause::WrongPassword)]
    #[case(401, "rest_cannot_edit", Cause::WrongPassword)]
    #[case(401, "application_passwords_disabled", Cause::PasswordsDisabled)]
    #[case(401, "rest_cannot_access", Cause::RestDisabled)]
    #[case(403, "rest_cannot_edit", Cause::MissingCapability)]
    #[case(403, "rest_cannot_publish", Cause::MissingCapability)]
    #[case(404, "rest_no_route", Cause::RestDisabled)]
    #[case(404, "rest_post_invalid_id", Cause::UnknownPost)]
    #[case(500, "db_insert_error", Cause::InsertFailed)]
    #[case(400, "rest_invalid_param", Cause::InvalidPayload)]
    fn words_say_what_is_wrong(#[case] status: u16, #[case] code: &str, #[case] expected: Cause) {
        let body = format!(r#"{{"code":"{code}","message":"No.","data":{{"status":{status}}}}}"#);
        for (http, body) in [(status, body.clone()), (200, format!("<b>Notice</b>: x<br>\n{body}"))] {
            let Err(No::Refused(refusal, data)) = said(http, JSON, &body) else { panic!("it is a refusal") };
            assert_eq!((refusal.status, refusal.cause, refusal.from_plugin), (status, expected, false));
            assert_eq!((refusal.message.as_str(), &data["status"]), ("No.", &status.into()));
        }
    }

    #[rstest]
    #[case(200, "text/html", "<!DOCTYPE html><title>Soon</title>", Cause::HtmlInsteadOfJson)]
    #[case(200, JSON, r#"{"id":7,"title":"#, Cause::BrokenAnswer)]
    #[case(200, JSON, "", Cause::BrokenAnswer)]
    fn what_is_no_answer_is_a_broken_one(
        #[case] status: u16,
        #[case] content_type: &str,
        #[case] body: &str,
        #[case] expected: Cause,
    ) {
        let no = said(status, content_type, body).unwrap_err();
        assert!(matches!(&no, No::Lost(Answer::BrokenAnswer { cause, .. }) if *cause == expected), "{no:?}");
    }

    #[test]
    fn a_page_in_front_of_it_is_told_by_its_signs() {
        let no = said(403, "text/html", "Generated by Wordfence").unwrap_err();
        assert!(matches!(&no, No::Refused(refusal, _) if refusal.cause == Cause::Blocked), "{no:?}");
    }
}
