DROP TABLE plugin_downloads;
DROP TABLE plugin_installations;
DROP TABLE plugin_versions;
DROP TABLE plugins;
