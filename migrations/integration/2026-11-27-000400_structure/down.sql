DROP TABLE site_terms;
DROP TABLE content_type_choices;
DROP TABLE content_types;
DROP TABLE structures;
