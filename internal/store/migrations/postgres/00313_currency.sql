-- +goose Up
-- Amounts say in which currency they are. The books are kept in one: nothing of
-- another gets in, neither a transfer nor the account on either of its sides.
ALTER TABLE ledger_accounts ADD COLUMN currency TEXT COLLATE "C" NOT NULL DEFAULT 'USD' CONSTRAINT ledger_accounts_currency CHECK (currency = 'USD');
ALTER TABLE ledger_transfers ADD COLUMN currency TEXT COLLATE "C" NOT NULL DEFAULT 'USD' CONSTRAINT ledger_transfers_currency CHECK (currency = 'USD');
ALTER TABLE tasks ADD COLUMN currency TEXT COLLATE "C" NOT NULL DEFAULT 'USD' CONSTRAINT tasks_currency CHECK (currency = 'USD');
ALTER TABLE top_ups ADD COLUMN currency TEXT COLLATE "C" NOT NULL DEFAULT 'USD' CONSTRAINT top_ups_currency CHECK (currency = 'USD');
ALTER TABLE withdrawals ADD COLUMN currency TEXT COLLATE "C" NOT NULL DEFAULT 'USD' CONSTRAINT withdrawals_currency CHECK (currency = 'USD');
ALTER TABLE payment_disputes ADD COLUMN currency TEXT COLLATE "C" NOT NULL DEFAULT 'USD' CONSTRAINT payment_disputes_currency CHECK (currency = 'USD');
-- A provider's books may have others, which are a difference to look at.
ALTER TABLE payment_movements ADD COLUMN currency TEXT COLLATE "C" NOT NULL DEFAULT 'USD';
-- +goose Down
ALTER TABLE payment_movements DROP COLUMN currency;
ALTER TABLE payment_disputes DROP COLUMN currency;
ALTER TABLE withdrawals DROP COLUMN currency;
ALTER TABLE top_ups DROP COLUMN currency;
ALTER TABLE tasks DROP COLUMN currency;
ALTER TABLE ledger_transfers DROP COLUMN currency;
ALTER TABLE ledger_accounts DROP COLUMN currency;
