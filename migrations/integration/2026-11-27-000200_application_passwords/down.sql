ALTER TABLE probes DROP COLUMN credential_version;
UPDATE integrations SET state = 'pending' WHERE connection = 'application_password' AND state IN ('connected', 'suspended');
ALTER TABLE integrations
    DROP CONSTRAINT integrations_password_belongs,
    DROP CONSTRAINT integrations_connection_known,
    DROP COLUMN sealed_application_password,
    DROP COLUMN username,
    DROP COLUMN connection;
