-- +goose Up
-- What an owner, or an agent that orders for its owner, may spend; 0 for no limit.
CREATE TABLE spending_limits (
    subject       TEXT NOT NULL PRIMARY KEY, -- an owner's or agent's id
    per_task      INTEGER NOT NULL CHECK (per_task >= 0),
    per_day       INTEGER NOT NULL CHECK (per_day >= 0),
    per_month     INTEGER NOT NULL CHECK (per_month >= 0),
    approve_above INTEGER NOT NULL CHECK (approve_above >= 0),
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX tasks_buyer_created ON tasks (buyer_id, created_at);
CREATE INDEX tasks_submitter_created ON tasks (submitter_id, created_at) WHERE submitter_id <> '';
-- +goose Down
DROP INDEX tasks_submitter_created;
DROP INDEX tasks_buyer_created;
DROP TABLE spending_limits;
