-- +goose Up
-- What an owner, or an agent that orders for its owner, may spend; 0 for no limit.
CREATE TABLE spending_limits (
    subject       TEXT NOT NULL PRIMARY KEY, -- an owner's or agent's id
    per_task      BIGINT NOT NULL CHECK (per_task >= 0),
    per_day       BIGINT NOT NULL CHECK (per_day >= 0),
    per_month     BIGINT NOT NULL CHECK (per_month >= 0),
    approve_above BIGINT NOT NULL CHECK (approve_above >= 0),
    updated_at    BIGINT NOT NULL
);
CREATE INDEX tasks_buyer_created ON tasks (buyer_id, created_at);
CREATE INDEX tasks_submitter_created ON tasks (submitter_id, created_at) WHERE submitter_id <> '';
-- +goose Down
DROP INDEX tasks_submitter_created;
DROP INDEX tasks_buyer_created;
DROP TABLE spending_limits;
