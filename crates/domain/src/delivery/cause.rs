use crate::text_enum::text_enum;

text_enum! {
    /// What was in the way, as far as it can be told.
    Cause {
        // No connection.
        Dns = "dns",
        Tls = "tls",
        Unreachable = "unreachable",
        ForbiddenAddress = "forbidden_address",
        // Something in front of WordPress.
        Timeout = "timeout",
        Redirected = "redirected",
        Blocked = "blocked",
        HtmlInsteadOfJson = "html_instead_of_json",
        BrokenAnswer = "broken_answer",
        RateLimited = "rate_limited",
        Maintenance = "maintenance",
        SiteSuspended = "site_suspended",
        Quota = "quota",
        TooLarge = "too_large",
        // WordPress itself.
        RestDisabled = "rest_disabled",
        PluginMissing = "plugin_missing",
        PhpFatal = "php_fatal",
        ServerError = "server_error",
        InsertFailed = "insert_failed",
        // Our plugin.
        NotPaired = "not_paired",
        HeaderStripped = "header_stripped",
        WrongKey = "wrong_key",
        ClockSkew = "clock_skew",
        // A site without it, reached by an application password.
        WrongPassword = "wrong_password",
        PasswordsDisabled = "passwords_disabled",
        Unencrypted = "unencrypted",
        MissingCapability = "missing_capability",
        InvalidPayload = "invalid_payload",
        InProgress = "in_progress",
        Conflict = "conflict",
        Gone = "gone",
        UnknownPost = "unknown_post",
        Refused = "refused",
        // On our side.
        Interrupted = "interrupted",
        Expired = "expired",
    }
}

