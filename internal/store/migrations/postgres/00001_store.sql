-- +goose Up
-- Answers already given to calls with an Idempotency-Key, kept for a day.
CREATE TABLE idempotency_keys (
    caller       TEXT    NOT NULL, -- owner or agent id
    key          TEXT    NOT NULL,
    request_hash TEXT    NOT NULL, -- SHA-256 over method, path and body
    status       BIGINT NOT NULL, -- 0 while the first call is running
    answer       TEXT    NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
-- Facts about the instance itself, such as the id of its encryption key.
CREATE TABLE instance (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
-- +goose Down
DROP TABLE instance;
DROP TABLE idempotency_keys;
