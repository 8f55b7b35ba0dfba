-- +goose Up
-- Signed receipts: a task gets another one when its money moves on.
CREATE TABLE task_receipts (
    task_id   TEXT NOT NULL,
    number    INTEGER NOT NULL, -- from 1
    state     TEXT NOT NULL, -- charged, released, refunded
    body      TEXT NOT NULL, -- JSON, as it is handed out
    issued_at INTEGER NOT NULL,
    PRIMARY KEY (task_id, number)
) STRICT;
-- The public keys that receipts were ever signed with.
CREATE TABLE receipt_keys (
    key_id     TEXT NOT NULL PRIMARY KEY,
    public_key TEXT NOT NULL,
    since      INTEGER NOT NULL
) STRICT;
-- +goose Down
DROP TABLE receipt_keys;
DROP TABLE task_receipts;
