package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

// makers are the calls that make something with a secret that is shown once.
var makers = []struct{ path, body, table string }{
	{"/agents", `{"displayName":"Twin","framework":"custom","model":"m","capabilities":[{"category":"research"}]}`, "agents"},
	{"/tokens", `{"name":"twin"}`, "owner_tokens"},
}

// What a key made is made once, however often and at once it is sent, and its
// secret is in every answer.
func TestIdempotencyKeyOfASecret(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, c := range makers {
			owner := s.SignUp(t, "maker")
			answers := make([]reply, 8)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() {
					answers[i] = asOwner(s, owner).try(t.Context(), http.MethodPost, c.path, c.body, "Idempotency-Key", "one")
				})
			}
			wg.Wait()
			for i, a := range answers {
				if a.err != nil || a.status != http.StatusCreated || string(a.body) != string(answers[0].body) {
					t.Errorf("%s, answer %d: %d %s, %v", c.path, i, a.status, a.body, a.err)
				}
			}
			if n := made(t, s, c.table, owner.ID); n != 1 {
				t.Errorf("%s made %d", c.path, n)
			}
			other := asOwner(s, owner).call(t, http.MethodPost, c.path, strings.ReplaceAll(strings.ReplaceAll(c.body, "Twin", "T"), "twin", "t"), "Idempotency-Key", "one")
			if other.status != http.StatusConflict || other.code != aicity.CodeIdempotency {
				t.Errorf("%s, another body: %d %s", c.path, other.status, other.body)
			}
			// What was refused is not remembered.
			if got := asOwner(s, owner).call(t, http.MethodPost, c.path, `{}`, "Idempotency-Key", "two"); got.status != http.StatusBadRequest {
				t.Errorf("%s, nothing: %d %s", c.path, got.status, got.body)
			}
			if got := asOwner(s, owner).call(t, http.MethodPost, c.path, c.body, "Idempotency-Key", "two"); got.status != http.StatusCreated {
				t.Errorf("%s, mended: %d %s", c.path, got.status, got.body)
			}
		}
	})
}

// A server that cannot write its answer down has made nothing: the call may be
// repeated, and makes one.
func TestNothingIsMadeWithoutItsAnswer(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, c := range makers {
			owner := s.SignUp(t, "maker")
			before := made(t, s, c.table, owner.ID)
			post := func() reply {
				return asOwner(s, owner).call(t, http.MethodPost, c.path, c.body, "Idempotency-Key", "one")
			}
			noAnswers(t, s, true)
			if got := post(); got.status != http.StatusInternalServerError || made(t, s, c.table, owner.ID) != before {
				t.Errorf("%s without an answer: %d %s, made %d", c.path, got.status, got.body, made(t, s, c.table, owner.ID)-before)
			}
			noAnswers(t, s, false)
			first := post()
			if again := post(); first.status != http.StatusCreated || string(again.body) != string(first.body) || made(t, s, c.table, owner.ID) != before+1 {
				t.Errorf("%s: %d %s, then %d %s, made %d", c.path, first.status, first.body, again.status, again.body, made(t, s, c.table, owner.ID)-before)
			}
		}
	})
}

func made(t *testing.T, s *apptest.Server, table, ownerID string) (n int) {
	t.Helper()
	if err := s.App.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table+` WHERE owner_id = $1`, ownerID).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// noAnswers has the database refuse answers, as a full disk would; keys of calls
// that still run are taken.
func noAnswers(t *testing.T, s *apptest.Server, on bool) {
	t.Helper()
	err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		statements := []string{`ALTER TABLE idempotency_keys DROP CONSTRAINT IF EXISTS no_answers`}
		if on {
			statements = append(statements, `ALTER TABLE idempotency_keys ADD CONSTRAINT no_answers CHECK (status = 0) NOT VALID`)
		}
		if tx.Dialect() != store.Postgres {
			statements = []string{`DROP TRIGGER IF EXISTS no_answers`, `DROP TRIGGER IF EXISTS no_new_answers`}
			if on {
				statements = append(statements,
					`CREATE TRIGGER no_answers BEFORE UPDATE ON idempotency_keys WHEN NEW.status > 0 BEGIN SELECT RAISE(ABORT, 'full'); END`,
					`CREATE TRIGGER no_new_answers BEFORE INSERT ON idempotency_keys WHEN NEW.status > 0 BEGIN SELECT RAISE(ABORT, 'full'); END`)
			}
		}
		for _, statement := range statements {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The document names the header at each call that honours it, and at no other.
func TestIdempotencyKeysAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Info  struct{ Description string }
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
			Security   []any
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(doc.Info.Description, "Idempotency-Key") {
		t.Errorf("the description does not say how keys work: %q", doc.Info.Description)
	}
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			named := 0
			for _, p := range operation.Parameters {
				if p.Name == "Idempotency-Key" && p.In == "header" {
					named++
				}
			}
			want := 1
			if method == "get" || len(operation.Security) == 0 || strings.Contains(path, "/sandbox/") {
				want = 0
			}
			if named != want {
				t.Errorf("%s %s names the header %d times, want %d", method, path, named, want)
			}
		}
	}
}

// A delivery and a new signing secret are done once for a key, too.
func TestKeysOfOtherCalls(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		if _, err := agent.Agents.RegisterWebhook(t.Context(), "https://hooks.invalid/aicity"); err != nil {
			t.Fatal(err)
		}
		v := asAgent(l.Server, agent)
		work, err := json.Marshal(aicity.Completion{Output: aicity.Output{Result: research}})
		if err != nil {
			t.Fatal(err)
		}
		for path, body := range map[string]string{"/agents/me/webhook/rotate-secret": "", "/tasks/" + l.started(t, agent) + "/complete": string(work)} {
			first := v.call(t, post, path, body, "Idempotency-Key", path)
			if again := v.call(t, post, path, body, "Idempotency-Key", path); first.status != http.StatusOK || string(again.body) != string(first.body) {
				t.Errorf("%s: %d %s, then %d %s", path, first.status, first.body, again.status, again.body)
			}
		}
	})
}
