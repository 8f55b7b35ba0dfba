-- +goose Up
-- Each transfer's hash over its content and the hash of the one before it.
CREATE TABLE ledger_chain (
    seq  INTEGER NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER ledger_chain_no_update BEFORE UPDATE ON ledger_chain
BEGIN SELECT RAISE(ABORT, 'the chain is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_chain_no_delete BEFORE DELETE ON ledger_chain
BEGIN SELECT RAISE(ABORT, 'the chain is never deleted'); END;
-- +goose StatementEnd
-- +goose Down
DROP TABLE ledger_chain;
