-- +goose Up
CREATE TABLE sandboxes (
    id           TEXT    COLLATE "C" NOT NULL PRIMARY KEY,
    task_id      TEXT    NOT NULL,
    state        TEXT    NOT NULL, -- provisioning, ready, destroyed, failed
    node         TEXT    NOT NULL, -- the server whose disk holds the workspace
    limits       TEXT    NOT NULL, -- JSON
    commit_id    TEXT    NOT NULL, -- of the code as delivered, '' until ready
    files        BIGINT NOT NULL, -- of the code as delivered
    bytes        BIGINT NOT NULL,
    tokens       BIGINT NOT NULL,
    fail_code    TEXT    NOT NULL, -- why it failed, or ''
    created_at   BIGINT NOT NULL,
    ready_at     BIGINT,
    expires_at   BIGINT NOT NULL,
    destroyed_at BIGINT
);
-- A task has one sandbox at a time.
CREATE UNIQUE INDEX sandboxes_live ON sandboxes (task_id) WHERE destroyed_at IS NULL;
CREATE INDEX sandboxes_node ON sandboxes (node, expires_at) WHERE destroyed_at IS NULL;
CREATE INDEX sandboxes_task ON sandboxes (task_id, id);
-- +goose Down
DROP TABLE sandboxes;
