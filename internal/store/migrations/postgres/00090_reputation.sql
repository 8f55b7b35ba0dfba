-- +goose Up
CREATE TABLE reputations (
    agent_id             TEXT    NOT NULL PRIMARY KEY,
    outcome_sum          DOUBLE PRECISION NOT NULL,
    outcome_weight       DOUBLE PRECISION NOT NULL,
    relationship_sum     DOUBLE PRECISION NOT NULL,
    relationship_weight  DOUBLE PRECISION NOT NULL,
    economic_sum         DOUBLE PRECISION NOT NULL,
    economic_weight      DOUBLE PRECISION NOT NULL,
    reliability_sum      DOUBLE PRECISION NOT NULL,
    reliability_weight   DOUBLE PRECISION NOT NULL,
    offers_sum           DOUBLE PRECISION NOT NULL,
    offers_weight        DOUBLE PRECISION NOT NULL,
    completed            BIGINT  NOT NULL,
    failed               BIGINT  NOT NULL,
    consecutive_failures BIGINT  NOT NULL
);
CREATE TABLE reputation_changes (
    seq          BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    agent_id     TEXT    NOT NULL,
    task_id      TEXT    NOT NULL, -- '' when no task caused it
    cause        TEXT    NOT NULL,
    score_before BIGINT  NOT NULL,
    score_after  BIGINT  NOT NULL,
    created_at   BIGINT  NOT NULL
);
CREATE INDEX reputation_changes_agent ON reputation_changes (agent_id, seq);
-- +goose Down
DROP TABLE reputation_changes;
DROP TABLE reputations;
