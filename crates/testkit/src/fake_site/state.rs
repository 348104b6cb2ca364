use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::core::Core;
use super::{Behaviour, Trust};

pub struct State {
    pub trust: Trust,
    pub port: u16,
    pub script: HashMap<&'static str, VecDeque<Behaviour>>,
    pub always: HashMap<&'static str, Behaviour>,
    pub files: HashMap<String, File>,
    pub posts: Vec<Post>,
    /// By content; `None` once a person deleted its post.
    pub contents: HashMap<i64, Option<i64>>,
    /// By operation id.
    pub receipts: HashMap<String, Receipt>,
    /// Contents being worked on.
    pub open: HashSet<i64>,
    /// By SHA-256.
    pub media: HashMap<String, i64>,
    /// What was uploaded, one after the other.
    pub uploads: Vec<Vec<u8>>,
    pub seen_ids: HashSet<String>,
    pub requests: Vec<String>,
    pub last_payload: Value,
    /// What is added to the next posts that are made or changed.
    pub warnings: VecDeque<Value>,
    /// What a site without the plugin has.
    pub core: Core,
    pub at_once: usize,
    pub most_at_once: usize,
    next_id: i64,
}

pub enum File {
    Bytes(Vec<u8>),
    Redirect(String),
}

pub struct Post {
    pub content_id: i64,
    pub id: i64,
    pub operation_id: String,
    pub status: String,
    pub text: Text,
    /// What the last command left there.
    pub base: Text,
}

#[derive(Clone, Default)]
pub struct Text {
    pub title: String,
    pub content_html: String,
    pub excerpt: String,
}

impl Text {
    pub fn of(payload: &Value) -> Self {
        let text = |name: &str| payload[name].as_str().unwrap_or_default().to_owned();
        Self { title: text("title"), content_html: text("content_html"), excerpt: text("excerpt") }
    }

    pub fn revision(&self) -> String {
        hex::encode(Sha256::digest([&*self.title, &*self.content_html, &*self.excerpt].join("\n")))
    }

    pub fn members(&self) -> Value {
        json!({
            "title": self.title, "content_html": self.content_html, "excerpt": self.excerpt, "revision": self.revision(),
        })
    }
}

pub struct Receipt {
    pub body: Value,
    pub answer: Value,
}

impl State {
    pub fn new(trust: Trust, port: u16) -> Self {
        Self {
            trust,
            port,
            script: HashMap::new(),
            always: HashMap::new(),
            files: HashMap::new(),
            posts: Vec::new(),
            contents: HashMap::new(),
            receipts: HashMap::new(),
            open: HashSet::new(),
            media: HashMap::new(),
            uploads: Vec::new(),
            seen_ids: HashSet::new(),
            requests: Vec::new(),
            last_payload: Value::Null,
            warnings: VecDeque::new(),
            core: Core::default(),
            at_once: 0,
            most_at_once: 0,
            next_id: 77,
        }
    }

    pub fn behaviour(&mut self, route: &str) -> Behaviour {
        let next = self.script.get_mut(route).and_then(VecDeque::pop_front);
        next.or_else(|| self.always.get(route).cloned()).unwrap_or(Behaviour::Answers)
    }

    pub fn new_id(&mut self) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    pub fn make_post(&mut self, content_id: i64, operation_id: &str, status: &str, text: Text) -> i64 {
        let id = self.add_post(content_id, operation_id, status, text);
        self.contents.insert(content_id, Some(id));
        id
    }

    /// `content_id` 0: it is none of ours.
    pub fn add_post(&mut self, content_id: i64, operation_id: &str, status: &str, text: Text) -> i64 {
        let id = self.new_id();
        self.posts.push(Post {
            content_id,
            id,
            operation_id: operation_id.to_owned(),
            status: status.to_owned(),
            base: text.clone(),
            text,
        });
        id
    }

    pub fn post_of(&mut self, content_id: i64) -> Option<&mut Post> {
        self.posts.iter_mut().find(|post| post.content_id == content_id)
    }

    pub fn post_members(&self, id: i64) -> Value {
        let post = self.posts.iter().find(|post| post.id == id);
        json!({
            "post_id": id, "post_url": format!("http://127.0.0.1:{}/?p={id}", self.port),
            "post_status": post.map_or("deleted", |post| post.status.as_str()),
            "revision": post.map(|post| post.text.revision()),
        })
    }
}
