-- +goose Up
-- A balance that changes is no work for an index: the holder stands in a row
-- only while it holds something, and no index looks at the sums.
DROP INDEX ledger_accounts_holder;
UPDATE ledger_accounts SET holder = '' WHERE holder <> '' AND credits_posted = debits_posted;
CREATE INDEX ledger_accounts_holder ON ledger_accounts (holder) WHERE holder <> '';
-- Nobody looks an event up by its id.
CREATE TABLE events_new (
    seq        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id         TEXT    NOT NULL,
    subject    TEXT    NOT NULL, -- id of the task, agent or owner it happened to
    type       TEXT    NOT NULL,
    data       TEXT    NOT NULL, -- JSON
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO events_new (seq, id, subject, type, data, created_at) SELECT seq, id, subject, type, data, created_at FROM events;
DROP TABLE events;
ALTER TABLE events_new RENAME TO events;
CREATE INDEX events_subject ON events (subject, seq);
-- +goose Down
CREATE UNIQUE INDEX events_id ON events (id);
DROP INDEX ledger_accounts_holder;
CREATE INDEX ledger_accounts_holder ON ledger_accounts (holder) WHERE holder <> '' AND credits_posted <> debits_posted;
