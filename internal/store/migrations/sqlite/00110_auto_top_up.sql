-- +goose Up
CREATE TABLE auto_top_ups (
    owner_id    TEXT NOT NULL PRIMARY KEY REFERENCES owners (id),
    enabled     INTEGER NOT NULL,
    threshold   INTEGER NOT NULL CHECK (threshold > 0),
    amount      INTEGER NOT NULL CHECK (amount > 0),
    monthly_cap INTEGER NOT NULL CHECK (monthly_cap >= 0), -- 0 for none
    stopped_by  TEXT NOT NULL, -- why the city turned it off, or ''
    updated_at  INTEGER NOT NULL
) STRICT;
-- +goose Down
DROP TABLE auto_top_ups;
