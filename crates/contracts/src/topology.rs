//! Every exchange, queue and binding there is. `proto/README.md` shows the same table; a test compares the two.

use crate::Message;

/// A durable direct exchange: each message goes to the queues bound to its routing key. A topic exchange, which finds them by patterns,
/// took more than a quarter of what the broker spends on a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exchange(pub &'static str);

/// A quorum queue with its dead-letter queue `<name>.dead`, and what it is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queue {
    pub name: &'static str,
    pub bindings: &'static [(Exchange, &'static str)],
}

/// Where every such message goes.
const fn route<M: Message>() -> (Exchange, &'static str) {
    (M::EXCHANGE, M::ROUTING_KEY)
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
    use super::{Queue, route};
    use crate::access::OperatorTokenChanged;
    use crate::content::DeliveryApplied;
    use crate::publishing::{
        CancelOperation, ContentMended, ContentPublished, ContentUpdated, MovePost, PostMoved, ProbeSite,
        PublishCancelled, PublishContent, PublishFailed, PublishRetrying, PublishStarted, PublishUnconfirmed,
        SiteProbed, UpdateConflicted, UpdateContent,
    };
    use crate::reading::{PostsRead, ReadFailed, ReadPosts};
    use crate::site::SiteCredentialChanged;
    use crate::webhook::{
        WordpressElsewhere, WordpressEventsMissing, WordpressPostUpdated, WordpressStatusChanged,
    };

    /// One queue, so that what is ordered of one content arrives in its order.
    pub const PUBLISHER_ORDERS: Queue = Queue {
        name: "publisher.orders",
        bindings: &[
            route::<PublishContent>(),
            route::<UpdateContent>(),
            route::<MovePost>(),
            route::<CancelOperation>(),
        ],
    };
    pub const PUBLISHER_READS: Queue = Queue { name: "publisher.reads", bindings: &[route::<ReadPosts>()] };
    pub const PUBLISHER_PROBE_SITE: Queue =
        Queue { name: "publisher.probe_site", bindings: &[route::<ProbeSite>()] };
    pub const PUBLISHER_SITE_CHANGED: Queue =
        Queue { name: "publisher.site_changed", bindings: &[route::<SiteCredentialChanged>()] };
    pub const WEBHOOK_SITE_CHANGED: Queue =
        Queue { name: "webhook.site_changed", bindings: &[route::<SiteCredentialChanged>()] };
    pub const WEBHOOK_DELIVERY_APPLIED: Queue =
        Queue { name: "webhook.delivery_applied", bindings: &[route::<DeliveryApplied>()] };
    pub const PLUGIN_SITE_CHANGED: Queue =
        Queue { name: "plugin.site_changed", bindings: &[route::<SiteCredentialChanged>()] };
    pub const PLUGIN_OPERATOR_TOKEN_CHANGED: Queue =
        Queue { name: "plugin.operator_token_changed", bindings: &[route::<OperatorTokenChanged>()] };
    /// One queue, so that what became of one content arrives in its order.
    pub const INTEGRATION_PUBLISH_RESULTS: Queue = Queue {
        name: "integration.publish_results",
        bindings: &[
            route::<PublishStarted>(),
            route::<PublishRetrying>(),
            route::<PublishUnconfirmed>(),
            route::<PublishFailed>(),
            route::<PublishCancelled>(),
            route::<ContentPublished>(),
            route::<ContentUpdated>(),
            route::<ContentMended>(),
            route::<UpdateConflicted>(),
            route::<PostMoved>(),
        ],
    };
    pub const INTEGRATION_SITE_PROBED: Queue =
        Queue { name: "integration.site_probed", bindings: &[route::<SiteProbed>()] };
    pub const INTEGRATION_SITE_READS: Queue =
        Queue { name: "integration.site_reads", bindings: &[route::<PostsRead>(), route::<ReadFailed>()] };
    /// One queue, so that what a site says of a post arrives in its order.
    pub const INTEGRATION_WORDPRESS_EVENTS: Queue = Queue {
        name: "integration.wordpress_events",
        bindings: &[
            route::<WordpressStatusChanged>(),
            route::<WordpressPostUpdated>(),
            route::<WordpressEventsMissing>(),
            route::<WordpressElsewhere>(),
        ],
    };

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
    use std::collections::BTreeSet;
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

    /// A message without a queue would wait in its sender's outbox for ever.
    #[test]
    fn every_message_of_readme_has_a_queue() {
        let messages =
            include_str!("../../../proto/README.md").lines().filter(|line| line.starts_with("| `igny8."));
        let told: BTreeSet<_> = messages.map(|line| (cell(line, 3), cell(line, 4))).collect();
        let bound: BTreeSet<_> = queues::ALL
            .iter()
            .flat_map(|queue| queue.bindings)
            .map(|(exchange, key)| (exchange.0, *key))
            .collect();
        assert_eq!(told, bound);
    }

    fn cell(line: &str, place: usize) -> &str {
        line.split('|').nth(place).unwrap().trim().trim_matches('`')
    }

    #[test]
    fn every_binding_names_a_known_exchange() {
        for (exchange, _) in queues::ALL.iter().flat_map(|q| q.bindings) {
            assert!(exchanges::ALL.contains(exchange));
        }
    }
}
