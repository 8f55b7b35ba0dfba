-- +goose Up
-- Cards and bank accounts that owners paid with or are paid to, as keyed hashes:
-- owners that share one may not hire each other.
CREATE TABLE payment_fingerprints (
    owner_id   TEXT    NOT NULL REFERENCES owners (id),
    hash       TEXT    NOT NULL,
    learned_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id, hash)
) STRICT;
CREATE INDEX payment_fingerprints_hash ON payment_fingerprints (hash, owner_id);
-- +goose Down
DROP TABLE payment_fingerprints;
