//! Every exchange, queue and binding there is. `proto/README.md` shows the same table; a test compares the two.

/// A durable topic exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exchange(pub &'static str);

/// A quorum queue with its dead-letter queue `<name>.dead`, and what it is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queue {
    pub name: &'static str,
    pub bindings: &'static [(Exchange, &'static str)],
}

impl Queue {
    pub fn dead(&self) -> String {
        format!("{}.dead", self.name)
    }
}

pub mod exchanges {
    use super::Exchange;

    pub const INTEGRATION_EVENTS: Exchange = Exchange("integration.events");
    pub const PUBLISHER_COMMANDS: Exchange = Exchange("publisher.commands");
    pub const PUBLISHER_EVENTS: Exchange = Exchange("publisher.events");
    pub const WEBHOOK_EVENTS: Exchange = Exchange("webhook.events");

    pub const ALL: [Exchange; 4] = [INTEGRATION_EVENTS, PUBLISHER_COMMANDS, PUBLISHER_EVENTS, WEBHOOK_EVENTS];
}

pub mod queues {
    use super::Queue;
    use super::exchanges::{INTEGRATION_EVENTS, PUBLISHER_COMMANDS, PUBLISHER_EVENTS, WEBHOOK_EVENTS};

    /// One queue, so that what is ordered of one content arrives in its order.
    pub const PUBLISHER_ORDERS: Queue = Queue {
        name: "publisher.orders",
        bindings: &[
            (PUBLISHER_COMMANDS, "publish_content.v1"),
            (PUBLISHER_COMMANDS, "update_content.v1"),
            (PUBLISHER_COMMANDS, "move_post.v1"),
            (PUBLISHER_COMMANDS, "cancel_operation.v1"),
        ],
    };
    pub const PUBLISHER_READS: Queue =
        Queue { name: "publisher.reads", bindings: &[(PUBLISHER_COMMANDS, "read_posts.v1")] };
    pub const PUBLISHER_PROBE_SITE: Queue =
        Queue { name: "publisher.probe_site", bindings: &[(PUBLISHER_COMMANDS, "probe_site.v1")] };
    pub const PUBLISHER_SITE_CHANGED: Queue = Queue {
        name: "publisher.site_changed",
        bindings: &[(INTEGRATION_EVENTS, "site.credential_changed.v1")],
    };
    pub const WEBHOOK_SITE_CHANGED: Queue = Queue {
        name: "webhook.site_changed",
        bindings: &[(INTEGRATION_EVENTS, "site.credential_changed.v1")],
    };
    pub const WEBHOOK_DELIVERY_APPLIED: Queue =
        Queue { name: "webhook.delivery_applied", bindings: &[(INTEGRATION_EVENTS, "delivery.applied.v1")] };
    pub const PLUGIN_SITE_CHANGED: Queue = Queue {
        name: "plugin.site_changed",
        bindings: &[(INTEGRATION_EVENTS, "site.credential_changed.v1")],
    };
    pub const PLUGIN_OPERATOR_TOKEN_CHANGED: Queue = Queue {
        name: "plugin.operator_token_changed",
        bindings: &[(INTEGRATION_EVENTS, "operator_token.changed.v1")],
    };
    pub const INTEGRATION_PUBLISH_RESULTS: Queue = Queue {
        name: "integration.publish_results",
        bindings: &[
            (PUBLISHER_EVENTS, "publish.*.v1"),
            (PUBLISHER_EVENTS, "content.*.v1"),
            (PUBLISHER_EVENTS, "post.moved.v1"),
        ],
    };
    pub const INTEGRATION_SITE_PROBED: Queue =
        Queue { name: "integration.site_probed", bindings: &[(PUBLISHER_EVENTS, "site.probed.v1")] };
    pub const INTEGRATION_SITE_READS: Queue =
        Queue { name: "integration.site_reads", bindings: &[(PUBLISHER_EVENTS, "posts.*.v1")] };
    /// One queue, so that what a site says of a post arrives in its order.
    pub const INTEGRATION_WORDPRESS_EVENTS: Queue =
        Queue { name: "integration.wordpress_events", bindings: &[(WEBHOOK_EVENTS, "wordpress.*.v1")] };

    pub const ALL: [Queue; 12] = [
        INTEGRATION_PUBLISH_RESULTS,
        INTEGRATION_SITE_PROBED,
        INTEGRATION_SITE_READS,
        INTEGRATION_WORDPRESS_EVENTS,
        PLUGIN_OPERATOR_TOKEN_CHANGED,
        PLUGIN_SITE_CHANGED,
        PUBLISHER_ORDERS,
        PUBLISHER_PROBE_SITE,
        PUBLISHER_READS,
        PUBLISHER_SITE_CHANGED,
        WEBHOOK_DELIVERY_APPLIED,
        WEBHOOK_SITE_CHANGED,
    ];
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::{exchanges, queues};

    /// The table in `proto/README.md`, as this page has it.
    fn table() -> String {
        let mut out = String::from("| queue | exchange | routing key |\n|---|---|---|\n");
        for queue in queues::ALL {
            for (exchange, key) in queue.bindings {
                writeln!(out, "| `{}` | `{}` | `{key}` |", queue.name, exchange.0).unwrap();
            }
        }
        out
    }

    #[test]
    fn readme_shows_this_table() {
        let readme = include_str!("../../../proto/README.md");
        assert!(readme.contains(&table()), "proto/README.md should contain:\n{}", table());
    }

    #[test]
    fn every_binding_names_a_known_exchange() {
        for (exchange, _) in queues::ALL.iter().flat_map(|q| q.bindings) {
            assert!(exchanges::ALL.contains(exchange));
        }
    }
}
