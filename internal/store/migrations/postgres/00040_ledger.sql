-- +goose Up
CREATE TABLE ledger_accounts (
    name            TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    holder          TEXT   NOT NULL, -- owner whose money it holds when that is not in its name, else empty
    debits_pending  BIGINT NOT NULL CHECK (debits_pending >= 0),
    debits_posted   BIGINT NOT NULL CHECK (debits_posted >= 0),
    credits_pending BIGINT NOT NULL CHECK (credits_pending >= 0),
    credits_posted  BIGINT NOT NULL CHECK (credits_posted >= 0),
    rolled_up_to    BIGINT NOT NULL DEFAULT 0, -- hot accounts: the row holds transfers up to this seq
    CONSTRAINT ledger_accounts_floor CHECK (name LIKE 'platform/%' OR name LIKE 'payment/%'
        OR credits_posted - debits_posted - debits_pending >= 0)
);
-- Most holds are closed: only those with money in them are looked up.
CREATE INDEX ledger_accounts_holder ON ledger_accounts (holder) WHERE holder <> '' AND credits_posted <> debits_posted;
CREATE TABLE ledger_transfers (
    seq        BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    id         TEXT   NOT NULL UNIQUE,
    debit      TEXT   COLLATE "C" NOT NULL,
    credit     TEXT   COLLATE "C" NOT NULL,
    amount     BIGINT NOT NULL CHECK (amount > 0),
    kind       TEXT   NOT NULL,
    ref        TEXT   NOT NULL,
    phase      TEXT   NOT NULL,
    pending_id TEXT   UNIQUE, -- the pending transfer that a capture or void closes
    created_at BIGINT NOT NULL,
    CONSTRAINT ledger_transfers_sides CHECK (debit <> credit),
    CONSTRAINT ledger_transfers_phase CHECK (phase IN ('posted', 'pending', 'capture', 'void')
        AND (phase IN ('capture', 'void')) = (pending_id IS NOT NULL))
);
CREATE INDEX ledger_transfers_debit ON ledger_transfers (debit, seq);
CREATE INDEX ledger_transfers_credit ON ledger_transfers (credit, seq);
CREATE INDEX ledger_transfers_ref ON ledger_transfers (ref, seq);
-- +goose StatementBegin
CREATE FUNCTION ledger_transfers_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'transfers are never changed or deleted'; END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfers
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfers_refuse();
-- +goose Down
DROP TABLE ledger_transfers;
DROP FUNCTION ledger_transfers_refuse;
DROP TABLE ledger_accounts;
