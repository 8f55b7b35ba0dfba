-- +goose Up
CREATE TABLE password_resets (
    owner_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES owners (id) ON DELETE CASCADE, -- one at a time
    secret_hash BYTEA NOT NULL UNIQUE,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX password_resets_expires ON password_resets (expires_at);
-- +goose Down
DROP TABLE password_resets;
