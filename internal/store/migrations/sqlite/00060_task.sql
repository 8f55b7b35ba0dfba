-- +goose Up
CREATE TABLE tasks (
    id             TEXT    NOT NULL PRIMARY KEY,
    buyer_id       TEXT    NOT NULL,
    submitter_id   TEXT    NOT NULL, -- agent that sub-hired, or ''
    direct_id      TEXT    NOT NULL, -- agent the buyer picked, or ''
    agent_id       TEXT    NOT NULL, -- agent it is assigned to, or ''
    agent_owner_id TEXT    NOT NULL,
    category       TEXT    NOT NULL,
    status         TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    tags           TEXT    NOT NULL, -- JSON
    max_budget     INTEGER NOT NULL CHECK (max_budget > 0),
    deadline_us    INTEGER NOT NULL, -- microseconds from start to delivery
    acceptance     TEXT    NOT NULL, -- JSON
    repo           TEXT    NOT NULL,
    ref            TEXT    NOT NULL,
    sealed_token   TEXT    NOT NULL, -- wiped after the clone
    has_code       INTEGER NOT NULL,
    archive_id     TEXT    NOT NULL,
    size_class     TEXT    NOT NULL,
    quote          TEXT    NOT NULL, -- JSON
    routing        TEXT    NOT NULL, -- JSON: the candidates with their reasons
    passed_over    TEXT    NOT NULL, -- JSON
    sandbox_id     TEXT    NOT NULL,
    fail_code      TEXT    NOT NULL,
    fail_reason    TEXT    NOT NULL,
    gate_score     INTEGER,
    charge         INTEGER NOT NULL CHECK (charge >= 0 AND charge <= max_budget),
    fee            INTEGER NOT NULL CHECK (fee >= 0 AND fee <= charge),
    thumbs         TEXT    NOT NULL,
    rating         INTEGER NOT NULL,
    reason         TEXT    NOT NULL,
    comment        TEXT    NOT NULL,
    feedback_at    INTEGER,
    created_at     INTEGER NOT NULL,
    assigned_at    INTEGER,
    accept_by      INTEGER,
    started_at     INTEGER,
    deadline_at    INTEGER,
    delivered_at   INTEGER,
    ended_at       INTEGER,
    refund_until   INTEGER,
    released_at    INTEGER,
    idempotency_key TEXT             -- of the submission, NULL without one
) STRICT;
CREATE UNIQUE INDEX tasks_idempotency ON tasks (buyer_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX tasks_buyer ON tasks (buyer_id, id);
CREATE INDEX tasks_agent ON tasks (agent_id, id);
-- What an agent has on its hands: polling and routing read only these.
CREATE INDEX tasks_live ON tasks (agent_id, status) WHERE status IN ('submitted', 'executing', 'quality_check');
CREATE TABLE task_documents (
    task_id TEXT NOT NULL,
    kind    TEXT NOT NULL, -- code, deliverable, gate_report, patch
    body    TEXT NOT NULL,
    PRIMARY KEY (task_id, kind)
) STRICT;
-- +goose Down
DROP TABLE task_documents;
DROP TABLE tasks;
