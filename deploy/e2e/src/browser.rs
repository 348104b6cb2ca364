use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::{Client, Method, Url, header, redirect};

use crate::client_builder;

/// A page as it came.
pub struct Page {
    url: Url,
    pub status: u16,
    pub text: String,
    /// What it says it was made with, such as `PHP/8.2.1`.
    pub powered_by: String,
}

impl Page {
    /// Ends the test, showing what the page says, unless this is in it.
    pub fn says(&self, words: &str) {
        assert!(
            self.text.contains(words),
            "{} {} does not say '{words}': {}",
            self.status,
            self.url,
            self.words()
        );
    }

    /// What stands between two texts.
    pub fn between(&self, before: &str, after: &str) -> String {
        self.says(before);
        let rest = self.text.split_once(before).unwrap().1;
        rest.split_once(after).unwrap_or_else(|| panic!("no {after} behind {before}")).0.to_owned()
    }

    /// The address of the first link or frame that has this in it.
    pub fn address_with(&self, part: &str) -> String {
        let mut values =
            self.text.split(['"', '\'']).map(|it| it.replace("&amp;", "&").replace("&#038;", "&"));
        let found = values.find(|it| it.contains(part) && it.contains(".php?"));
        let found =
            found.unwrap_or_else(|| panic!("{} has no address with {part}: {}", self.url, self.words()));
        self.url.join(&found).unwrap().to_string()
    }

    /// Without tags, styles and scripts.
    pub fn words(&self) -> String {
        let mut words = String::new();
        for piece in self.text.split('<') {
            let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
            if !tag.starts_with("style") && !tag.starts_with("script") {
                words.extend(text.split_whitespace().flat_map(|word| [" ", word]));
            }
        }
        words
    }
}

/// What a person uses to administrate WordPress: keeps cookies and follows redirects. No scripts run.
pub struct Browser {
    site: Url,
    http: Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    pub async fn log_in(site: &str, user: &str, password: &str) -> Self {
        let http = client_builder()
            .timeout(Duration::from_mins(5))
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        let browser =
            Self { site: Url::parse(&format!("{site}/")).unwrap(), http, cookies: Mutex::default() };
        browser.get("wp-login.php").await; // Sets the cookie that WordPress wants to see again.
        let form = [("log", user), ("pwd", password), ("wp-submit", "Log In")];
        let page = browser.post("wp-login.php", &form).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(browser.cookies.lock().unwrap().keys().any(|it| it.starts_with("wordpress_logged_in")));
        browser
    }

    /// An address of the site, absolute or below its own.
    pub async fn get(&self, address: &str) -> Page {
        self.go(Method::GET, self.site.join(address).unwrap(), String::new()).await
    }

    pub async fn post(&self, address: &str, form: &[(&str, &str)]) -> Page {
        let mut body = self.site.clone();
        body.query_pairs_mut().clear().extend_pairs(form);
        self.go(Method::POST, self.site.join(address).unwrap(), body.query().unwrap().to_owned()).await
    }

    async fn go(&self, mut method: Method, mut url: Url, mut form: String) -> Page {
        for _ in 0..5 {
            let cookies: Vec<_> =
                self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request =
                self.http.request(method.clone(), url.clone()).header(header::COOKIE, cookies.join("; "));
            let request = if method == Method::POST {
                request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone())
            } else {
                request
            };
            let answer = request.send().await.unwrap();
            for cookie in answer.headers().get_all(header::SET_COOKIE) {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
            }
            let Some(place) = answer.headers().get(header::LOCATION) else {
                let status = answer.status().as_u16();
                let powered_by = answer.headers().get("x-powered-by").and_then(|it| it.to_str().ok());
                let powered_by = powered_by.unwrap_or_default().to_owned();
                return Page { url, status, powered_by, text: answer.text().await.unwrap() };
            };
            url = url.join(place.to_str().unwrap()).unwrap();
            (method, form) = (Method::GET, String::new());
        }
        panic!("{url} leads round and round");
    }
}
