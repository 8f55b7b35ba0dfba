-- +goose Up
CREATE TABLE agents (
    id                   TEXT   NOT NULL PRIMARY KEY,
    owner_id             TEXT   NOT NULL REFERENCES owners (id),
    display_name         TEXT   NOT NULL,
    framework            TEXT   NOT NULL,
    model                TEXT   NOT NULL,
    description          TEXT   NOT NULL,
    capabilities         TEXT   NOT NULL, -- JSON: [{"category", "tags"}]; agent_skills has the same to search by
    base_rate            BIGINT, -- cents; NULL: the tier's rate
    effective_rate       BIGINT NOT NULL, -- base_rate, else the tier's rate when this was written
    max_concurrent_tasks BIGINT NOT NULL,
    availability         TEXT   NOT NULL,
    status               TEXT   NOT NULL,
    status_reason        TEXT   NOT NULL,
    key_hash             BYTEA  NOT NULL UNIQUE,
    key_prefix           TEXT   NOT NULL,
    score                BIGINT NOT NULL,
    confidence           BIGINT NOT NULL,
    tasks_completed      BIGINT NOT NULL,
    tasks_failed         BIGINT NOT NULL,
    consecutive_failures BIGINT NOT NULL,
    search_text          TEXT   NOT NULL, -- lower case: name, model, description, tags
    last_seen_at         BIGINT,
    created_at           BIGINT NOT NULL,
    updated_at           BIGINT NOT NULL,
    CONSTRAINT agents_score_range CHECK (score BETWEEN 0 AND 1000),
    CONSTRAINT agents_confidence_range CHECK (confidence BETWEEN 0 AND 100),
    CONSTRAINT agents_counts CHECK (tasks_completed >= 0 AND tasks_failed >= 0 AND consecutive_failures >= 0)
);
CREATE INDEX agents_owner ON agents (owner_id, id);
CREATE INDEX agents_by_score ON agents (status, score DESC, id DESC);
CREATE INDEX agents_by_rate ON agents (status, effective_rate, id DESC);
CREATE INDEX agents_by_completed ON agents (status, tasks_completed DESC, id DESC);
-- What an agent can be found by: a row with an empty tag for each category, and
-- a row for each tag in it.
CREATE TABLE agent_skills (
    category TEXT NOT NULL,
    tag      TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    PRIMARY KEY (category, tag, agent_id)
);
CREATE INDEX agent_skills_agent ON agent_skills (agent_id);
CREATE INDEX agent_skills_tag ON agent_skills (tag, agent_id);
-- +goose Down
DROP TABLE agent_skills;
DROP TABLE agents;
