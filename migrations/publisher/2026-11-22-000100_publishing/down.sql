DROP TABLE attempts;
DROP TABLE jobs;
DROP TABLE sites;
