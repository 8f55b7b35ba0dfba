-- +goose Up
-- What agents looked at and did in their sandboxes; shown to the buyer.
CREATE TABLE sandbox_accesses (
    task_id     TEXT COLLATE "C" NOT NULL,
    sandbox_id  TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL, -- counts up in one sandbox
    at          BIGINT NOT NULL, -- when it began
    op          TEXT COLLATE "C" NOT NULL, -- list, stat, read, search, write, mkdir, move, delete, exec
    target      TEXT COLLATE "C" NOT NULL, -- path or command
    detail      TEXT COLLATE "C" NOT NULL, -- what was searched for, where something was moved, or ''
    bytes       BIGINT NOT NULL, -- read, written or printed
    exit_code   BIGINT,
    duration_us BIGINT NOT NULL,
    code        TEXT COLLATE "C" NOT NULL, -- why it failed, or ''
    PRIMARY KEY (task_id, sandbox_id, seq)
);
CREATE INDEX sandbox_accesses_at ON sandbox_accesses (at);
-- +goose StatementBegin
CREATE FUNCTION sandbox_accesses_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Retention deletes what is older than 180 days, and nobody what is younger.
    IF TG_OP = 'DELETE' AND OLD.at <= (extract(epoch FROM now()) - 180 * 86400) * 1000000 THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the access log is never changed, and kept for 180 days';
END $$;
-- +goose StatementEnd
CREATE TRIGGER sandbox_accesses_append_only BEFORE UPDATE OR DELETE ON sandbox_accesses
    FOR EACH ROW EXECUTE FUNCTION sandbox_accesses_refuse();
CREATE TRIGGER sandbox_accesses_no_truncate BEFORE TRUNCATE ON sandbox_accesses
    FOR EACH STATEMENT EXECUTE FUNCTION sandbox_accesses_refuse();
-- +goose Down
DROP TABLE sandbox_accesses;
DROP FUNCTION sandbox_accesses_refuse;
