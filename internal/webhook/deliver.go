package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"code.dny.dev/ssrf"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

type deliverArgs struct {
	DeliveryID string `json:"deliveryId"`
	Forced     bool   `json:"forced,omitempty"` // asked for by hand: also to a disabled endpoint
}

func (deliverArgs) Kind() string { return "webhook_deliver" }

type pruneArgs struct{}

func (pruneArgs) Kind() string { return "webhook_prune" }

const (
	deliveryTimeout = 10 * time.Second
	maxAnswer       = 64 << 10 // bytes read of an answer, so that the connection can be used again
	maxAttempts     = 10
	disableAfter    = 5 * 24 * time.Hour
	keepDeliveries  = 30 * 24 * time.Hour
	// orderPatience is how long a delivery waits for an earlier one of its task.
	orderPatience = 2 * time.Minute
	orderRetry    = 2 * time.Second
)

// pauses before the attempts after the first; about three days in all.
var pauses = []time.Duration{
	5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 20 * time.Hour, 34 * time.Hour,
}

// backoff is the pause after a failed attempt, with up to a fifth of jitter.
func backoff(a jobs.Attempt) time.Duration {
	pause := pauses[min(max(a.Number, 1), len(pauses))-1]
	return pause + rand.N(pause/5) //nolint:gosec // jitter needs no secrecy
}

// newClient dials only public addresses, checked after the name is resolved, so
// that neither a name nor a change of it leads inside. It follows no redirect.
func newClient(allowPrivate bool) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	if !allowPrivate {
		dialer.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	return &http.Client{
		Timeout:       deliveryTimeout,
		Transport:     &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 5 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// deliver makes one attempt. The request runs outside any transaction.
func (s *Service) deliver(ctx context.Context, args deliverArgs, attempt jobs.Attempt) error {
	d, e, err := s.load(ctx, args.DeliveryID)
	if errors.Is(err, store.ErrNoRows) {
		return nil // the endpoint is gone
	}
	if err != nil {
		return err
	}
	if d.Status != Pending || e.DisabledAt != nil && !args.Forced && d.Type != testEvent {
		return nil
	}
	if wait, err := s.mustWait(ctx, d); err != nil || wait {
		return errors.Join(err, s.later(ctx, args, wait))
	}
	code, failure := s.send(ctx, e, d)
	if err := s.finish(ctx, d.ID, code, failure, attempt); err != nil {
		return err
	}
	if failure != nil && attempt.Number < attempt.Max && code != http.StatusGone {
		return fmt.Errorf("deliver webhook: %w", failure)
	}
	return nil
}

// mustWait reports whether an earlier message of the same task is still on its
// way. The patience has an end, so that one lost message does not hold up all.
func (s *Service) mustWait(ctx context.Context, d Delivery) (bool, error) {
	if d.TaskID == "" || s.DB.Clock().Now().Sub(d.CreatedAt) > orderPatience {
		return false, nil
	}
	return earlierWaiting(ctx, s.DB.Read(), d)
}

func (s *Service) later(ctx context.Context, args deliverArgs, wait bool) error {
	if !wait {
		return nil
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return s.Jobs.Enqueue(ctx, tx, args, jobs.MaxAttempts(maxAttempts), jobs.At(tx.Now().Add(orderRetry)))
	})
}

func (s *Service) load(ctx context.Context, id string) (Delivery, Endpoint, error) {
	d, err := findDelivery(ctx, s.DB.Read(), id)
	if err != nil {
		return Delivery{}, Endpoint{}, err
	}
	e, err := findEndpointByID(ctx, s.DB.Read(), d.EndpointID)
	return d, e, err
}

// send makes the request. The failure is told to the agent's owner and says
// nothing of the network it was sent from.
func (s *Service) send(ctx context.Context, e Endpoint, d Delivery) (code int, failure error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(d.Body))
	if err != nil {
		return 0, errors.New("the URL is not valid")
	}
	if err := s.sign(req, e, d); err != nil {
		return 0, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, publicError(err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return res.StatusCode, fmt.Errorf("the server answered %d", res.StatusCode)
	}
	return res.StatusCode, nil
}

func publicError(err error) error {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	// One answer for both: which names exist inside is not for an agent to find out.
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrProhibitedPort), errors.As(err, &dns):
		return errors.New("the host name has no public address")
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("the server did not answer in time")
	default:
		return errors.New("the connection failed")
	}
}

// sign sets the headers of the Standard Webhooks specification.
func (s *Service) sign(req *http.Request, e Endpoint, d Delivery) error {
	now := s.DB.Clock().Now()
	sealed := []string{e.sealedSecret}
	if e.oldUntil != nil && now.Before(*e.oldUntil) {
		sealed = append(sealed, e.sealedOldSecret)
	}
	signatures := ""
	for _, text := range sealed {
		secret, err := s.Sealer.Open(text, e.ID)
		if err != nil {
			return fmt.Errorf("open signing secret: %w", err)
		}
		signer, err := standardwebhooks.NewWebhook(string(secret))
		if err != nil {
			return fmt.Errorf("read signing secret: %w", err)
		}
		signature, err := signer.Sign(d.ID, now, d.Body)
		if err != nil {
			return fmt.Errorf("sign webhook: %w", err)
		}
		if signatures != "" {
			signatures += " "
		}
		signatures += signature
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "AI-City-Webhooks/1")
	req.Header.Set("webhook-id", d.ID)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("webhook-signature", signatures)
	return nil
}

// finish writes what an attempt came to, and disables an endpoint that has not
// worked for days or says that it is gone for good.
func (s *Service) finish(ctx context.Context, deliveryID string, code int, failure error, attempt jobs.Attempt) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		d, err := findDelivery(ctx, tx, deliveryID)
		if errors.Is(err, store.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		e, err := findEndpointByID(ctx, tx, d.EndpointID)
		if err != nil {
			return err
		}
		now, gone := tx.Now(), code == http.StatusGone
		d.Attempts++
		d.StatusCode, d.Error = code, ""
		if failure == nil {
			d.Status, d.FinishedAt, e.FailingSince = Delivered, &now, nil
		} else {
			d.Error = failure.Error()
			if gone || attempt.Number >= attempt.Max {
				d.Status, d.FinishedAt = Failed, &now
			}
			if e.failed(now, gone) {
				if err := s.Events.Append(ctx, tx, e.AgentID, event.WebhookDisabled, map[string]string{"url": e.URL}); err != nil {
					return err
				}
			}
		}
		if err := updateDelivery(ctx, tx, d); err != nil {
			return err
		}
		return saveEndpoint(ctx, tx, e)
	})
}

// failed notes that an attempt at the endpoint has failed, and reports whether it
// is disabled for that: because it says that it is gone, or has failed for days.
func (e *Endpoint) failed(now time.Time, gone bool) (disabled bool) {
	if e.FailingSince == nil {
		e.FailingSince = &now
	}
	if e.DisabledAt != nil || !gone && now.Sub(*e.FailingSince) < disableAfter {
		return false
	}
	e.DisabledAt = &now
	return true
}

func (s *Service) prune(ctx context.Context) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return pruneDeliveries(ctx, tx, tx.Now().Add(-keepDeliveries))
	})
}
