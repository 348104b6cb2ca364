ALTER TABLE publications DROP COLUMN is_foreign;
ALTER TABLE integrations DROP COLUMN looked_at;
DROP TABLE post_bases;
DROP TABLE import_cursors;
DROP TABLE imports;
