//! `/collections/{post_type}`: whether posts of one type can be read and written.

use domain::delivery::Failure;
use serde_json::{Map, Value};

use super::answers::{self, Reading};
use super::examine::{UPDATE_PLUGIN, is_missing};
use super::members;
use super::probe::{failed, passed};
use crate::destinations::Finding;
use crate::egress::CallError;

const NAME: &str = "post_type";

pub fn findings(post_type: &str, result: Result<Reading, CallError>) -> Vec<Finding> {
    if is_missing(&result) {
        let detail = "The plugin is too old to be asked about a post type.".to_owned();
        return vec![Finding { ok: false, fix: UPDATE_PLUGIN.to_owned(), ..passed(NAME, detail) }];
    }
    if result.as_ref().is_ok_and(|reading| reading.code() == "unknown_post_type") {
        let fix = "Check its name, or activate the theme or plugin that registers it.".to_owned();
        let detail = format!("The site has no post type “{post_type}”.");
        return vec![Finding { ok: false, fix, ..passed(NAME, detail) }];
    }
    match members(result) {
        Ok(told) => of_members(post_type, &told),
        Err(answer) => Failure::of(&answer).map(|failure| failed(NAME, &failure)).into_iter().collect(),
    }
}

fn of_members(post_type: &str, told: &Map<String, Value>) -> Vec<Finding> {
    let text = |name: &str| {
        answers::evidence(&told.get(name).and_then(Value::as_str).unwrap_or_default().replace('\0', ""))
    };
    let count = told.get("count").and_then(Value::as_i64).unwrap_or_default();
    let label = Some(text("label")).filter(|it| !it.is_empty()).unwrap_or_else(|| post_type.to_owned());
    let list = |name: &str| {
        let names = told.get(name).and_then(Value::as_array).into_iter().flatten();
        names.filter_map(Value::as_str).take(50).collect::<Vec<_>>().join(", ")
    };
    let evidence =
        answers::evidence(&format!("supports: {}; taxonomies: {}", list("supports"), list("taxonomies")));
    let able = |name: &'static str, yes: &str, no: &str| {
        if told.get(name) == Some(&Value::Bool(true)) {
            return passed(name, yes.to_owned());
        }
        let detail = Some(text("detail")).filter(|it| !it.is_empty()).unwrap_or_else(|| no.to_owned());
        Finding { ok: false, fix: text("fix"), ..passed(name, detail) }
    };
    vec![
        Finding { evidence, ..passed(NAME, format!("{label}: {count} on the site.")) },
        able("readable", "They can be read.", "They can't be read."),
        able("writable", "They can be written.", "They can't be written."),
    ]
}
