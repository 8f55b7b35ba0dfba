-- +goose Up
-- Kept for 7 days.
CREATE TABLE archives (
    id         TEXT    NOT NULL PRIMARY KEY,
    owner_id   TEXT    NOT NULL,
    format     TEXT    NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256     TEXT    NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX archives_created ON archives (created_at);
-- +goose Down
DROP TABLE archives;
