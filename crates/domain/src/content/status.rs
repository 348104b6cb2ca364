use crate::text_enum::text_enum;

text_enum! {
    /// How far a piece of content is, as its writers see it.
    ContentStatus {
        Draft = "draft",
        Review = "review",
        Approved = "approved",
        Published = "published",
    }
}

impl ContentStatus {
    /// A writer hands it in.
    pub fn submit(self) -> Result<Self, TransitionRefusal> {
        match self {
            Self::Draft => Ok(Self::Review),
            Self::Review => Err(TransitionRefusal::InReviewAlready),
            Self::Approved => Err(TransitionRefusal::ApprovedAlready),
            Self::Published => Err(TransitionRefusal::Published),
        }
    }

    /// An editor lets it go out.
    pub fn approve(self) -> Result<Self, TransitionRefusal> {
        match self {
            Self::Review => Ok(Self::Approved),
            Self::Draft => Err(TransitionRefusal::NotSubmitted),
            Self::Approved => Err(TransitionRefusal::ApprovedAlready),
            Self::Published => Err(TransitionRefusal::Published),
        }
    }

    /// An editor hands it back; an approval can be withdrawn this way too.
    pub fn reject(self) -> Result<Self, TransitionRefusal> {
        match self {
            Self::Review | Self::Approved => Ok(Self::Draft),
            Self::Draft => Err(TransitionRefusal::NotSubmitted),
            Self::Published => Err(TransitionRefusal::Published),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransitionRefusal {
    #[error("This content is a draft. Submit it for review first.")]
    NotSubmitted,
    #[error("This content is in review already. An editor can approve or reject it.")]
    InReviewAlready,
    #[error("This content is approved already. Publish it, or reject it to work on it again.")]
    ApprovedAlready,
    #[error("This content is published. Unpublish it first, or edit it and use republish.")]
    Published,
}

impl TransitionRefusal {
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSubmitted => "content_is_draft",
            Self::InReviewAlready => "content_in_review",
            Self::ApprovedAlready => "content_approved",
            Self::Published => "content_published",
        }
    }
}

text_enum! {
    /// The truth about a post on its site, beside the status people chose.
    PublicationState {
        None = "none",
        Queued = "queued",
        Publishing = "publishing",
        Live = "live",
        /// Live, but an image, a term or a SEO field did not make it.
        LiveWithWarnings = "live_with_warnings",
        Retrying = "retrying",
        /// The site's circuit is open; it goes out when the site is back.
        Waiting = "waiting",
        /// The site may or may not have it; the receipt will tell.
        Unconfirmed = "unconfirmed",
        Failed = "failed",
        Unpublished = "unpublished",
        /// A person deleted it on the site for good.
        Gone = "gone",
    }
}

impl PublicationState {
    /// Somebody is at work on it: another publish has to wait.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Publishing | Self::Retrying | Self::Waiting | Self::Unconfirmed)
    }

    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live | Self::LiveWithWarnings)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{ContentStatus::*, TransitionRefusal as No, *};

    type Answer = Result<ContentStatus, TransitionRefusal>;

    #[rstest]
    #[case(Draft, Ok(Review), Err(No::NotSubmitted), Err(No::NotSubmitted))]
    #[case(Review, Err(No::InReviewAlready), Ok(Approved), Ok(Draft))]
    #[case(Approved, Err(No::ApprovedAlready), Err(No::ApprovedAlready), Ok(Draft))]
    #[case(Published, Err(No::Published), Err(No::Published), Err(No::Published))]
    fn transitions(
        #[case] from: ContentStatus,
        #[case] submit: Answer,
        #[case] approve: Answer,
        #[case] reject: Answer,
    ) {
        assert_eq!((from.submit(), from.approve(), from.reject()), (submit, approve, reject));
    }

    #[test]
    fn names_round_trip() {
        for status in ContentStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        for state in PublicationState::ALL {
            assert_eq!(state.to_string().parse(), Ok(*state));
        }
        assert_eq!(
            "Draft".parse::<ContentStatus>().unwrap_err().to_string(),
            "\"Draft\" is not a known ContentStatus"
        );
    }

    #[test]
    fn no_state_is_both_under_way_and_live() {
        assert!(PublicationState::ALL.iter().all(|state| !(state.is_under_way() && state.is_live())));
    }
}
