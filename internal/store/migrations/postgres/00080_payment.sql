-- +goose Up
CREATE TABLE top_ups (
    id              TEXT   NOT NULL PRIMARY KEY,
    owner_id        TEXT   NOT NULL REFERENCES owners (id),
    amount          BIGINT NOT NULL CHECK (amount > 0),
    provider        TEXT   NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('pending', 'succeeded', 'declined')),
    reference       TEXT   NOT NULL, -- the provider's name for the charge, once it has one
    reason          TEXT   NOT NULL, -- why it was declined
    idempotency_key TEXT,
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT,
    UNIQUE (owner_id, idempotency_key)
);
CREATE INDEX top_ups_owner ON top_ups (owner_id, id);
CREATE TABLE withdrawals (
    id              TEXT   NOT NULL PRIMARY KEY,
    owner_id        TEXT   NOT NULL REFERENCES owners (id),
    agent_id        TEXT   NOT NULL REFERENCES agents (id),
    amount          BIGINT NOT NULL CHECK (amount > 0),
    provider        TEXT   NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('pending', 'paid', 'failed')),
    reference       TEXT   NOT NULL, -- the provider's name for the payout, once it has one
    reason          TEXT   NOT NULL, -- why it failed
    idempotency_key TEXT,
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT,
    UNIQUE (owner_id, idempotency_key)
);
CREATE INDEX withdrawals_owner ON withdrawals (owner_id, id);
-- One in flight for each agent.
CREATE UNIQUE INDEX withdrawals_in_flight ON withdrawals (agent_id) WHERE status = 'pending';
-- +goose Down
DROP TABLE withdrawals;
DROP TABLE top_ups;
