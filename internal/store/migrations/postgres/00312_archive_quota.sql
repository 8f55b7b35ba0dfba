-- +goose Up
-- A row for each owner who ever kept an archive: whoever keeps another one locks
-- it, so that uploads at once cannot pass the quota together.
CREATE TABLE archive_owners (
    owner_id TEXT COLLATE "C" NOT NULL PRIMARY KEY
);
-- Pages of what an owner keeps, by id.
CREATE INDEX archives_owner ON archives (owner_id, id);
-- Which task still needs an archive.
CREATE INDEX tasks_archive ON tasks (archive_id) WHERE archive_id <> '';
-- +goose Down
DROP INDEX tasks_archive;
DROP INDEX archives_owner;
DROP TABLE archive_owners;
