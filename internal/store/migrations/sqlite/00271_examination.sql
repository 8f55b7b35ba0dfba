-- +goose Up
-- Who works on the verdict of a delivered task, and until when that is believed.
CREATE TABLE task_examinations (
    task_id TEXT NOT NULL PRIMARY KEY,
    holder  TEXT NOT NULL, -- made anew for each run
    until   INTEGER NOT NULL
) STRICT;
-- +goose Down
DROP TABLE task_examinations;
