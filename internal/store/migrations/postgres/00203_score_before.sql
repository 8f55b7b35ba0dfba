-- +goose Up
-- The score before the last change, so that a change is written by arithmetic
-- alone and still says what it changed.
ALTER TABLE reputations ADD COLUMN score_before BIGINT NOT NULL DEFAULT 0;
-- +goose Down
ALTER TABLE reputations DROP COLUMN score_before;
