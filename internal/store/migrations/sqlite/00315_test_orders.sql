-- +goose Up
-- Whether an order moved no real money: of test payments, or of a test key of
-- Stripe. Of what came before, a city that never heard a live event of Stripe had
-- a test key.
ALTER TABLE top_ups ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE withdrawals ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
UPDATE top_ups SET test = TRUE WHERE provider = 'testpay' OR NOT EXISTS (SELECT 1 FROM payment_events e
    WHERE e.provider = top_ups.provider AND (e.payload LIKE '%"livemode": true%' OR e.payload LIKE '%"livemode":true%'));
UPDATE withdrawals SET test = TRUE WHERE provider = 'testpay' OR NOT EXISTS (SELECT 1 FROM payment_events e
    WHERE e.provider = withdrawals.provider AND (e.payload LIKE '%"livemode": true%' OR e.payload LIKE '%"livemode":true%'));
-- +goose Down
ALTER TABLE withdrawals DROP COLUMN test;
ALTER TABLE top_ups DROP COLUMN test;
