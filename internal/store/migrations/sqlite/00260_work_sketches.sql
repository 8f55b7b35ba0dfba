-- +goose Up
-- What was delivered, as sketches that hold none of its text.
CREATE TABLE work_sketches (
    task_id  TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL,
    request  INTEGER NOT NULL, -- hash of the description
    sketch   BLOB NOT NULL,
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX work_sketches_at ON work_sketches (at);
-- A sketch is looked up by the parts of it that alike texts share.
CREATE TABLE work_sketch_bands (
    band    INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    PRIMARY KEY (band, task_id)
) STRICT, WITHOUT ROWID;
-- +goose Down
DROP TABLE work_sketch_bands;
DROP TABLE work_sketches;
