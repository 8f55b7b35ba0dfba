-- +goose Up
-- What was delivered last, with its bands in the row: a look-up reads all of it.
-- Many are moved to the other tables at once.
CREATE TABLE fresh_sketches (
    task_id  TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL,
    request  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    band1    INTEGER NOT NULL,
    band2    INTEGER NOT NULL,
    band3    INTEGER NOT NULL,
    band4    INTEGER NOT NULL,
    band5    INTEGER NOT NULL,
    band6    INTEGER NOT NULL,
    band7    INTEGER NOT NULL,
    band8    INTEGER NOT NULL,
    sketch   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
-- +goose Down
DROP TABLE fresh_sketches;
