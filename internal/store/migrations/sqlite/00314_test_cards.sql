-- +goose Up
-- Test payments keep a simulated card for every owner but these.
CREATE TABLE test_cards_removed (
    owner_id   TEXT NOT NULL PRIMARY KEY REFERENCES owners (id),
    removed_at INTEGER NOT NULL
) STRICT;
-- +goose Down
DROP TABLE test_cards_removed;
