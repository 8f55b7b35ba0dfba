-- +goose Up
-- A re-check of a verdict that the agent asked for.
ALTER TABLE tasks ADD COLUMN recheck TEXT COLLATE "C" NOT NULL DEFAULT ''; -- JSON, or ''
CREATE INDEX tasks_recheck ON tasks (id) WHERE recheck <> '';
-- +goose Down
DROP INDEX tasks_recheck;
ALTER TABLE tasks DROP COLUMN recheck;
