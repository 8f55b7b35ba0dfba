-- +goose Up
CREATE INDEX sandboxes_ended ON sandboxes (destroyed_at) WHERE destroyed_at IS NOT NULL;
-- +goose Down
DROP INDEX sandboxes_ended;
