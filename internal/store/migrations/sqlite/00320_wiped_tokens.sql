-- +goose Up
-- Tokens of repositories that were never cloned stayed when their tasks ended.
UPDATE tasks SET sealed_token = 'used' WHERE sealed_token <> '' AND sealed_token <> 'used'
    AND status IN ('completed', 'refund_review', 'failed', 'cancelled', 'refunded');
CREATE INDEX tasks_sealed_token ON tasks (id) WHERE sealed_token <> '' AND sealed_token <> 'used';
-- +goose Down
DROP INDEX tasks_sealed_token;
