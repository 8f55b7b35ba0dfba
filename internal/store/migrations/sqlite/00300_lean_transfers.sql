-- +goose Up
-- A transfer changes as few pages as it can: pending_id is indexed where there is
-- one, and ref where the id does not begin with it, which finds it as well. Numbers
-- need no AUTOINCREMENT, since no transfer is ever deleted.
CREATE TABLE ledger_transfers_new (
    seq        INTEGER NOT NULL PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    debit      TEXT    NOT NULL,
    credit     TEXT    NOT NULL,
    amount     INTEGER NOT NULL CHECK (amount > 0),
    kind       TEXT    NOT NULL,
    ref        TEXT    NOT NULL,
    phase      TEXT    NOT NULL,
    pending_id TEXT, -- the pending transfer that a capture or void closes
    created_at INTEGER NOT NULL,
    CONSTRAINT ledger_transfers_sides CHECK (debit <> credit),
    CONSTRAINT ledger_transfers_phase CHECK (phase IN ('posted', 'pending', 'capture', 'void')
        AND (phase IN ('capture', 'void')) = (pending_id IS NOT NULL))
) STRICT;
INSERT INTO ledger_transfers_new (seq, id, debit, credit, amount, kind, ref, phase, pending_id, created_at)
    SELECT seq, id, debit, credit, amount, kind, ref, phase, pending_id, created_at FROM ledger_transfers ORDER BY seq;
DROP TABLE ledger_transfers;
ALTER TABLE ledger_transfers_new RENAME TO ledger_transfers;
CREATE UNIQUE INDEX ledger_transfers_pending_id ON ledger_transfers (pending_id) WHERE pending_id IS NOT NULL;
CREATE INDEX ledger_transfers_debit ON ledger_transfers (debit, seq);
CREATE INDEX ledger_transfers_credit ON ledger_transfers (credit, seq);
CREATE INDEX ledger_transfers_ref ON ledger_transfers (ref, seq) WHERE id <> ref AND substr(id, 1, length(ref) + 1) <> ref || '/';
-- +goose StatementBegin
CREATE TRIGGER ledger_transfers_no_update BEFORE UPDATE ON ledger_transfers
BEGIN SELECT RAISE(ABORT, 'transfers are never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_transfers_no_delete BEFORE DELETE ON ledger_transfers
BEGIN SELECT RAISE(ABORT, 'transfers are never deleted'); END;
-- +goose StatementEnd
-- An account is found and changed in one place, and its name matters to the floor
-- only below it.
CREATE TABLE ledger_accounts_new (
    name            TEXT    NOT NULL PRIMARY KEY,
    holder          TEXT    NOT NULL, -- owner whose money it holds when that is not in its name, else empty
    debits_pending  INTEGER NOT NULL CHECK (debits_pending >= 0),
    debits_posted   INTEGER NOT NULL CHECK (debits_posted >= 0),
    credits_pending INTEGER NOT NULL CHECK (credits_pending >= 0),
    credits_posted  INTEGER NOT NULL CHECK (credits_posted >= 0),
    rolled_up_to    INTEGER NOT NULL DEFAULT 0, -- hot accounts: the row holds transfers up to this seq
    CONSTRAINT ledger_accounts_floor CHECK (credits_posted - debits_posted - debits_pending >= 0
        OR name LIKE 'platform/%' OR name LIKE 'payment/%')
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_accounts_new (name, holder, debits_pending, debits_posted, credits_pending, credits_posted, rolled_up_to)
    SELECT name, holder, debits_pending, debits_posted, credits_pending, credits_posted, rolled_up_to FROM ledger_accounts ORDER BY name;
DROP TABLE ledger_accounts;
ALTER TABLE ledger_accounts_new RENAME TO ledger_accounts;
CREATE INDEX ledger_accounts_holder ON ledger_accounts (holder) WHERE holder <> '';
-- +goose Down
DROP INDEX ledger_transfers_ref;
CREATE INDEX ledger_transfers_ref ON ledger_transfers (ref, seq);
