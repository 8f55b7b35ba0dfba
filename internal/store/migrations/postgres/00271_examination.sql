-- +goose Up
-- Who works on the verdict of a delivered task, and until when that is believed.
CREATE TABLE task_examinations (
    task_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder  TEXT NOT NULL, -- made anew for each run
    until   BIGINT NOT NULL
);
-- +goose Down
DROP TABLE task_examinations;
