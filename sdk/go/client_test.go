package aicity_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"aicity.dev/aicity/internal/city"
	aicity "aicity.dev/aicity/sdk/go"
	"github.com/google/go-cmp/cmp"
)

// handlerTransport sends requests straight into a handler, so that a test can
// run in a bubble of synthetic time.
type handlerTransport struct{ handler http.Handler }

func (t handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	rec := httptest.NewRecorder()
	t.handler.ServeHTTP(rec, r)
	if rec.Code == 0 || rec.Header().Get("X-Cut") != "" {
		return nil, errors.New("connection reset")
	}
	return rec.Result(), nil
}

func direct(handler http.HandlerFunc) *http.Client {
	return &http.Client{Transport: handlerTransport{handler}}
}

func ok(w http.ResponseWriter, data any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "data": data})
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Request-Id", "req_1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"success": false, "error": map[string]any{"code": code, "message": "No.", "details": map[string]any{
			"fields": []map[string]string{{"field": "input.description", "message": "is empty"}},
		}},
	})
}

func TestRetriesOnlyWhatIsSafe(t *testing.T) {
	t.Parallel()
	get := func(c *aicity.Client, r *http.Request) error {
		_, err := c.Agents.Get(r.Context(), "agt_1")
		return err
	}
	register := func(c *aicity.Client, r *http.Request) error {
		_, err := c.Agents.Register(r.Context(), aicity.RegisterAgent{})
		return err
	}
	submit := func(c *aicity.Client, r *http.Request) error {
		_, err := c.Tasks.Submit(r.Context(), aicity.SubmitTask{})
		return err
	}
	exec := func(c *aicity.Client, r *http.Request) error {
		_, err := c.Tasks.Exec(r.Context(), "tsk_1", aicity.Exec{Command: "true"})
		return err
	}
	keyedExec := func(c *aicity.Client, r *http.Request) error {
		_, err := c.Tasks.Exec(aicity.WithIdempotencyKey(r.Context(), "k"), "tsk_1", aicity.Exec{Command: "true"})
		return err
	}
	for name, test := range map[string]struct {
		call     func(*aicity.Client, *http.Request) error
		status   int // 0: the connection breaks
		after    string
		retries  int
		attempts int
		waited   [2]time.Duration
	}{
		"get after 500":               {get, 500, "", 0, 3, [2]time.Duration{750 * time.Millisecond, 1500 * time.Millisecond}},
		"get after a broken line":     {get, 0, "", 0, 3, [2]time.Duration{750 * time.Millisecond, 1500 * time.Millisecond}},
		"get as long as told":         {get, 429, "7", 0, 3, [2]time.Duration{14 * time.Second, 14 * time.Second}},
		"get not for an hour":         {get, 503, "3600", 0, 1, [2]time.Duration{}},
		"get not after 404":           {get, 404, "", 0, 1, [2]time.Duration{}},
		"get never when told so":      {get, 500, "", -1, 1, [2]time.Duration{}},
		"submit, under its key":       {submit, 502, "1", 0, 3, [2]time.Duration{2 * time.Second, 2 * time.Second}},
		"register never":              {register, 500, "", 0, 1, [2]time.Duration{}},
		"exec never":                  {exec, 500, "", 0, 1, [2]time.Duration{}},
		"exec under the caller's key": {keyedExec, 500, "1", 0, 3, [2]time.Duration{2 * time.Second, 2 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var keys []string
				c := aicity.New(aicity.Options{
					OwnerToken: "o", APIKey: "a", BaseURL: "http://city", Retries: test.retries,
					HTTPClient: direct(func(w http.ResponseWriter, r *http.Request) {
						keys = append(keys, r.Header.Get("Idempotency-Key"))
						if test.status == 0 {
							w.Header().Set("X-Cut", "1")
							return
						}
						if test.after != "" {
							w.Header().Set("Retry-After", test.after)
						}
						refuse(w, test.status, "SOME_CODE")
					}),
				})
				begin := time.Now()
				err := test.call(c, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
				waited := time.Since(begin)
				var network *aicity.NetworkError
				if test.status == 0 && !errors.As(err, &network) {
					t.Errorf("got %v, want a NetworkError", err)
				}
				if test.status != 0 && aicity.ErrorCode(err) != "SOME_CODE" {
					t.Errorf("got %v, want SOME_CODE", err)
				}
				if len(keys) != test.attempts {
					t.Errorf("%d attempts, want %d", len(keys), test.attempts)
				}
				for _, key := range keys {
					if key != keys[0] {
						t.Errorf("idempotency key changed between attempts: %q", keys)
					}
				}
				if waited < test.waited[0] || waited > test.waited[1] {
					t.Errorf("waited %v, want between %v and %v", waited, test.waited[0], test.waited[1])
				}
			})
		})
	}
}

func TestRetryDeliversTheLaterAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		c := aicity.New(aicity.Options{OwnerToken: "o", BaseURL: "http://city", HTTPClient: direct(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if bodies = append(bodies, string(body)); len(bodies) < 3 {
				refuse(w, 503, aicity.CodeSandboxCapacity)
				return
			}
			ok(w, map[string]any{"newBalance": 1500, "amountCharged": 500})
		})})
		got, err := c.Vault.TopUp(t.Context(), 500)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&aicity.TopUp{NewBalance: 1500, AmountCharged: 500}, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{`{"amount":500}`, `{"amount":500}`, `{"amount":500}`}, bodies); diff != "" {
			t.Error(diff)
		}
	})
}

