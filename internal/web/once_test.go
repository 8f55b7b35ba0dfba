package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

// done is all that forms can do, as it is in the database: what there is of
// each, and which secrets hold.
const done = `SELECT
	(SELECT COUNT(*) FROM agents) || ' agents, ' || (SELECT COUNT(*) FROM owner_tokens) || ' tokens, ' || (SELECT COUNT(*) FROM tasks) || ' tasks, ' ||
	(SELECT COUNT(*) FROM ledger_transfers) || ' transfers, ' || (SELECT COUNT(*) FROM top_ups) || ' top-ups, ' || (SELECT COUNT(*) FROM withdrawals) || ' payouts, ' ||
	(SELECT COUNT(*) FROM webhook_endpoints) || ' webhooks, ' || (SELECT COUNT(*) FROM webhook_deliveries) || ' messages, ' ||
	(SELECT COUNT(*) FROM archives) || ' archives, ' || (SELECT COUNT(*) FROM events) || ' events, ' || (SELECT COUNT(*) FROM owners) || ' owners, ' ||
	(SELECT COUNT(*) FROM password_resets) || ' resets, ' || (SELECT COUNT(*) FROM reputation_changes) || ' changes of standing'`

func (c *cast) done(t *testing.T) string {
	t.Helper()
	var counts string
	if err := c.App.DB.Read().QueryRow(t.Context(), done).Scan(&counts); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{`SELECT key_hash FROM agents ORDER BY id`, `SELECT sealed_secret FROM webhook_endpoints ORDER BY agent_id`} {
		rows, err := c.App.DB.Read().Query(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var secret []byte
			if err := rows.Scan(&secret); err != nil {
				t.Fatal(err)
			}
			counts += fmt.Sprintf("\n%x", secret)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return counts
}

// cast is a city with who uses its forms.
type cast struct {
	*apptest.Server
	v, buyer *visitor // an agent's owner, and a buyer
	person   *apptest.Person
	agent    *aicity.Client
	path     string // of the agent's pages
	hook     string // takes messages
}

func newCast(t *testing.T) *cast {
	t.Helper()
	s := apptest.Start(t)
	c := &cast{Server: s, v: join(t, s, "Ada"), person: s.Buyer(t, 10_000)}
	c.buyer = newVisitor(t, s.URL, c.person)
	made, agent := c.v.register(s)
	c.agent, c.path = agent, strings.TrimSuffix(attr(made.form("Save").node, "action"), "/edit")
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(hook.Close)
	c.hook = hook.URL
	return c
}

func (c *cast) webhook() *page {
	return c.v.open(c.path+"/webhook").formTo(c.path+"/webhook").set("Address", c.hook).send().says(http.StatusOK, "signing secret")
}

func (c *cast) ordered() *page {
	return c.buyer.orderResearch().send().says(http.StatusOK, "waiting for the agent")
}

func (c *cast) delivered(t *testing.T) *page {
	t.Helper()
	p := c.ordered()
	deliver(t, c.agent, p)
	return c.buyer.open(p.path)
}

// formTo finds the form that posts to a path.
func (p *page) formTo(path string) *filled {
	p.t.Helper()
	for _, form := range all(p.root, "form") {
		if attr(form, "action") == path {
			f := &filled{page: p, node: form, button: all(form, "button")[0]}
			f.read()
			return f
		}
	}
	p.t.Fatalf("%s has no form for %s", p.path, path)
	return nil
}

// forms are all that pages post, each filled in, by their patterns.
var forms = map[string]func(t *testing.T, c *cast) *filled{
	"/sign-up": func(t *testing.T, c *cast) *filled {
		return newVisitor(t, c.URL, nil).open("/sign-up").form("Create account").set("Name", "Eve").set("Mail address", mailOf("Eve")).set("Password", password)
	},
	"/settings/tokens": func(_ *testing.T, c *cast) *filled {
		return c.v.open("/settings/developer").form("Create Token").set("Name", "deploy")
	},
	"/settings/tokens/{id}/revoke": func(_ *testing.T, c *cast) *filled {
		c.v.open("/settings/developer").form("Create Token").set("Name", "deploy").send()
		return c.v.open("/settings/developer").form("Revoke deploy").send().form("Revoke the token")
	},
	"/settings/archives/{id}/delete": func(t *testing.T, c *cast) *filled {
		a, err := c.person.Tasks.UploadArchive(t.Context(), workTree(t, map[string]string{"a.go": "package a\n"}))
		if err != nil {
			t.Fatal(err)
		}
		return c.buyer.open("/settings/archives").says(http.StatusOK, a.ID, "1 GiB").form("Delete " + a.ID)
	},
	"/settings/profile": func(_ *testing.T, c *cast) *filled {
		return c.v.open("/settings/profile").form("Save name").set("Name", "Ada L.")
	},
	"/agents/new": func(_ *testing.T, c *cast) *filled {
		return c.v.open("/agents/new").form("Register").set("Name", "Writer").set("Model", "claude-sonnet-4-6").tick("Research")
	},
	"/agents/{id}/edit": func(_ *testing.T, c *cast) *filled {
		return c.v.open(c.path+"/edit").form("Save").set("Description", "Reads.")
	},
	"/agents/{id}/rotate-key": func(_ *testing.T, c *cast) *filled {
		return c.v.open(c.path + "/edit").form("New API key").send().form("Replace the key")
	},
	"/agents/{id}/deactivate": func(_ *testing.T, c *cast) *filled {
		return c.v.open(c.path + "/edit").form("Deactivate").send().form("Deactivate")
	},
	"/agents/{id}/reactivate": func(_ *testing.T, c *cast) *filled {
		c.v.open(c.path + "/edit").form("Deactivate").send().form("Deactivate").send()
		return c.v.open(c.path + "/edit").form("Reactivate")
	},
	"/agents/{id}/webhook": func(_ *testing.T, c *cast) *filled {
		return c.v.open(c.path+"/webhook").formTo(c.path+"/webhook").set("Address", c.hook)
	},
	"/agents/{id}/webhook/test": func(_ *testing.T, c *cast) *filled { return c.webhook().form("Send a test") },
	"/agents/{id}/webhook/rotate-secret": func(_ *testing.T, c *cast) *filled {
		return c.webhook().form("New secret").send().form("Replace the secret")
	},
	"/agents/{id}/webhook/delete": func(_ *testing.T, c *cast) *filled {
		return c.webhook().form("Delete").send().form("Delete the webhook")
	},
	"/agents/{id}/webhook/deliveries/{delivery}/redeliver": func(t *testing.T, c *cast) *filled {
		c.webhook().form("Send a test").send()
		err := c.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE webhook_deliveries SET status = 'failed'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return c.v.open(c.path + "/webhook").form("Send again: test")
	},
	"/tasks/new": func(_ *testing.T, c *cast) *filled { return c.buyer.orderResearch() },
	"/tasks/{id}/cancel": func(_ *testing.T, c *cast) *filled {
		return c.ordered().form("Cancel and return the budget").send().form("Cancel the task")
	},
	"/tasks/{id}/approve": func(_ *testing.T, c *cast) *filled {
		c.buyer.open("/wallet").formTo("/wallet/limits").set("Ask me above ($)", "4").send()
		return c.buyer.orderResearch().send().form("Approve")
	},
	"/tasks/{id}/feedback": func(t *testing.T, c *cast) *filled {
		return c.delivered(t).form("Thumbs down").set("Reason", "Other").set("Comment", "Not what I need.").set("Which criterion is not met", "Names the mode")
	},
	"/wallet/top-up": func(_ *testing.T, c *cast) *filled {
		return c.buyer.open("/wallet").form("Add credits").set("Amount ($)", "20")
	},
	"/wallet/limits": func(_ *testing.T, c *cast) *filled {
		return c.buyer.open("/wallet").formTo("/wallet/limits").set("For one task ($)", "50")
	},
}

// others are forms that are looked at elsewhere, or have nothing to do twice.
var others = map[string]string{
	"/sign-in":                 "begins a session each time, as every sign-in does",
	"/sign-out":                "ends what has ended",
	"/forgot-password":         "keeps one link of an owner",
	"/reset-password":          "its link works once",
	"/settings/password":       "the old password works once",
	"/tasks/{id}/recheck":      "is asked once for a task; once more is refused",
	"/wallet/auto-top-up":      "writes what it says",
	"/agents/{id}/limits":      "writes what it says",
	"/wallet/connect":          "leads to one payout account of an owner",
	"/wallet/withdraw":         "TestWithdrawWithoutJavaScript",
	"/wallet/cards/remove":     "TestWalletRemovesTheSavedCard: what is gone is gone",
	"/operator/reconciliation": "compares the books, and moves nothing",
	"/operator/refunds/{id}":   "a decision is final; once more is refused", "/operator/rechecks/{id}": "a decision is final; once more is refused",
}

// A form that is sent twice, one after the other or both at once, does its work
// once, and who sent it sees the first answer again, with the secret in it.
func TestFormsSentTwice(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(ac_live|aco_live|whsec)_[\w+/=]+`)
	for pattern, fill := range forms {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			c := newCast(t)
			form := fill(t, c)
			before := c.done(t)
			first := form.send()
			after := c.done(t)
			if first.status != http.StatusOK {
				t.Fatalf("sent: %d %s", first.status, first.body)
			}
			if before == after && !slices.Contains([]string{"/settings/profile", "/agents/{id}/edit", "/wallet/limits", "/settings/tokens/{id}/revoke", "/agents/{id}/webhook/deliveries/{delivery}/redeliver"}, pattern) {
				t.Error("it did nothing")
			}
			second := form.send()
			if now := c.done(t); now != after {
				t.Errorf("sent twice:\n%s\nsent once:\n%s", now, after)
			}
			if pattern == "/sign-up" {
				second.says(http.StatusUnprocessableEntity, "An account with this email address exists")
				return
			}
			if second.status != first.status || second.path != first.path || !slices.Equal(secret.FindAllString(second.body, -1), secret.FindAllString(first.body, -1)) {
				t.Errorf("sent once: %d %s %v, twice: %d %s %v", first.status, first.path, secret.FindAllString(first.body, -1),
					second.status, second.path, secret.FindAllString(second.body, -1))
			}
		})
	}
}

// Both of two clicks have the one answer.
func TestFormsSentAtOnce(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"/settings/tokens", "/agents/new", "/agents/{id}/rotate-key", "/agents/{id}/webhook"} {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			c := newCast(t)
			form := forms[pattern](t, c)
			var all sync.WaitGroup
			answers := make([]string, 4)
			for i := range answers {
				all.Go(func() { answers[i] = secretOf(form.send().body) })
			}
			all.Wait()
			for _, secret := range answers {
				if secret == "" || secret != answers[0] {
					t.Fatalf("%q", answers)
				}
			}
		})
	}
}

func secretOf(body string) string {
	return fmt.Sprint(regexp.MustCompile(`(ac_live|aco_live|whsec)_[\w+/=]+`).FindString(body))
}

// A changed form is another one; what was refused may be sent again.
func TestChangedFormsAreOthers(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	form := c.v.open("/settings/developer").form("Create Token")
	form.set("Name", "").send().says(http.StatusUnprocessableEntity)
	form.set("Name", "one").send().says(http.StatusOK, "shown only this once")
	form.set("Name", "two").send().says(http.StatusOK, "shown only this once")
	if tokens := c.v.open("/settings/developer"); !strings.Contains(tokens.body, "one") || !strings.Contains(tokens.body, "two") {
		t.Error("a changed form is taken for the one before")
	}
	// The key is its owner's: another owner's form of the same key is another one.
	values := form.values()
	other := c.buyer.post("/settings/tokens", url.Values(values))
	other.want(t, http.StatusOK, "shown only this once")
}

// Every form that is served stands in one of the tables.
func TestEveryFormIsLookedAt(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`"POST ([^"]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(found) < 20 {
		t.Fatalf("%d forms", len(found))
	}
	for _, match := range found {
		if forms[match[1]] == nil && others[match[1]] == "" {
			t.Errorf("%s: add it to forms", match[1])
		}
	}
}
