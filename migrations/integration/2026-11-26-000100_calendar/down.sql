DROP INDEX publications_never_sent;
DROP INDEX content_waiting;
ALTER TABLE content DROP COLUMN kept_back;
DROP TABLE calendar_entries;
DROP TABLE publishing_settings;
