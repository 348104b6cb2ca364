DROP TABLE publications;
DROP TABLE content_terms;
DROP TABLE content;
