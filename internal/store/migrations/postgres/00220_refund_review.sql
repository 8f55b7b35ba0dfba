-- +goose Up
-- A refund that waits for an operator's decision, or had one, and the fee that
-- was agreed when the task was ordered.
ALTER TABLE tasks ADD COLUMN feedback_criterion BIGINT NOT NULL DEFAULT 0; -- the acceptance criterion that is not met, from 1; 0 for none
ALTER TABLE tasks ADD COLUMN refund_review TEXT COLLATE "C" NOT NULL DEFAULT ''; -- JSON, or ''
ALTER TABLE tasks ADD COLUMN fee_percent BIGINT NOT NULL DEFAULT 15;
CREATE INDEX tasks_refund_review ON tasks (id) WHERE refund_review <> '';
-- +goose Down
DROP INDEX tasks_refund_review;
ALTER TABLE tasks DROP COLUMN fee_percent;
ALTER TABLE tasks DROP COLUMN refund_review;
ALTER TABLE tasks DROP COLUMN feedback_criterion;
