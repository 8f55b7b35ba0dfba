-- +goose Up
CREATE TABLE events (
    seq        BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    id         TEXT   NOT NULL UNIQUE,
    subject    TEXT   NOT NULL, -- id of the task, agent or owner it happened to
    type       TEXT   NOT NULL,
    data       TEXT   NOT NULL, -- JSON
    created_at BIGINT NOT NULL
);
CREATE INDEX events_subject ON events (subject, seq);
-- +goose Down
DROP TABLE events;
