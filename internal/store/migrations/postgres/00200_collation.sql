-- +goose Up
-- Text is compared by its bytes, as SQLite does. Where two columns of one
-- comparison had different collations, no index helped: the gate read the
-- deliverables of all agents to find five of one.
-- +goose StatementBegin
DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT table_name, string_agg(format('ALTER COLUMN %I TYPE TEXT COLLATE "C"', column_name), ', ') AS changes
        FROM information_schema.columns
        WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
            AND table_name NOT LIKE 'river_%' AND table_name <> 'goose_db_version'
            AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = current_schema()) -- no view, as extensions have
        GROUP BY table_name
    LOOP
        EXECUTE format('ALTER TABLE %I %s', t.table_name, t.changes);
    END LOOP;
END $$;
-- +goose StatementEnd
-- +goose Down
SELECT 1; -- either collation works
