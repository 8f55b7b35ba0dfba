-- +goose Up
-- Every call to the judge's model, written before it is made.
CREATE TABLE judge_calls (
    task_id       TEXT COLLATE "C" NOT NULL,
    number        BIGINT NOT NULL, -- 1, 2, 3 … of the task
    model         TEXT NOT NULL,
    state         TEXT NOT NULL, -- asked, answered, unusable, failed
    opinion       TEXT NOT NULL, -- JSON, '' without an answer
    failure       TEXT NOT NULL,
    input_tokens  BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    asked_at      BIGINT NOT NULL,
    answered_at   BIGINT,
    PRIMARY KEY (task_id, number)
);
-- How many calls each day has seen, on all nodes together.
CREATE TABLE judge_days (
    day   TEXT NOT NULL PRIMARY KEY,
    calls BIGINT NOT NULL
);
-- +goose Down
DROP TABLE judge_days;
DROP TABLE judge_calls;
