-- +goose Up
-- The files of the buyer's code that a gate's report cites, sealed, for a while.
CREATE TABLE cited_files (
    task_id TEXT NOT NULL PRIMARY KEY,
    until   INTEGER NOT NULL, -- when they are deleted
    body    TEXT NOT NULL -- packed and sealed
) STRICT;
CREATE INDEX cited_files_until ON cited_files (until);
-- +goose Down
DROP TABLE cited_files;
