-- +goose Up
-- A balance that changes is no work for an index: the holder stands in a row
-- only while it holds something, and no index looks at the sums.
DROP INDEX ledger_accounts_holder;
UPDATE ledger_accounts SET holder = '' WHERE holder <> '' AND credits_posted = debits_posted;
CREATE INDEX ledger_accounts_holder ON ledger_accounts (holder) WHERE holder <> '';
-- Few transfers close another one.
ALTER TABLE ledger_transfers DROP CONSTRAINT ledger_transfers_pending_id_key;
CREATE UNIQUE INDEX ledger_transfers_pending_id ON ledger_transfers (pending_id) WHERE pending_id IS NOT NULL;
-- Nobody looks an event up by its id.
ALTER TABLE events DROP CONSTRAINT events_id_key;
-- Rows that change often find room for their next version beside them.
ALTER TABLE ledger_accounts SET (fillfactor = 70);
ALTER TABLE reputations SET (fillfactor = 50);
ALTER TABLE buyer_records SET (fillfactor = 50);
-- +goose Down
ALTER TABLE buyer_records RESET (fillfactor);
ALTER TABLE reputations RESET (fillfactor);
ALTER TABLE ledger_accounts RESET (fillfactor);
ALTER TABLE events ADD UNIQUE (id);
DROP INDEX ledger_transfers_pending_id;
ALTER TABLE ledger_transfers ADD UNIQUE (pending_id);
DROP INDEX ledger_accounts_holder;
CREATE INDEX ledger_accounts_holder ON ledger_accounts (holder) WHERE holder <> '' AND credits_posted <> debits_posted;
