package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

// Sealer encrypts signing secrets at rest.
type Sealer interface {
	Seal(plaintext []byte, place string) (string, error)
	Open(sealed, place string) ([]byte, error)
}

// Config is what a Service needs.
type Config struct {
	DB     *store.DB
	Jobs   *jobs.Queue
	Events *event.Log
	Sealer Sealer
	// AllowPrivate lets deliveries go over plain http and to private addresses.
	AllowPrivate bool
}

// Service keeps endpoints and delivers to them.
type Service struct {
	Config
	client *http.Client
	// deaf remembers the agents that have no endpoint.
	deaf *event.Memo[struct{}]
}

// New returns a service and registers its jobs.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, client: newClient(cfg.AllowPrivate), deaf: event.NewMemo[struct{}](cfg.Events, deafFor)}
	jobs.Handle(cfg.Jobs, s.deliver, jobs.Timeout(deliveryTimeout+5*time.Second), jobs.RetryAfter(backoff))
	jobs.Handle(cfg.Jobs, func(ctx context.Context, _ pruneArgs, _ jobs.Attempt) error { return s.prune(ctx) })
	jobs.Every(cfg.Jobs, time.Hour, pruneArgs{})
	return s
}

// Register sets an agent's endpoint. The secret is returned on the first
// registration only. Errors: VALIDATION_ERROR, WEBHOOK_URL_NOT_ALLOWED.
func (s *Service) Register(ctx context.Context, agentID string, r Registration) (e Endpoint, secret string, err error) {
	if r, err = r.checked(s.AllowPrivate); err != nil {
		return Endpoint{}, "", err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		secret = ""
		s.Events.Wake(tx, endpointTopic(agentID))
		e, err = findEndpoint(ctx, tx, agentID, store.ForUpdate(tx))
		switch {
		case err == nil:
			// What was wrong with the old address says nothing of the new one.
			e.URL, e.Events, e.FailingSince, e.DisabledAt, e.UpdatedAt = r.URL, r.Events, nil, nil, tx.Now()
			return saveEndpoint(ctx, tx, e)
		case !errors.Is(err, store.ErrNoRows):
			return err
		}
		e = Endpoint{ID: city.NewID(city.PrefixWebhook), AgentID: agentID, URL: r.URL, Events: r.Events, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		secret = newSecret()
		if e.sealedSecret, err = s.Sealer.Seal([]byte(secret), e.ID); err != nil {
			return err
		}
		return saveEndpoint(ctx, tx, e)
	})
	if err != nil {
		return Endpoint{}, "", fmt.Errorf("register webhook: %w", err)
	}
	return e, secret, nil
}

// Get returns an agent's endpoint. Errors: WEBHOOK_NOT_FOUND.
func (s *Service) Get(ctx context.Context, agentID string) (Endpoint, error) {
	e, err := findEndpoint(ctx, s.DB.Read(), agentID, "")
	if errors.Is(err, store.ErrNoRows) {
		return Endpoint{}, errNoEndpoint()
	}
	return e, err
}

// Delete ends deliveries to an agent; those that wait are dropped.
func (s *Service) Delete(ctx context.Context, agentID string) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return deleteEndpoint(ctx, tx, agentID) })
}

// oldSecretLife is how long a rotated secret goes on signing beside the new one.
const oldSecretLife = 24 * time.Hour

// RotateSecret replaces the signing secret and returns the new one. For a day
// messages carry a signature of each. Errors: WEBHOOK_NOT_FOUND.
func (s *Service) RotateSecret(ctx context.Context, agentID string) (Endpoint, string, error) {
	var e Endpoint
	secret := newSecret()
	err := s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		var err error
		if e, err = findEndpoint(ctx, tx, agentID, store.ForUpdate(tx)); err != nil {
			return err
		}
		until := tx.Now().Add(oldSecretLife)
		e.sealedOldSecret, e.oldUntil, e.UpdatedAt = e.sealedSecret, &until, tx.Now()
		if e.sealedSecret, err = s.Sealer.Seal([]byte(secret), e.ID); err != nil {
			return err
		}
		return saveEndpoint(ctx, tx, e)
	})
	if errors.Is(err, store.ErrNoRows) {
		return Endpoint{}, "", errNoEndpoint()
	}
	if err != nil {
		return Endpoint{}, "", fmt.Errorf("rotate webhook secret: %w", err)
	}
	return e, secret, nil
}

// deafFor bounds how long an agent is known to have no endpoint, should another
// node's word that it has one be lost.
const deafFor = time.Second

