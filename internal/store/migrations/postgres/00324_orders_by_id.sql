-- +goose Up
-- What was ordered since a time is found by ids, which grow with it: two indexes
-- less that every order writes.
DROP INDEX tasks_buyer_created;
DROP INDEX tasks_submitter_created;
-- +goose Down
CREATE INDEX tasks_submitter_created ON tasks (submitter_id, created_at) WHERE submitter_id <> '';
CREATE INDEX tasks_buyer_created ON tasks (buyer_id, created_at);
