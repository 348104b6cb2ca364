DROP TABLE credential_keys;
DROP TABLE credentials;
