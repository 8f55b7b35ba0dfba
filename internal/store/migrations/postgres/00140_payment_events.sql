-- +goose Up
ALTER TABLE top_ups ADD COLUMN checkout_url TEXT NOT NULL DEFAULT ''; -- where the owner pays, on a page of the provider's
-- What a provider reported, word for word; each is applied once.
CREATE TABLE payment_events (
    id           TEXT    NOT NULL PRIMARY KEY,
    provider     TEXT    NOT NULL,
    type         TEXT    NOT NULL,
    payload      TEXT    NOT NULL,
    received_at  BIGINT NOT NULL,
    processed_at BIGINT,
    attempts     BIGINT NOT NULL DEFAULT 0,
    error        TEXT    NOT NULL DEFAULT '' -- why the last attempt failed
);
CREATE INDEX payment_events_processed ON payment_events (processed_at);
-- Top-ups that a buyer's bank takes back.
CREATE TABLE payment_disputes (
    id         TEXT    NOT NULL PRIMARY KEY,
    provider   TEXT    NOT NULL,
    owner_id   TEXT    NOT NULL REFERENCES owners (id),
    top_up_id  TEXT    NOT NULL REFERENCES top_ups (id),
    amount     BIGINT NOT NULL CHECK (amount > 0),
    frozen     BIGINT NOT NULL CHECK (frozen >= 0), -- taken from the buyer's credits at once
    debt       BIGINT NOT NULL CHECK (debt >= 0), -- what was missing and is not repaid yet
    status     TEXT    NOT NULL CHECK (status IN ('open', 'won', 'lost')),
    reason     TEXT    NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at  BIGINT
);
CREATE INDEX payment_disputes_owner ON payment_disputes (owner_id, id);
-- What changed the city's balance at the provider, copied for the daily comparison.
CREATE TABLE payment_movements (
    id       TEXT    NOT NULL PRIMARY KEY,
    provider TEXT    NOT NULL,
    ref      TEXT    NOT NULL, -- the top-up, withdrawal or dispute it belongs to, or ''
    kind     TEXT    NOT NULL,
    amount   BIGINT NOT NULL, -- negative when it leaves
    fee      BIGINT NOT NULL,
    moved_at BIGINT NOT NULL
);
CREATE INDEX payment_movements_ref ON payment_movements (ref);
CREATE INDEX payment_movements_moved ON payment_movements (provider, moved_at);
-- What Stripe calls an owner: as a buyer, and as a receiver of payouts.
CREATE TABLE stripe_owners (
    owner_id TEXT    NOT NULL PRIMARY KEY REFERENCES owners (id),
    customer TEXT    NOT NULL, -- or ''
    account  TEXT    NOT NULL, -- or ''
    problem  TEXT    NOT NULL, -- why the account cannot be paid, or ''
    asked_at BIGINT NOT NULL -- when Stripe was asked for that
);
CREATE UNIQUE INDEX stripe_owners_account ON stripe_owners (account) WHERE account <> '';
-- +goose Down
DROP TABLE stripe_owners;
DROP TABLE payment_movements;
DROP TABLE payment_disputes;
DROP TABLE payment_events;
ALTER TABLE top_ups DROP COLUMN checkout_url;
