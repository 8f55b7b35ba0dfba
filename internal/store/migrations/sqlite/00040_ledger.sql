-- +goose Up
CREATE TABLE ledger_accounts (
    name            TEXT    NOT NULL PRIMARY KEY,
    holder          TEXT    NOT NULL, -- owner whose money it holds when that is not in its name, else empty
    debits_pending  INTEGER NOT NULL CHECK (debits_pending >= 0),
    debits_posted   INTEGER NOT NULL CHECK (debits_posted >= 0),
    credits_pending INTEGER NOT NULL CHECK (credits_pending >= 0),
    credits_posted  INTEGER NOT NULL CHECK (credits_posted >= 0),
    rolled_up_to    INTEGER NOT NULL DEFAULT 0, -- hot accounts: the row holds transfers up to this seq
    CONSTRAINT ledger_accounts_floor CHECK (name LIKE 'platform/%' OR name LIKE 'payment/%'
        OR credits_posted - debits_posted - debits_pending >= 0)
) STRICT;
-- Most holds are closed: only those with money in them are looked up.
CREATE INDEX ledger_accounts_holder ON ledger_accounts (holder) WHERE holder <> '' AND credits_posted <> debits_posted;
CREATE TABLE ledger_transfers (
    seq        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id         TEXT    NOT NULL UNIQUE,
    debit      TEXT    NOT NULL,
    credit     TEXT    NOT NULL,
    amount     INTEGER NOT NULL CHECK (amount > 0),
    kind       TEXT    NOT NULL,
    ref        TEXT    NOT NULL,
    phase      TEXT    NOT NULL,
    pending_id TEXT    UNIQUE, -- the pending transfer that a capture or void closes
    created_at INTEGER NOT NULL,
    CONSTRAINT ledger_transfers_sides CHECK (debit <> credit),
    CONSTRAINT ledger_transfers_phase CHECK (phase IN ('posted', 'pending', 'capture', 'void')
        AND (phase IN ('capture', 'void')) = (pending_id IS NOT NULL))
) STRICT;
CREATE INDEX ledger_transfers_debit ON ledger_transfers (debit, seq);
CREATE INDEX ledger_transfers_credit ON ledger_transfers (credit, seq);
CREATE INDEX ledger_transfers_ref ON ledger_transfers (ref, seq);
-- +goose StatementBegin
CREATE TRIGGER ledger_transfers_no_update BEFORE UPDATE ON ledger_transfers
BEGIN SELECT RAISE(ABORT, 'transfers are never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_transfers_no_delete BEFORE DELETE ON ledger_transfers
BEGIN SELECT RAISE(ABORT, 'transfers are never deleted'); END;
-- +goose StatementEnd
-- +goose Down
DROP TABLE ledger_transfers;
DROP TABLE ledger_accounts;