impl Cause {
    /// What happened, in a sentence.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Dns => "The site's host name could not be resolved.",
            Self::Tls => "No secure connection could be made: the site's certificate was not accepted.",
            Self::Unreachable => "The site could not be reached.",
            Self::ForbiddenAddress => {
                "The site's host name leads to an address that is not on the public internet."
            }
            Self::Timeout => "The site did not answer in time.",
            Self::Redirected => "The site sends requests on to another address.",
            Self::Blocked => "A firewall or a security plugin blocked the request.",
            Self::HtmlInsteadOfJson => "The site answered with a web page in place of the plugin's answer.",
            Self::BrokenAnswer => "The site's answer broke off or could not be read.",
            Self::RateLimited => "The site allows no more requests for now.",
            Self::Maintenance => "The site is in maintenance mode.",
            Self::SiteSuspended => "The site's hosting account is suspended.",
            Self::Quota => "The site has run out of disk space or another of its host's quotas.",
            Self::TooLarge => "The site does not take requests as large as this article.",
            Self::RestDisabled => "The site's REST API is switched off or closed to visitors.",
            Self::PluginMissing => "The site does not know the plugin's routes.",
            Self::PhpFatal => "PHP stopped with a fatal error on the site.",
            Self::ServerError => "The site's server had an error.",
            Self::InsertFailed => "WordPress could not store the post.",
            Self::NotPaired => "The plugin is not connected to this platform.",
            Self::HeaderStripped => "The site's server removes the headers that prove who is calling.",
            Self::WrongKey => "The plugin did not accept the platform's key or signature.",
            Self::ClockSkew => "The site's clock and ours are too far apart.",
            Self::WrongPassword => "WordPress did not accept the application password.",
            Self::PasswordsDisabled => "Application passwords are switched off on the site.",
            Self::Unencrypted => {
                "The site has no HTTPS address, so the application password was not sent to it."
            }
            Self::MissingCapability => {
                "WordPress does not allow this to the plugin, or to the person whose password it is."
            }
            Self::InvalidPayload => "The plugin did not accept the article.",
            Self::InProgress => "The site is still working on this content.",
            Self::Conflict => "The site knows this operation with another content.",
            Self::Gone => "The post was deleted on the site for good.",
            Self::UnknownPost => "The site knows this post as none of this content's.",
            Self::Refused => "The site refused the request.",
            Self::Interrupted => "Our worker was stopped in the middle of the request.",
            Self::Expired => "The site was away for longer than a post may wait.",
        }
    }

    /// What the site's owner can do.
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::Dns => "Check that the site's address is spelled right and its domain has not run out.",
            Self::Tls => {
                "Have the host renew or complete the site's certificate, and open the site with https:// to see that it is accepted."
            }
            Self::Unreachable => {
                "Open the site in a browser. If it is up, ask its host whether our addresses are blocked."
            }
            Self::ForbiddenAddress => {
                "Enter the site's public address; local and private networks cannot be published to."
            }
            Self::Timeout => {
                "Open the site and see whether it is slow; ask its host to raise PHP's time limit if publishing takes long."
            }
            Self::Redirected => {
                "Change the site's address in its settings to the one it redirects to, and test the connection."
            }
            Self::Blocked => {
                "Allow requests to /wp-json/igny8/v1/ in the site's firewall or security plugin."
            }
            Self::HtmlInsteadOfJson => {
                "Open the site's /wp-json/ in a browser. A coming-soon page, a cache or a security page in front of it has to let it pass."
            }
            Self::BrokenAnswer => {
                "If it happens again, look into the site's PHP error log for the time of this attempt."
            }
            Self::RateLimited => {
                "Nothing to do for now. If it happens often, raise the limit for /wp-json/igny8/v1/ at the host or in the security plugin."
            }
            Self::Maintenance => {
                "Nothing to do if an update is running. If it stays, delete the file .maintenance on the site or switch the maintenance plugin off."
            }
            Self::SiteSuspended => "Settle it with the site's host, then publish again.",
            Self::Quota => "Free space or raise the quota at the site's host, then publish again.",
            Self::TooLarge => {
                "Raise post_max_size in PHP and the server's body limit, or shorten the article."
            }
            Self::RestDisabled => {
                "Switch the REST API on, or allow igny8/v1 in the plugin that closes it, then test the connection."
            }
            Self::PluginMissing => {
                "Install and activate the IGNY8 plugin on the site, save its permalink settings once, then test the connection."
            }
            Self::PhpFatal => {
                "Look into the site's PHP error log for the time of this attempt; most often another plugin is named there."
            }
            Self::ServerError => {
                "Look into the site's error log for the time of this attempt, or ask its host."
            }
            Self::InsertFailed => {
                "Look into the site's PHP error log; a full or read-only database is the usual reason."
            }
            Self::NotPaired => {
                "Enter the API key and the site id in the plugin's settings and press its test button."
            }
            Self::HeaderStripped => {
                "Have the host pass webhook-* and X-IGNY8-API-KEY headers on to PHP, then test the connection."
            }
            Self::WrongKey => {
                "Generate a new API key, enter it in the plugin's settings and press its test button."
            }
            Self::ClockSkew => {
                "Have the host set the server's clock by network time; more than five minutes off is refused."
            }
            Self::WrongPassword => {
                "Make a new application password in the person's profile in WordPress and enter it here. If it is right, have the host pass the Authorization header on to PHP."
            }
            Self::PasswordsDisabled => {
                "Allow application passwords in the site's security plugin or for this person, or install the IGNY8 plugin."
            }
            Self::Unencrypted => {
                "Get a certificate from the site's host and change the site's address to https://."
            }
            Self::MissingCapability => {
                "Give the plugin's author account, or the person whose password it is, the right to publish posts of this type."
            }
            Self::InvalidPayload => "Correct the fields named, then publish again.",
            Self::InProgress => "Nothing to do: we look again by ourselves.",
            Self::Conflict => "Publish again; if it happens once more, update the plugin.",
            Self::Gone => {
                "Nothing is sent to a post a person deleted. Make new content from this text to publish it again."
            }
            Self::UnknownPost => {
                "Look on the site whether the post is there; if the site was restored or moved, test its connection."
            }
            Self::Refused => "See what the site said, and run the connection test.",
            Self::Interrupted => "Nothing to do: the site is asked what became of it.",
            Self::Expired => "Bring the site back, test its connection, then publish again.",
        }
    }

    /// The site as a whole is in trouble, not this one article: what a circuit breaker counts.
    pub const fn is_site_trouble(self) -> bool {
        match self {
            Self::Dns
            | Self::Tls
            | Self::Unreachable
            | Self::ForbiddenAddress
            | Self::Timeout
            | Self::Redirected
            | Self::Blocked
            | Self::HtmlInsteadOfJson
            | Self::BrokenAnswer
            | Self::RateLimited
            | Self::Maintenance
            | Self::SiteSuspended
            | Self::Quota
            | Self::RestDisabled
            | Self::PluginMissing
            | Self::PhpFatal
            | Self::ServerError
            | Self::NotPaired
            | Self::HeaderStripped
            | Self::WrongKey
            | Self::ClockSkew
            | Self::WrongPassword
            | Self::PasswordsDisabled
            | Self::Unencrypted => true,
            Self::TooLarge
            | Self::InsertFailed
            | Self::MissingCapability
            | Self::InvalidPayload
            | Self::InProgress
            | Self::Conflict
            | Self::Gone
            | Self::UnknownPost
            | Self::Refused
            | Self::Interrupted
            | Self::Expired => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_name_and_whole_sentences() {
        let mut names: Vec<_> = Cause::ALL.iter().map(|cause| cause.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Cause::ALL.len());
        for cause in Cause::ALL {
            assert_eq!(cause.as_str().parse(), Ok(*cause));
            for sentence in [cause.detail(), cause.next_step()] {
                assert!(
                    sentence.len() > 20 && sentence.ends_with('.') && !sentence.contains("  "),
                    "{sentence}"
                );
            }
        }
    }
}
