-- +goose Up
-- When the city must act on a task by itself: a window or deadline that ends.
ALTER TABLE tasks ADD COLUMN due_at INTEGER;
UPDATE tasks SET due_at = CASE status WHEN 'pending_approval' THEN created_at + 86400000000 WHEN 'submitted' THEN accept_by
    WHEN 'executing' THEN deadline_at ELSE refund_until END
    WHERE status IN ('pending_approval', 'submitted', 'executing') OR status = 'completed' AND released_at IS NULL;
CREATE INDEX tasks_due ON tasks (due_at, id) WHERE due_at IS NOT NULL;
-- +goose Down
DROP INDEX tasks_due;
ALTER TABLE tasks DROP COLUMN due_at;
