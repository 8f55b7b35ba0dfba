-- +goose Up
-- Transfers are indexed by account within stretches of 32,768 numbers. All that is
-- written now goes into the pages of the newest stretch, which are few, instead of
-- the last page of each account, which are anywhere.
DROP INDEX ledger_transfers_debit;
DROP INDEX ledger_transfers_credit;
CREATE INDEX ledger_transfers_debit ON ledger_transfers (seq >> 15, debit, seq);
CREATE INDEX ledger_transfers_credit ON ledger_transfers (seq >> 15, credit, seq);
-- The transfers, for those who ask for an account's: stretch by stretch, so that
-- the indexes help.
CREATE VIEW ledger_by_account AS
    WITH RECURSIVE stretches (stretch) AS (
        SELECT 0 UNION ALL SELECT stretch + 1 FROM stretches WHERE stretch < (SELECT MAX(seq) >> 15 FROM ledger_transfers))
    SELECT (s.stretch + 1) << 15 AS stretch_end, t.seq, t.id, t.debit, t.credit, t.amount, t.kind, t.ref, t.phase, t.pending_id, t.created_at
    FROM stretches s CROSS JOIN ledger_transfers t WHERE t.seq >> 15 = s.stretch;
-- +goose Down
DROP VIEW ledger_by_account;
DROP INDEX ledger_transfers_debit;
DROP INDEX ledger_transfers_credit;
CREATE INDEX ledger_transfers_debit ON ledger_transfers (debit, seq);
CREATE INDEX ledger_transfers_credit ON ledger_transfers (credit, seq);
