-- +goose Up
-- A transfer changes as few pages as it can: ref is indexed where the id does not
-- begin with it, which finds it as well.
DROP INDEX ledger_transfers_ref;
CREATE INDEX ledger_transfers_ref ON ledger_transfers (ref, seq) WHERE id <> ref AND substr(id, 1, length(ref) + 1) <> ref || '/';
-- +goose Down
DROP INDEX ledger_transfers_ref;
CREATE INDEX ledger_transfers_ref ON ledger_transfers (ref, seq);
