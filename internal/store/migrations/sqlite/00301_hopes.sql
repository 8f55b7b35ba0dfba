-- +goose Up
-- Always empty: what is written here was a hope in vain, and refused.
CREATE TABLE hopes (
    vain INTEGER NOT NULL CONSTRAINT hopes_in_vain CHECK (vain = 0)
) STRICT;
-- +goose Down
DROP TABLE hopes;
