-- +goose Up
-- Whether expires_at came because the sandbox's end was asked for.
ALTER TABLE sandboxes ADD COLUMN end_asked INTEGER NOT NULL DEFAULT FALSE;
-- +goose Down
ALTER TABLE sandboxes DROP COLUMN end_asked;
