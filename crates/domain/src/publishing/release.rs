use jiff::{SignedDuration, Timestamp};

use super::settings::PublishingSettings;
use crate::ids::ContentId;

/// What is due by so little was not held up by anything: a pass comes every few seconds, and a restart takes no longer.
pub const ON_TIME: SignedDuration = SignedDuration::from_mins(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueKind {
    /// A person named the time.
    Exact,
    /// It has a slot of its own.
    Slot,
}

/// Something whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub content: ContentId,
    pub at: Timestamp,
    pub kind: DueKind,
}

/// What becomes of what is due; the rest waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    pub now: Vec<ContentId>,
    /// Its slot is over: it gets the next free one.
    pub anew: Vec<ContentId>,
}

/// Decides for one site, the oldest first. What is on time goes. After an outage, what had a slot gets another, and what had an exact time
/// goes one per gap: nothing comes in a burst. While publishing is paused nothing goes.
pub fn release(
    settings: &PublishingSettings,
    due: &[Due],
    last_released: Option<Timestamp>,
    now: Timestamp,
) -> Release {
    let mut release = Release::default();
    if settings.paused {
        return release;
    }
    let gap = SignedDuration::from_mins(i64::from(settings.min_gap));
    let mut may_catch_up = last_released.is_none_or(|last| now.duration_since(last) >= gap);
    for item in due.iter().filter(|item| item.at <= now) {
        let is_late = now.duration_since(item.at) > ON_TIME;
        match item.kind {
            _ if !is_late => release.now.push(item.content),
            DueKind::Slot => release.anew.push(item.content),
            DueKind::Exact if may_catch_up => {
                may_catch_up = false;
                release.now.push(item.content);
            }
            DueKind::Exact => {}
        }
    }
    release
}
