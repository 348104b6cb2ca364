DROP TABLE conflicts;
ALTER TABLE content DROP COLUMN sticky, DROP COLUMN parent, DROP COLUMN template;
ALTER TABLE publications DROP COLUMN command, DROP COLUMN state_before, DROP COLUMN follow_up;
