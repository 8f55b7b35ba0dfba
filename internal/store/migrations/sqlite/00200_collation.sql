-- +goose Up
SELECT 1; -- text is compared by its bytes
-- +goose Down
SELECT 1;
