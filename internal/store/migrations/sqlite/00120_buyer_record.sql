-- +goose Up
-- How often a buyer took the money back, as agents see it before they start.
CREATE TABLE buyer_records (
    owner_id  TEXT NOT NULL PRIMARY KEY,
    completed INTEGER NOT NULL CHECK (completed >= 0), -- tasks that passed
    refunded  INTEGER NOT NULL CHECK (refunded >= 0)   -- of them, those refunded
) STRICT;
ALTER TABLE tasks ADD COLUMN buyer_completed INTEGER NOT NULL DEFAULT 0; -- the record when the task was ordered
ALTER TABLE tasks ADD COLUMN buyer_refunded INTEGER NOT NULL DEFAULT 0;
-- +goose Down
ALTER TABLE tasks DROP COLUMN buyer_refunded;
ALTER TABLE tasks DROP COLUMN buyer_completed;
DROP TABLE buyer_records;
