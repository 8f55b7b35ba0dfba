-- +goose Up
-- Changes of a standing are numbered for each agent, and one index finds them.
ALTER TABLE reputation_changes DROP CONSTRAINT reputation_changes_pkey;
ALTER TABLE reputation_changes ALTER COLUMN seq DROP IDENTITY;
DROP INDEX reputation_changes_agent;
ALTER TABLE reputation_changes ADD PRIMARY KEY (agent_id, seq);
-- +goose Down
ALTER TABLE reputation_changes DROP CONSTRAINT reputation_changes_pkey;
ALTER TABLE reputation_changes DROP COLUMN seq;
ALTER TABLE reputation_changes ADD COLUMN seq BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY;
CREATE INDEX reputation_changes_agent ON reputation_changes (agent_id, seq);
