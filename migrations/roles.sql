-- Four schemas, four login roles, no rights across. Applied by a superuser with psql, as often as one likes:
--
--   psql -v integration_password=… -v webhook_password=… -v publisher_password=… -v plugin_password=… -f migrations/roles.sql
--
-- Each role owns its schema and finds its tables by the search_path set on the role, so no query ever names a schema.

SET client_min_messages = warning;
-- The statements below carry passwords; the server's log must not.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;

SELECT format('CREATE ROLE igny8_%s', name)
FROM unnest(ARRAY['integration', 'webhook', 'publisher', 'plugin']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'igny8_' || name)
\gexec

ALTER ROLE igny8_integration LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'integration_password';
ALTER ROLE igny8_webhook     LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'webhook_password';
ALTER ROLE igny8_publisher   LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'publisher_password';
ALTER ROLE igny8_plugin      LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'plugin_password';

CREATE SCHEMA IF NOT EXISTS integration AUTHORIZATION igny8_integration;
CREATE SCHEMA IF NOT EXISTS webhook     AUTHORIZATION igny8_webhook;
CREATE SCHEMA IF NOT EXISTS publisher   AUTHORIZATION igny8_publisher;
CREATE SCHEMA IF NOT EXISTS plugin      AUTHORIZATION igny8_plugin;

ALTER SCHEMA integration OWNER TO igny8_integration;
ALTER SCHEMA webhook     OWNER TO igny8_webhook;
ALTER SCHEMA publisher   OWNER TO igny8_publisher;
ALTER SCHEMA plugin      OWNER TO igny8_plugin;

REVOKE ALL ON SCHEMA integration, webhook, publisher, plugin FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

ALTER ROLE igny8_integration SET search_path = integration;
ALTER ROLE igny8_webhook     SET search_path = webhook;
ALTER ROLE igny8_publisher   SET search_path = publisher;
ALTER ROLE igny8_plugin      SET search_path = plugin;

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO igny8_integration, igny8_webhook, igny8_publisher, igny8_plugin', current_database())
\gexec
