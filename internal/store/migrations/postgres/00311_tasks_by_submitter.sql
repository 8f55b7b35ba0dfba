-- +goose Up
-- Pages of what an agent ordered, by id.
CREATE INDEX tasks_submitter ON tasks (submitter_id, id) WHERE submitter_id <> '';
-- +goose Down
DROP INDEX tasks_submitter;
