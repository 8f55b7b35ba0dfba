-- +goose Up
-- What was delivered last, with its bands in the row: a look-up reads all of it.
-- Many are moved to the other tables at once.
CREATE TABLE fresh_sketches (
    task_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    agent_id TEXT COLLATE "C" NOT NULL,
    request  BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    band1    BIGINT NOT NULL,
    band2    BIGINT NOT NULL,
    band3    BIGINT NOT NULL,
    band4    BIGINT NOT NULL,
    band5    BIGINT NOT NULL,
    band6    BIGINT NOT NULL,
    band7    BIGINT NOT NULL,
    band8    BIGINT NOT NULL,
    sketch   BYTEA NOT NULL
);
-- +goose Down
DROP TABLE fresh_sketches;
