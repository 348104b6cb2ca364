ALTER TABLE users ADD COLUMN operator_version bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN users.operator_version IS 'Rises with every change of what the person''s access tokens open to operators.';
