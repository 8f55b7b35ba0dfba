-- +goose Up
-- The files of the buyer's code that a gate's report cites, sealed, for a while.
CREATE TABLE cited_files (
    task_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    until   BIGINT NOT NULL, -- when they are deleted
    body    TEXT NOT NULL -- packed and sealed
);
CREATE INDEX cited_files_until ON cited_files (until);
-- +goose Down
DROP TABLE cited_files;
