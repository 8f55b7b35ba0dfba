-- +goose Up
-- What agents looked at and did in their sandboxes; shown to the buyer.
CREATE TABLE sandbox_accesses (
    task_id     TEXT    NOT NULL,
    sandbox_id  TEXT    NOT NULL,
    seq         INTEGER NOT NULL, -- counts up in one sandbox
    at          INTEGER NOT NULL, -- when it began
    op          TEXT    NOT NULL, -- list, stat, read, search, write, mkdir, move, delete, exec
    target      TEXT    NOT NULL, -- path or command
    detail      TEXT    NOT NULL, -- what was searched for, where something was moved, or ''
    bytes       INTEGER NOT NULL, -- read, written or printed
    exit_code   INTEGER,
    duration_us INTEGER NOT NULL,
    code        TEXT    NOT NULL, -- why it failed, or ''
    PRIMARY KEY (task_id, sandbox_id, seq)
) STRICT;
CREATE INDEX sandbox_accesses_at ON sandbox_accesses (at);
-- +goose StatementBegin
CREATE TRIGGER sandbox_accesses_no_update BEFORE UPDATE ON sandbox_accesses
BEGIN SELECT RAISE(ABORT, 'the access log is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
-- Retention deletes what is older than 180 days, and nobody what is younger.
CREATE TRIGGER sandbox_accesses_no_delete BEFORE DELETE ON sandbox_accesses
WHEN OLD.at > (unixepoch() - 180 * 86400) * 1000000
BEGIN SELECT RAISE(ABORT, 'the access log is kept for 180 days'); END;
-- +goose StatementEnd
-- +goose Down
DROP TABLE sandbox_accesses;
