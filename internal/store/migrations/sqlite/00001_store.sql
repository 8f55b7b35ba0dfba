-- +goose Up
-- Answers already given to calls with an Idempotency-Key, kept for a day.
CREATE TABLE idempotency_keys (
    caller       TEXT    NOT NULL, -- owner or agent id
    key          TEXT    NOT NULL,
    request_hash TEXT    NOT NULL, -- SHA-256 over method, path and body
    status       INTEGER NOT NULL, -- 0 while the first call is running
    answer       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
-- Facts about the instance itself, such as the id of its encryption key.
CREATE TABLE instance (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
-- +goose Down
DROP TABLE instance;
DROP TABLE idempotency_keys;
