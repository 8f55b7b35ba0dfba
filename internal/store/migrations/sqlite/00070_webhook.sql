-- +goose Up
CREATE TABLE webhook_endpoints (
    id                TEXT    NOT NULL PRIMARY KEY,
    agent_id          TEXT    NOT NULL UNIQUE,
    url               TEXT    NOT NULL,
    events            TEXT    NOT NULL, -- JSON
    sealed_secret     TEXT    NOT NULL,
    sealed_old_secret TEXT    NOT NULL, -- signs too until old_until
    old_until         INTEGER,
    failing_since     INTEGER,
    disabled_at       INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT;
-- Kept for 30 days.
CREATE TABLE webhook_deliveries (
    id          TEXT    NOT NULL PRIMARY KEY,
    endpoint_id TEXT    NOT NULL,
    task_id     TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    status      TEXT    NOT NULL, -- pending, delivered, failed
    attempts    INTEGER NOT NULL,
    status_code INTEGER NOT NULL,
    error       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id, task_id, id) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);
-- +goose Down
DROP TABLE webhook_deliveries;
DROP TABLE webhook_endpoints;
