DROP TABLE tokens;
DROP TABLE sessions;
DROP TABLE users;
DROP TABLE accounts;
