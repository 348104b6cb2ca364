DROP FUNCTION minor_version(text);
