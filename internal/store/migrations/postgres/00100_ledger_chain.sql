-- +goose Up
-- Each transfer's hash over its content and the hash of the one before it.
CREATE TABLE ledger_chain (
    seq  BIGINT NOT NULL PRIMARY KEY,
    hash BYTEA NOT NULL
);
CREATE TRIGGER ledger_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_chain
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfers_refuse();
-- +goose Down
DROP TABLE ledger_chain;
