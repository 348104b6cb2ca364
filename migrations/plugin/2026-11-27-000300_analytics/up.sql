-- Which line of WordPress or PHP a site has, whatever else its host writes there: 6.5 of 6.5.5, 8.2 of 8.2.21-1~deb12; empty where it is no version.
CREATE FUNCTION minor_version(version text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(substring(version FROM '^[0-9]{1,3}\.[0-9]{1,3}(?![0-9])'), '')
$$;
