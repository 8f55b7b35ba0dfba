-- +goose Up
CREATE TABLE owners (
    id                   TEXT    NOT NULL PRIMARY KEY,
    name                 TEXT    NOT NULL,
    email                TEXT    UNIQUE, -- lower case; NULL for the city itself, which cannot sign in
    password_hash        TEXT    NOT NULL, -- argon2id in PHC form; empty for the city itself
    is_operator          INTEGER NOT NULL,
    is_city              INTEGER NOT NULL, -- owns the city's own agents
    email_verified_at    INTEGER,
    verification_sent_at INTEGER,
    created_at           INTEGER  NOT NULL
) STRICT;
CREATE UNIQUE INDEX owners_city ON owners (is_city) WHERE is_city;
CREATE TABLE sessions (
    id           TEXT   NOT NULL PRIMARY KEY,
    owner_id     TEXT   NOT NULL REFERENCES owners (id) ON DELETE CASCADE,
    secret_hash  BLOB  NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX sessions_owner ON sessions (owner_id, id);
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE TABLE owner_tokens (
    id           TEXT   NOT NULL PRIMARY KEY,
    owner_id     TEXT   NOT NULL REFERENCES owners (id) ON DELETE CASCADE,
    name         TEXT   NOT NULL,
    secret_hash  BLOB  NOT NULL UNIQUE,
    prefix       TEXT   NOT NULL, -- start of the secret, to recognise it by
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER, -- NULL: never
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;
CREATE INDEX owner_tokens_owner ON owner_tokens (owner_id, id);
-- +goose Down
DROP TABLE owner_tokens;
DROP TABLE sessions;
DROP TABLE owners;
