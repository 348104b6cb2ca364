CREATE INDEX plugin_refusals_refused_at ON plugin_refusals (refused_at);
