ALTER TABLE users DROP COLUMN operator_version;
