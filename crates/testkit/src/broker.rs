use std::time::{Duration, Instant};

use contracts::FromWire;
use messaging::{Arrived, Broker, BrokerSettings};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::{on_a_thread, required};

/// A vhost of its own, deleted with this value.
pub struct TestBroker {
    vhost: String,
    url: String,
}

impl TestBroker {
    pub async fn new() -> Self {
        let vhost = format!("t-{}", Uuid::now_v7().simple());
        let mut url = Url::parse(&required("IGNY8_TEST_BROKER_URL")).unwrap();
        url.set_path(&format!("/{vhost}"));
        let user = url.username().to_owned();
        manage("PUT", &format!("vhosts/{vhost}"), json!({})).await;
        let all = json!({"configure": ".*", "write": ".*", "read": ".*"});
        manage("PUT", &format!("permissions/{vhost}/{user}"), all).await;
        Self { vhost, url: url.to_string() }
    }

    pub fn settings(&self) -> BrokerSettings {
        BrokerSettings { url: self.url.clone().into() }
    }

    pub fn broker(&self, application: &'static str) -> Broker {
        Broker::new(&self.settings(), application)
    }

    /// Ends every connection to this vhost, as a restart of the broker would. Returns how many.
    pub async fn cut_connections(&self) -> usize {
        let listed = manage("GET", &format!("vhosts/{}/connections", self.vhost), Value::Null).await;
        let names: Vec<String> = listed
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|c| c["name"].as_str().map(str::to_owned))
            .collect();
        for name in &names {
            let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
            manage("DELETE", &format!("connections/{}", encoded.replace('+', "%20")), Value::Null).await;
        }
        names.len()
    }

    /// Waits for the next message of `queue` and takes it.
    pub async fn receive<M: FromWire>(&self, queue: &str) -> M {
        let message = self.receive_raw(queue, Duration::from_secs(15)).await;
        let message = message.unwrap_or_else(|| panic!("no message came to {queue}"));
        M::from_wire(&message.type_name, &message.body).unwrap()
    }

    /// The next message of `queue`, if one comes in time.
    pub async fn receive_raw(&self, queue: &str, patience: Duration) -> Option<Arrived> {
        let reader = self.broker("testkit").reader().await.unwrap();
        let started = Instant::now();
        loop {
            if let Some(message) = reader.get(queue).await.unwrap() {
                reader.ack(&message).await.unwrap();
                reader.close().await;
                return Some(message);
            }
            if started.elapsed() > patience {
                reader.close().await;
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for TestBroker {
    fn drop(&mut self) {
        let path = format!("vhosts/{}", self.vhost);
        on_a_thread(async move {
            manage("DELETE", &path, Value::Null).await;
        });
    }
}

/// One call to the management interface; anything but a success ends the test.
async fn manage(method: &str, path: &str, body: Value) -> Value {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut url = Url::parse(&required("IGNY8_TEST_BROKER_MANAGEMENT_URL")).unwrap();
    let (user, password) = (url.username().to_owned(), url.password().unwrap_or_default().to_owned());
    url.set_username("").unwrap();
    url.set_password(None).unwrap();
    let url = format!("{}/api/{path}", url.as_str().trim_end_matches('/'));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method.parse().unwrap(), &url).basic_auth(user, Some(password));
    if !body.is_null() {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    assert!(response.status().is_success() || method == "DELETE", "{method} {url}: {}", response.status());
    response.json().await.unwrap_or(Value::Null)
}
