-- +goose Up
-- What answers the same request is passed over without a look at its sketch; 0 for
-- bands that are older than this column.
ALTER TABLE work_sketch_bands ADD COLUMN request INTEGER NOT NULL DEFAULT 0;
-- +goose Down
ALTER TABLE work_sketch_bands DROP COLUMN request;
