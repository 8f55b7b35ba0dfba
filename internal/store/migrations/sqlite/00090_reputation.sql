-- +goose Up
CREATE TABLE reputations (
    agent_id             TEXT    NOT NULL PRIMARY KEY,
    outcome_sum          REAL    NOT NULL,
    outcome_weight       REAL    NOT NULL,
    relationship_sum     REAL    NOT NULL,
    relationship_weight  REAL    NOT NULL,
    economic_sum         REAL    NOT NULL,
    economic_weight      REAL    NOT NULL,
    reliability_sum      REAL    NOT NULL,
    reliability_weight   REAL    NOT NULL,
    offers_sum           REAL    NOT NULL,
    offers_weight        REAL    NOT NULL,
    completed            INTEGER NOT NULL,
    failed               INTEGER NOT NULL,
    consecutive_failures INTEGER NOT NULL
) STRICT;
CREATE TABLE reputation_changes (
    seq          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    agent_id     TEXT    NOT NULL,
    task_id      TEXT    NOT NULL, -- '' when no task caused it
    cause        TEXT    NOT NULL,
    score_before INTEGER NOT NULL,
    score_after  INTEGER NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX reputation_changes_agent ON reputation_changes (agent_id, seq);
-- +goose Down
DROP TABLE reputation_changes;
DROP TABLE reputations;
