-- +goose Up
-- Test payments keep a simulated card for every owner but these.
CREATE TABLE test_cards_removed (
    owner_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES owners (id),
    removed_at BIGINT NOT NULL
);
-- +goose Down
DROP TABLE test_cards_removed;
