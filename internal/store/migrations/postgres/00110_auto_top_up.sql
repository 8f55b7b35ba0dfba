-- +goose Up
CREATE TABLE auto_top_ups (
    owner_id    TEXT NOT NULL PRIMARY KEY REFERENCES owners (id),
    enabled     BOOLEAN NOT NULL,
    threshold   BIGINT NOT NULL CHECK (threshold > 0),
    amount      BIGINT NOT NULL CHECK (amount > 0),
    monthly_cap BIGINT NOT NULL CHECK (monthly_cap >= 0), -- 0 for none
    stopped_by  TEXT NOT NULL, -- why the city turned it off, or ''
    updated_at  BIGINT NOT NULL
);
-- +goose Down
DROP TABLE auto_top_ups;