// endpointTopic is the event topic that wakes when an agent gets an endpoint.
func endpointTopic(agentID string) string { return "webhook/" + agentID }

// Emit queues an event for an agent's endpoint in tx. Nothing happens when the
// agent has none, or did not ask for this event.
func (s *Service) Emit(ctx context.Context, tx store.Tx, agentID, eventType, taskID string, data any) error {
	if _, deaf := s.deaf.Look(agentID); deaf {
		return nil
	}
	load := s.deaf.Begin()
	defer load.End()
	e, err := findEndpoint(ctx, tx, agentID, "")
	if errors.Is(err, store.ErrNoRows) {
		load.Keep(agentID, endpointTopic(agentID), struct{}{})
		return nil
	}
	if err != nil {
		return err
	}
	if e.DisabledAt != nil || eventType != testEvent && !slices.Contains(e.Events, eventType) {
		return nil
	}
	_, err = s.enqueue(ctx, tx, e, eventType, taskID, data)
	return err
}

func (s *Service) enqueue(ctx context.Context, tx store.Tx, e Endpoint, eventType, taskID string, data any) (Delivery, error) {
	d := Delivery{
		ID: city.NewID(city.PrefixEvent), EndpointID: e.ID, TaskID: taskID, Type: eventType, Status: Pending, CreatedAt: tx.Now(),
	}
	body, err := json.Marshal(message{ID: d.ID, Type: eventType, CreatedAt: d.CreatedAt, Data: data})
	if err != nil {
		return Delivery{}, fmt.Errorf("encode webhook %s: %w", eventType, err)
	}
	d.Body = body
	if err := insertDelivery(ctx, tx, d); err != nil {
		return Delivery{}, err
	}
	return d, s.Jobs.Enqueue(ctx, tx, deliverArgs{DeliveryID: d.ID}, jobs.MaxAttempts(maxAttempts))
}

// Test sends a test message to the agent's endpoint, also when it is disabled.
// Errors: WEBHOOK_NOT_FOUND.
func (s *Service) Test(ctx context.Context, agentID string) (Delivery, error) {
	return s.again(ctx, agentID, func(ctx context.Context, tx store.Tx, e Endpoint) (Delivery, error) {
		return s.enqueue(ctx, tx, e, testEvent, "", map[string]string{"message": "This is a test of your webhook."})
	})
}

// Redeliver sends a delivery once more, under its old id. Errors:
// WEBHOOK_NOT_FOUND, DELIVERY_NOT_FOUND.
func (s *Service) Redeliver(ctx context.Context, agentID, deliveryID string) (Delivery, error) {
	return s.again(ctx, agentID, func(ctx context.Context, tx store.Tx, e Endpoint) (Delivery, error) {
		d, err := findDelivery(ctx, tx, deliveryID)
		if errors.Is(err, store.ErrNoRows) || err == nil && d.EndpointID != e.ID {
			return Delivery{}, errNoDelivery()
		}
		if err != nil {
			return Delivery{}, err
		}
		d.Status, d.FinishedAt, d.Error = Pending, nil, ""
		if err := updateDelivery(ctx, tx, d); err != nil {
			return Delivery{}, err
		}
		return d, s.Jobs.Enqueue(ctx, tx, deliverArgs{DeliveryID: d.ID, Forced: true}, jobs.MaxAttempts(maxAttempts))
	})
}

func (s *Service) again(ctx context.Context, agentID string, f func(ctx context.Context, tx store.Tx, e Endpoint) (Delivery, error)) (Delivery, error) {
	var d Delivery
	err := s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		e, err := findEndpoint(ctx, tx, agentID, "")
		if errors.Is(err, store.ErrNoRows) {
			return errNoEndpoint()
		}
		if err != nil {
			return err
		}
		d, err = f(ctx, tx, e)
		return err
	})
	return d, err
}

// Deliveries pages through what was sent to an agent, newest first; the cursor
// is the id of the last delivery of the page before. Errors: VALIDATION_ERROR,
// WEBHOOK_NOT_FOUND.
func (s *Service) Deliveries(ctx context.Context, agentID, cursor string, limit int) ([]Delivery, error) {
	if err := city.CheckCursor(city.PrefixEvent, cursor); err != nil {
		return nil, err
	}
	e, err := s.Get(ctx, agentID)
	if err != nil {
		return nil, err
	}
	return listDeliveries(ctx, s.DB.Read(), e.ID, cursor, limit)
}
