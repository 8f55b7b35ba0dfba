-- +goose Up
-- An owner's archive of the same content is kept once.
CREATE INDEX archives_content ON archives (owner_id, sha256);
-- +goose Down
DROP INDEX archives_content;
