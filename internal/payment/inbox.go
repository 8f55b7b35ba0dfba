package payment

import (
	"context"
	"errors"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

// errNotYet says that news are about something the city does not know, or has
// not booked, yet. They are tried again.
var errNotYet = errors.New("not known here yet")

// eventArgs is the job that applies a provider's event.
type eventArgs struct {
	EventID string `json:"eventId"`
}

// Kind names the job.
func (eventArgs) Kind() string { return "payment_event" }

// eventAttempts is about five days with the backoff of this package. What is
// not applied by then keeps its error, and waits for ReplayEvents.
const eventAttempts = 130

// maxError bounds the noted reason of a failed attempt, in bytes.
const maxError = 1000

// Receive takes an event that a provider sent: checked, written down and left
// to a job. An event that came before changes nothing. Errors: NOT_FOUND when
// the provider sends none, VALIDATION_ERROR when it is not the sender.
func (s *Service) Receive(ctx context.Context, payload []byte, signature string) error {
	reporter, ok := s.provider.(Reporter)
	if !ok {
		return city.Errorf(city.CodeNotFound, "%s: this provider sends no events.", s.provider.Label())
	}
	event, err := reporter.Verify(payload, signature)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		fresh, err := insertEvent(ctx, tx, s.provider.Name(), event)
		if err != nil || !fresh {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, eventArgs{event.ID}, jobs.MaxAttempts(eventAttempts))
	})
	if err != nil {
		return fmt.Errorf("keep event %s: %w", event.ID, err)
	}
	return nil
}

// processEvent applies an event, once, and notes why when that failed.
func (s *Service) processEvent(ctx context.Context, id string) error {
	err := s.applyEvent(ctx, id)
	if err == nil {
		return nil
	}
	text := err.Error()
	noted := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return saveEventError(ctx, tx, id, text[:min(len(text), maxError)])
	})
	return errors.Join(err, noted)
}

func (s *Service) applyEvent(ctx context.Context, id string) error {
	provider, payload, processed, err := findEvent(ctx, s.db.Read(), id)
	if err != nil || processed {
		return err
	}
	if err := checkProvider(s.provider, provider); err != nil {
		return err
	}
	reporter, ok := s.provider.(Reporter)
	if !ok {
		return fmt.Errorf("event %s: payment provider %q sends no events", id, provider)
	}
	news, err := reporter.News(ctx, []byte(payload))
	if err != nil {
		return fmt.Errorf("read event %s: %w", id, err)
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		// Of two runs at once the second waits here, and finds it done.
		fresh, err := markProcessed(ctx, tx, id)
		if err != nil || !fresh {
			return err
		}
		for _, item := range news {
			if err := item.apply(ctx, tx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("apply event %s: %w", id, err)
	}
	return nil
}

// ReplayEvents has events applied again: those named, or without any all that
// were not applied so far. What an event did before it does not do twice. It
// returns how many there are. Errors: NOT_FOUND for an id that never came.
func (s *Service) ReplayEvents(ctx context.Context, ids ...string) (int, error) {
	count := 0
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		open := ids
		if len(ids) == 0 {
			var err error
			if open, err = unprocessedEvents(ctx, tx); err != nil {
				return err
			}
		}
		for _, id := range open {
			there, err := markUnprocessed(ctx, tx, id)
			if err != nil {
				return err
			}
			if !there {
				return city.Errorf(city.CodeNotFound, "There is no event %s.", id)
			}
			if err := s.jobs.Enqueue(ctx, tx, eventArgs{id}, jobs.MaxAttempts(eventAttempts)); err != nil {
				return err
			}
		}
		count = len(open)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("replay events: %w", err)
	}
	return count, nil
}