func TestErrorsAreTyped(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   aicity.Error
		fields []aicity.FieldError
	}{
		"the city's own": {
			func(w http.ResponseWriter, _ *http.Request) { refuse(w, 400, aicity.CodeValidation) },
			aicity.Error{Code: aicity.CodeValidation, Status: 400, Message: "No.", RequestID: "req_1"},
			[]aicity.FieldError{{Field: "input.description", Message: "is empty"}},
		},
		"a proxy's": {
			func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusForbidden) },
			aicity.Error{Status: 403, Message: "GET /agents/agt_1 answered 403 Forbidden"}, nil,
		},
		"a slow one's": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "90")
				refuse(w, 429, aicity.CodeRateLimited)
			},
			aicity.Error{Code: aicity.CodeRateLimited, Status: 429, Message: "No.", RequestID: "req_1", RetryAfter: 90 * time.Second},
			[]aicity.FieldError{{Field: "input.description", Message: "is empty"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := aicity.New(aicity.Options{BaseURL: "http://city", HTTPClient: direct(test.answer)})
			_, err := c.Agents.Get(t.Context(), "agt_1")
			var got *aicity.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want *Error", err)
			}
			if diff := cmp.Diff(test.fields, got.Fields()); diff != "" {
				t.Error(diff)
			}
			got.Details = nil
			if diff := cmp.Diff(&test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnswersThatAreNotTheCitys(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no JSON": "hello", "no envelope": `{"id":"agt_1"}`, "wrong data": `{"success":true,"data":[1]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := aicity.New(aicity.Options{BaseURL: "http://city", Retries: -1, HTTPClient: direct(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, body)
			})})
			_, err := c.Agents.Get(t.Context(), "agt_1")
			if _, ok := errors.AsType[*aicity.NetworkError](err); !ok {
				t.Errorf("got %v, want a NetworkError", err)
			}
		})
	}
}

func TestTimeoutAndCancellation(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	c := aicity.New(aicity.Options{BaseURL: server.URL, Timeout: time.Millisecond, Retries: -1})
	_, err := c.Agents.Get(t.Context(), "agt_1")
	if _, ok := errors.AsType[*aicity.NetworkError](err); !ok {
		t.Errorf("own timeout: got %v, want a NetworkError", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Agents.Get(ctx, "agt_1"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled by the caller: got %v, want context.Canceled", err)
	}
}

func TestSecretsAreNeededAndChosen(t *testing.T) {
	t.Parallel()
	type sent struct{ Bearer, Key string }
	const owner, agent = "owner", "agent"
	for name, test := range map[string]struct {
		opts  aicity.Options
		agent sent // what an agent's call sends
		owner sent
	}{
		"owner only": {aicity.Options{OwnerToken: owner}, sent{Bearer: "Bearer owner"}, sent{Bearer: "Bearer owner"}},
		"agent only": {aicity.Options{APIKey: agent}, sent{Key: agent}, sent{Key: agent}},
		"both":       {aicity.Options{OwnerToken: owner, APIKey: agent}, sent{Key: agent}, sent{Bearer: "Bearer owner"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got sent
			test.opts.BaseURL = "http://city"
			test.opts.HTTPClient = direct(func(w http.ResponseWriter, r *http.Request) {
				got = sent{r.Header.Get("Authorization"), r.Header.Get("X-API-Key")}
				ok(w, map[string]any{})
			})
			c := aicity.New(test.opts)
			if _, err := c.Agents.GetWebhook(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got != test.agent {
				t.Errorf("agent's call sent %+v, want %+v", got, test.agent)
			}
			if _, err := c.Vault.Pool(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got != test.owner {
				t.Errorf("owner's call sent %+v, want %+v", got, test.owner)
			}
		})
	}
	c := aicity.New(aicity.Options{BaseURL: "http://city", HTTPClient: direct(func(http.ResponseWriter, *http.Request) {
		t.Error("a call without a secret went out")
	})})
	if _, err := c.Vault.Pool(t.Context()); aicity.ErrorCode(err) != aicity.CodeUnauthorized {
		t.Errorf("without a secret: got %v, want UNAUTHORIZED", err)
	}
}

func TestBaseURLFromTheEnvironment(t *testing.T) {
	for _, base := range []string{"http://from.env", "http://from.env/", "http://from.env/api/v1", "http://from.env/api/v1/"} {
		t.Setenv("AICITY_BASE_URL", base)
		var asked string
		c := aicity.New(aicity.Options{HTTPClient: direct(func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.String()
			ok(w, nil)
		})})
		if _, err := c.Agents.Get(t.Context(), "a/b"); err != nil {
			t.Fatal(err)
		}
		if want := "http://from.env/api/v1/agents/a%2Fb"; asked != want {
			t.Errorf("%s: asked %s, want %s", base, asked, want)
		}
	}
}

func TestCodesAreTheCitys(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, code := range aicity.Codes() {
		known[code] = true
	}
	for _, code := range city.Codes() {
		if !known[string(code)] {
			t.Errorf("code %s is not in the client", code)
		}
		delete(known, string(code))
	}
	for code := range known {
		t.Errorf("the client has code %s, which the city does not", code)
	}
}
