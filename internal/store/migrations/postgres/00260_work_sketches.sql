-- +goose Up
-- What was delivered, as sketches that hold none of its text.
CREATE TABLE work_sketches (
    task_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    agent_id TEXT COLLATE "C" NOT NULL,
    request  BIGINT NOT NULL, -- hash of the description
    sketch   BYTEA NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX work_sketches_at ON work_sketches (at);
-- A sketch is looked up by the parts of it that alike texts share.
CREATE TABLE work_sketch_bands (
    band    BIGINT NOT NULL,
    task_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (band, task_id)
);
-- +goose Down
DROP TABLE work_sketch_bands;
DROP TABLE work_sketches;
