ALTER TABLE integrations
    ADD COLUMN connection text NOT NULL DEFAULT 'plugin',
    ADD COLUMN username text NOT NULL DEFAULT '',
    ADD COLUMN sealed_application_password bytea,
    ADD CONSTRAINT integrations_connection_known CHECK (connection IN ('plugin', 'application_password')),
    ADD CONSTRAINT integrations_password_belongs
        CHECK (connection = 'application_password' OR (username = '' AND sealed_application_password IS NULL));
COMMENT ON COLUMN integrations.connection IS 'plugin; application_password: the site has none, and WordPress'' own REST API is used.';
COMMENT ON COLUMN integrations.username IS 'Whose application password it is.';
COMMENT ON COLUMN integrations.sealed_application_password IS 'Sealed for site.application_password|<site_id>; null once it was forgotten.';

ALTER TABLE probes ADD COLUMN credential_version bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN probes.credential_version IS 'sites.credential_version when it was asked for: what it proves is about no other.';
