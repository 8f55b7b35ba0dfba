package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"sync"

	"aicity.dev/aicity/internal/idempotency"
)

// once has a form do its work once, however often it is sent: by a double click,
// a reload or a browser that tries again. Who sends it again gets the first
// answer, also when it holds a secret that is shown once. The same form with
// something else typed is another one, and what was refused may be sent again.
func (s *site) once(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := readForm(r)
		if err != nil {
			return err
		}
		if in.get(formKey) == "" {
			return h(w, r)
		}
		claim := claimOf(r, in)
		done, err := s.sending.begin(r.Context(), claim.Caller+"/"+claim.Key)
		if err != nil {
			return err
		}
		defer done()
		// The first of two clicks is given up by the browser: its work goes on, for
		// the second.
		r = r.WithContext(context.WithoutCancel(r.Context()))
		earlier, err := s.Idempotency.Begin(r.Context(), claim)
		if err != nil {
			return err
		}
		if earlier != nil {
			return replay(w, earlier.Body)
		}
		return s.runOnce(w, r, h, claim)
	}
}

// formKey is the hidden field that tells one form from the next, see sentOnce.
const formKey = "key"

func claimOf(r *http.Request, in form) idempotency.Claim {
	sum := sha256.Sum256([]byte(r.URL.Path + "\n" + in.values.Encode()))
	key := "form/" + hex.EncodeToString(sum[:])
	return idempotency.Claim{Caller: visitorOf(r).owner.ID, Key: key, Hash: key}
}

// kept is an answer as it is remembered.
type kept struct {
	Status int
	Header http.Header
	Body   []byte
}

func (s *site) runOnce(w http.ResponseWriter, r *http.Request, h handler, claim idempotency.Claim) error {
	answer := idempotency.NewRecorder(w)
	forget := idempotency.Answer{Status: http.StatusInternalServerError}
	end := func(a idempotency.Answer) {
		if _, err := s.Idempotency.End(r.Context(), claim, a); err != nil {
			s.Logger.WarnContext(r.Context(), "answer not kept", "error", err)
		}
	}
	worked := false
	defer func() {
		if !worked {
			end(forget)
		}
	}()
	if err := h(answer, r); err != nil {
		return err
	}
	if answer.Status < http.StatusBadRequest {
		k := kept{Status: answer.Status, Header: http.Header{}, Body: answer.Body.Bytes()}
		for _, name := range []string{"Content-Type", "Location", "Set-Cookie"} {
			if values := answer.Header().Values(name); len(values) > 0 {
				k.Header[name] = values
			}
		}
		text, err := json.Marshal(k)
		if err != nil {
			return fmt.Errorf("keep answer: %w", err)
		}
		end(idempotency.Answer{Status: answer.Status, Body: text})
		worked = true
	}
	answer.Send()
	return nil
}

func replay(w http.ResponseWriter, text []byte) error {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return fmt.Errorf("read kept answer: %w", err)
	}
	maps.Copy(w.Header(), k.Header)
	w.WriteHeader(k.Status)
	_, _ = w.Write(k.Body)
	return nil
}

// sending are the forms at work on this node: one that is sent again meanwhile
// waits for the answer.
type sending struct {
	mu    sync.Mutex
	forms map[string]chan struct{} // closed when done
}

func (f *sending) begin(ctx context.Context, key string) (done func(), err error) {
	for {
		f.mu.Lock()
		first, busy := f.forms[key]
		if !busy {
			first = make(chan struct{})
			f.forms[key] = first
			f.mu.Unlock()
			return func() {
				f.mu.Lock()
				delete(f.forms, key)
				f.mu.Unlock()
				close(first)
			}, nil
		}
		f.mu.Unlock()
		select {
		case <-first:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
