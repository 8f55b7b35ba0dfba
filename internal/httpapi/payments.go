package httpapi

import (
	"errors"
	"io"
	"net/http"

	"aicity.dev/aicity/internal/city"
)

// maxEventBody bounds a payment provider's event, in bytes.
const maxEventBody = 512 << 10

// stripeEvent takes an event of Stripe's. It answers once the event is kept;
// what follows from it is a job's. The signature covers the bytes as they came,
// so nothing may decode them before.
func (s *server) stripeEvent(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEventBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		err = city.Errorf(city.CodePayloadTooLarge, "The event is too large.")
	}
	if err == nil {
		err = s.Payments.Receive(r.Context(), payload, r.Header.Get("Stripe-Signature"))
	}
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"received":true}` + "\n"))
}
