package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// stage is a city in which bad input is tried: a buyer with credits, an agent
// with a task that waits, one that runs, one that has ended, and strangers.
type stage struct {
	*apptest.Server
	buyer, poor, stranger *apptest.Person
	agent, other          *apptest.Worker
	names                 *strings.Replacer // {waiting} and the like
	callers               map[string]*visitor
	before                string // what the money looked like
}

// order submits a task that the agent gets.
func (s *stage) order(t *testing.T) string {
	t.Helper()
	task, err := s.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "research", MaxBudget: 500, AgentID: s.agent.ID, Input: aicity.TaskInput{Description: question},
	})
	if err != nil {
		t.Fatal(err)
	}
	return task.ID
}

func (s *stage) start(t *testing.T, id string) string {
	t.Helper()
	if _, err := s.agent.Tasks.Executing(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	return id
}

// with is a visitor with another secret.
func with(s *apptest.Server, header, secret string) *visitor {
	return &visitor{wire: &wire{}, base: s.URL, header: header, secret: secret}
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{Server: apptest.Start(t, func(c *config.Config) { c.AllowPrivateRepos, c.AllowPrivateWebhooks = false, false })}
	s.buyer, s.poor, s.stranger = s.Buyer(t, 10_000), s.SignUp(t, "poor"), s.Buyer(t, 5_000)
	s.agent, s.other = s.Agent(t, "research", "security"), s.Agent(t, "design")
	waiting, running, cancelled := s.order(t), s.start(t, s.order(t)), s.order(t)
	if _, err := s.buyer.Tasks.Cancel(t.Context(), cancelled); err != nil {
		t.Fatal(err)
	}
	rotated := s.Agent(t, "testing")
	if _, err := rotated.Owner.Agents.RotateKey(t.Context(), rotated.ID); err != nil {
		t.Fatal(err)
	}
	token, err := s.buyer.Auth.CreateToken(t.Context(), "short-lived", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.buyer.Auth.RevokeToken(t.Context(), token.ID); err != nil {
		t.Fatal(err)
	}
	s.callers = map[string]*visitor{
		"buyer": asOwner(s.Server, s.buyer), "poor": asOwner(s.Server, s.poor), "stranger": asOwner(s.Server, s.stranger),
		"agent": asAgent(s.Server, s.agent), "other": asAgent(s.Server, s.other), "worker": asOwner(s.Server, s.agent.Owner), "operator": asOwner(s.Server, s.Operator(t)),
		"nobody": with(s.Server, "X-Nothing", ""), "rotated": with(s.Server, "X-API-Key", rotated.Key),
		"revoked": with(s.Server, "Authorization", "Bearer "+token.Secret), "no scheme": with(s.Server, "Authorization", s.buyer.Token),
		"bad key": with(s.Server, "X-API-Key", "ac_live_wrong"), "bad token": with(s.Server, "Authorization", "Bearer aco_live_wrong"),
		"swapped": with(s.Server, "X-API-Key", s.buyer.Token), "key as token": with(s.Server, "Authorization", "Bearer "+rotated.Key),
		"basic": with(s.Server, "Authorization", "Basic dXNlcjpwYXNz"),
	}
	s.names = strings.NewReplacer("{waiting}", waiting, "{running}", running, "{cancelled}", cancelled, "{agent}", s.agent.ID, "{other}", s.other.ID,
		"{email}", s.buyer.Email, "{long}", strings.Repeat("a", 25_000), "{ok}", `"taskType":"research","maxBudget":500`)
	s.before = s.money(t)
	return s
}

// money is every balance that a bad call must leave alone.
func (s *stage) money(t *testing.T) string {
	t.Helper()
	var all []string
	for _, p := range []*apptest.Person{s.buyer, s.poor, s.stranger, s.agent.Owner} {
		pool, err := p.Vault.Pool(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wallet, err := p.Vault.Balance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal([]any{pool.Balance, pool.Held, wallet.Available, wallet.Escrowed})
		all = append(all, string(text))
	}
	return strings.Join(all, " ")
}

// secretive are words that no answer may hold: they tell how the city is made.
var secretive = []string{"SELECT ", "INSERT ", "sqlite", "pgx", "panic", "goroutine", ".go:", "/internal/", "/tmp/", "no rows", "Go struct", "int64", "invalid character"}

// refused makes one bad call and checks everything about its answer.
func (s *stage) refused(t *testing.T, r badCall) {
	t.Helper()
	v := s.callers[r.who]
	res, err := v.open(t.Context(), r.method, "/api/v1"+s.names.Replace(r.path), s.names.Replace(r.body), r.header...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Success *bool `json:"success"`
		Error   struct {
			Code, Message, RequestID string
			Details                  map[string]any
		} `json:"error"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatalf("the answer (%d) is no JSON: %v", res.StatusCode, err)
	}
	e := answer.Error
	if res.StatusCode != r.status || e.Code != r.code {
		t.Errorf("got %d %s %q %v, want %d %s", res.StatusCode, e.Code, e.Message, e.Details, r.status, r.code)
	}
	if answer.Success == nil || *answer.Success || len(e.Message) < 10 || e.RequestID == "" || res.Header.Get("X-Request-Id") != e.RequestID {
		t.Errorf("the envelope is not complete: %+v, X-Request-Id %q", answer, res.Header.Get("X-Request-Id"))
	}
	text, _ := json.Marshal(answer)
	if r.says != "" && !strings.Contains(string(text), r.says) {
		t.Errorf("the answer does not say %q: %s", r.says, text)
	}
	for _, word := range append(secretive, strings.TrimPrefix(v.secret, "Bearer ")) {
		if len(word) > 3 && strings.Contains(string(text), word) {
			t.Errorf("the answer tells %q: %s", word, text)
		}
	}
}

// badCall is one bad call and its answer.
type badCall struct {
	name, who, method, path, body string
	status                        int
	code, says                    string
	header                        []string
}

// Each bad call gets its own clear answer, moves no money and loses nothing.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, group := range badGroups() {
		for _, r := range group {
			t.Run(r.name, func(t *testing.T) {
				s.refused(t, r)
			})
		}
	}
	if after := s.money(t); after != s.before {
		t.Errorf("money moved: %s before, %s after", s.before, after)
	}
	for id, want := range map[string]string{"{waiting}": aicity.TaskSubmitted, "{running}": aicity.TaskExecuting, "{cancelled}": aicity.TaskCancelled} {
		if task, err := s.buyer.Tasks.Get(t.Context(), s.names.Replace(id)); err != nil || task.Status != want {
			t.Errorf("task %s: %+v, %v", id, task, err)
		}
	}
	if report, err := s.App.VerifyBooks(t.Context()); err != nil || !report.OK() {
		t.Errorf("books: %+v, %v", report, err)
	}
}

// The same key orders once, however often and at once it is sent, and belongs to
// one request.
func TestIdempotencyKeyOfAnOrder(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := &stage{Server: server}
		s.buyer, s.agent = s.Buyer(t, 10_000), s.Agent(t, "research")
		body := `{"taskType":"research","maxBudget":500,"input":{"description":"Compare two logs."}}`
		answers := make([]reply, 12)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				answers[i] = asOwner(s.Server, s.buyer).try(t.Context(), http.MethodPost, "/tasks", body, "Idempotency-Key", "one")
			})
		}
		wg.Wait()
		for i, a := range answers {
			if a.err != nil || a.status != http.StatusCreated || string(a.body) != string(answers[0].body) {
				t.Errorf("answer %d: %d %s, %v", i, a.status, a.body, a.err)
			}
		}
		again := asOwner(s.Server, s.buyer).call(t, http.MethodPost, "/tasks", body, "Idempotency-Key", "one")
		if string(again.body) != string(answers[0].body) {
			t.Errorf("later: %s", again.body)
		}
		other := asOwner(s.Server, s.buyer).call(t, http.MethodPost, "/tasks", strings.Replace(body, "500", "600", 1), "Idempotency-Key", "one")
		if other.status != http.StatusConflict || other.code != aicity.CodeIdempotency {
			t.Errorf("another body: %d %s", other.status, other.body)
		}
		pool, err := s.buyer.Vault.Pool(t.Context())
		if err != nil || pool.Held != 500 || pool.Balance != 9_500 {
			t.Errorf("pool %+v, %v", pool, err)
		}
		// What was refused is not remembered: with credits the same call works.
		poor := s.SignUp(t, "poor")
		if got := asOwner(s.Server, poor).call(t, http.MethodPost, "/tasks", body, "Idempotency-Key", "two"); got.status != http.StatusPaymentRequired {
			t.Errorf("without credits: %d %s", got.status, got.body)
		}
		if _, err := poor.Vault.TopUp(t.Context(), 500); err != nil {
			t.Fatal(err)
		}
		if got := asOwner(s.Server, poor).call(t, http.MethodPost, "/tasks", body, "Idempotency-Key", "two"); got.status != http.StatusCreated {
			t.Errorf("with credits: %d %s", got.status, got.body)
		}
		if report, err := s.App.VerifyBooks(t.Context()); err != nil || !report.OK() {
			t.Errorf("books: %+v, %v", report, err)
		}
	})
}
