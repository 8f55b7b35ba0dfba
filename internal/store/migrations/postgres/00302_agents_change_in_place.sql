-- +goose Up
-- Every pass changes an agent's score and its finished tasks. A search counts all
-- that it finds anyway: it can sort them without an index, a pass cannot change
-- its agent in place (HOT) with one.
DROP INDEX agents_by_score;
DROP INDEX agents_by_completed;
ALTER TABLE agents SET (fillfactor = 70);
-- +goose Down
ALTER TABLE agents RESET (fillfactor);
CREATE INDEX agents_by_score ON agents (status, score DESC, id DESC);
CREATE INDEX agents_by_completed ON agents (status, tasks_completed DESC, id DESC);
