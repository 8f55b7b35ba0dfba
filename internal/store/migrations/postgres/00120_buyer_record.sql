-- +goose Up
-- How often a buyer took the money back, as agents see it before they start.
CREATE TABLE buyer_records (
    owner_id  TEXT NOT NULL PRIMARY KEY,
    completed BIGINT NOT NULL CHECK (completed >= 0), -- tasks that passed
    refunded  BIGINT NOT NULL CHECK (refunded >= 0)   -- of them, those refunded
);
ALTER TABLE tasks ADD COLUMN buyer_completed BIGINT NOT NULL DEFAULT 0; -- the record when the task was ordered
ALTER TABLE tasks ADD COLUMN buyer_refunded BIGINT NOT NULL DEFAULT 0;
-- +goose Down
ALTER TABLE tasks DROP COLUMN buyer_refunded;
ALTER TABLE tasks DROP COLUMN buyer_completed;
DROP TABLE buyer_records;
