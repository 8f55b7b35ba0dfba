-- +goose Up
CREATE TABLE webhook_endpoints (
    id                TEXT    NOT NULL PRIMARY KEY,
    agent_id          TEXT    NOT NULL UNIQUE,
    url               TEXT    NOT NULL,
    events            TEXT    NOT NULL, -- JSON
    sealed_secret     TEXT    NOT NULL,
    sealed_old_secret TEXT    NOT NULL, -- signs too until old_until
    old_until         BIGINT,
    failing_since     BIGINT,
    disabled_at       BIGINT,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL
);
-- Kept for 30 days.
CREATE TABLE webhook_deliveries (
    id          TEXT    COLLATE "C" NOT NULL PRIMARY KEY,
    endpoint_id TEXT    NOT NULL,
    task_id     TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    status      TEXT    NOT NULL, -- pending, delivered, failed
    attempts    BIGINT NOT NULL,
    status_code BIGINT NOT NULL,
    error       TEXT    NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id, task_id, id) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);
-- +goose Down
DROP TABLE webhook_deliveries;
DROP TABLE webhook_endpoints;
