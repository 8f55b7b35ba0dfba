-- +goose Up
-- Changes of a standing are numbered for each agent, and are found where they are.
CREATE TABLE reputation_changes_new (
    agent_id     TEXT    NOT NULL,
    seq          INTEGER NOT NULL,
    task_id      TEXT    NOT NULL, -- '' when no task caused it
    cause        TEXT    NOT NULL,
    score_before INTEGER NOT NULL,
    score_after  INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (agent_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO reputation_changes_new (agent_id, seq, task_id, cause, score_before, score_after, created_at)
    SELECT agent_id, seq, task_id, cause, score_before, score_after, created_at FROM reputation_changes ORDER BY agent_id, seq;
DROP TABLE reputation_changes;
ALTER TABLE reputation_changes_new RENAME TO reputation_changes;
-- The newest event is never deleted, so numbers need no AUTOINCREMENT.
CREATE TABLE events_new (
    seq        INTEGER NOT NULL PRIMARY KEY,
    id         TEXT    NOT NULL,
    subject    TEXT    NOT NULL, -- id of the task, agent or owner it happened to
    type       TEXT    NOT NULL,
    data       TEXT    NOT NULL, -- JSON
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO events_new (seq, id, subject, type, data, created_at) SELECT seq, id, subject, type, data, created_at FROM events ORDER BY seq;
DROP TABLE events;
ALTER TABLE events_new RENAME TO events;
CREATE INDEX events_subject ON events (subject, seq);
-- +goose Down
CREATE TABLE reputation_changes_new (
    seq          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    agent_id     TEXT    NOT NULL,
    task_id      TEXT    NOT NULL,
    cause        TEXT    NOT NULL,
    score_before INTEGER NOT NULL,
    score_after  INTEGER NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
INSERT INTO reputation_changes_new (agent_id, task_id, cause, score_before, score_after, created_at)
    SELECT agent_id, task_id, cause, score_before, score_after, created_at FROM reputation_changes ORDER BY agent_id, seq;
DROP TABLE reputation_changes;
ALTER TABLE reputation_changes_new RENAME TO reputation_changes;
CREATE INDEX reputation_changes_agent ON reputation_changes (agent_id, seq);
