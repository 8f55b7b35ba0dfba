package payment

import (
	"context"
	"iter"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Hosted is a Provider where an owner pays on a page of the provider's own.
// Charge then serves only purchases that nobody sits in front of.
type Hosted interface {
	// Checkout returns the address of that page and the provider's name for the
	// visit. A repeated order gets the same page. The owner comes back to
	// returnURL; whether they paid is told by TopUpNews. Errors: as Charge.
	Checkout(ctx context.Context, order Order, returnURL string) (url, reference string, err error)
}

// Reporter is a Provider that tells later, in events of its own, what became of
// an order. A payout that it accepted is on its way, not paid.
type Reporter interface {
	// Verify checks that an event comes from the provider. Errors: VALIDATION_ERROR.
	Verify(payload []byte, signature string) (Event, error)
	// News says what an event means to the city: nothing, when it concerns
	// something else. It may ask the provider, and is safe to call again.
	News(ctx context.Context, payload []byte) ([]News, error)
}

// Accountant is a Provider that tells what changed the city's balance there.
type Accountant interface {
	// Movements are those since a moment, in no order.
	Movements(ctx context.Context, since time.Time) iter.Seq2[Movement, error]
}

// Event is a provider's report as it arrived.
type Event struct {
	ID      string
	Type    string
	Payload []byte
}

// Movement changed the city's balance at the provider.
type Movement struct {
	ID     string
	Ref    string     // the top-up, withdrawal or dispute it belongs to, "" when it names none
	Kind   string     // the provider's word for it
	Amount city.Cents // negative when it left the balance
	Fee    city.Cents // what the provider took of it for itself
	// Currency of both, as the provider writes it; of another than the city's the
	// amounts are its smallest units.
	Currency string
	At       time.Time
}

// News is what a provider reports about an order: TopUpNews, PayoutNews or
// DisputeNews. It may come late, twice and in any order.
type News interface {
	// apply books it, once. Errors: errNotYet when it must be tried again later.
	apply(ctx context.Context, tx store.Tx, s *Service) error
}

// TopUpNews says that a top-up was paid, or will not be.
type TopUpNews struct {
	TopUpID   string
	Paid      bool
	Reference string     // the provider's name for the payment
	Amount    city.Cents // what was paid
	Currency  string
	Reason    string // why it was not
}

// PayoutNews says that a payout arrived, or that it failed, perhaps after it
// seemed to have arrived.
type PayoutNews struct {
	WithdrawalID string
	Paid         bool
	Reference    string // the provider's name for the payout
	Reason       string // why it failed
}

// DisputeNews says that a buyer's bank takes a top-up back, and how that ended.
type DisputeNews struct {
	ID       string // the provider's
	TopUpID  string
	Amount   city.Cents
	Currency string
	Reason   string
	Outcome  DisputeStatus
}
