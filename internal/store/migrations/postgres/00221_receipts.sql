-- +goose Up
-- Signed receipts: a task gets another one when its money moves on.
CREATE TABLE task_receipts (
    task_id   TEXT COLLATE "C" NOT NULL,
    number    BIGINT NOT NULL, -- from 1
    state     TEXT COLLATE "C" NOT NULL, -- charged, released, refunded
    body      TEXT COLLATE "C" NOT NULL, -- JSON, as it is handed out
    issued_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, number)
);
-- The public keys that receipts were ever signed with.
CREATE TABLE receipt_keys (
    key_id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    public_key TEXT COLLATE "C" NOT NULL,
    since      BIGINT NOT NULL
);
-- +goose Down
DROP TABLE receipt_keys;
DROP TABLE task_receipts;
