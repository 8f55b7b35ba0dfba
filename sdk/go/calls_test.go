package aicity_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	aicity "aicity.dev/aicity/sdk/go"
	"github.com/google/go-cmp/cmp"
)

// TestCalls says for each method what it sends.
func TestCalls(t *testing.T) {
	t.Parallel()
	name := "New"
	for label, test := range map[string]struct {
		call  func(context.Context, *aicity.Client) error
		wants string // method and path with query
		body  string
	}{
		"sign up": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Auth.SignUp(ctx, aicity.SignUp{Name: "A", Email: "a@b.c", Password: "p"})
			return err
		}, "POST /auth/sign-up", `{"name":"A","email":"a@b.c","password":"p"}`},
		"sign in": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Auth.SignIn(ctx, "a@b.c", "p")
			return err
		}, "POST /auth/sign-in", `{"email":"a@b.c","password":"p"}`},
		"sign out": {func(ctx context.Context, c *aicity.Client) error { return c.Auth.SignOut(ctx) }, "POST /auth/sign-out", ""},
		"create token": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Auth.CreateToken(ctx, "laptop", 30)
			return err
		}, "POST /tokens", `{"name":"laptop","expiresInDays":30}`},
		"revoke token": {func(ctx context.Context, c *aicity.Client) error { return c.Auth.RevokeToken(ctx, "tok_1") }, "DELETE /tokens/tok_1", ""},
		"search": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Agents.Search(ctx, aicity.AgentQuery{
				Text: "go", Category: "security", Tag: "react", MaxPrice: 300, MinScore: 500,
				Availability: "available", Sort: "price", PageOptions: aicity.PageOptions{Page: 2, PageSize: 10},
			})
			return err
		}, "GET /agents?availability=available&category=security&maxPrice=300&minScore=500&page=2&pageSize=10&q=go&sort=price&tag=react", ""},
		"update by id": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Agents.Update(ctx, aicity.UpdateAgent{AgentID: "agt_1", DisplayName: &name, Pricing: aicity.PerTask(300)})
			return err
		}, "PATCH /agents/agt_1", `{"displayName":"New","pricing":{"model":"per_task","baseRate":300,"currency":"USD"}}`},
		"update the only one": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Agents.Update(ctx, aicity.UpdateAgent{Pricing: aicity.PerTask(300)})
			return err
		}, "PATCH /agents/me", `{"pricing":{"model":"per_task","baseRate":300,"currency":"USD"}}`},
		"statement": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Statement(ctx, "tsk_1")
			return err
		}, "GET /tasks/tsk_1/statement", ""},
		"receipt": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Receipt(ctx, "tsk_1")
			return err
		}, "GET /tasks/tsk_1/receipt", ""},
		"refunds decided": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Operator.Refunds(ctx, true, aicity.CursorOptions{Limit: 5})
			return err
		}, "GET /operator/refunds?limit=5&status=decided", ""},
		"refund": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Operator.Refund(ctx, "tsk_1")
			return err
		}, "GET /operator/refunds/tsk_1", ""},
		"decide refund": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Operator.DecideRefund(ctx, "tsk_1", "deny", "why")
			return err
		}, "POST /operator/refunds/tsk_1", `{"decision":"deny","note":"why"}`},
		"rechecks": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Operator.Rechecks(ctx, true, aicity.CursorOptions{Limit: 5})
			return err
		}, "GET /operator/rechecks?limit=5&status=decided", ""},
		"recheck": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Operator.Recheck(ctx, "tsk_1")
			return err
		}, "GET /operator/rechecks/tsk_1", ""},
		"decide recheck": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Operator.DecideRecheck(ctx, "tsk_1", "uphold", "why")
			return err
		}, "POST /operator/rechecks/tsk_1", `{"decision":"uphold","note":"why"}`},
		"verify email": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Auth.VerifyEmail(ctx, "t")
			return err
		}, "POST /auth/verify-email", `{"token":"t"}`},
		"reputation": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Agents.Reputation(ctx, "agt_1", aicity.CursorOptions{Cursor: "7", Limit: 5})
			return err
		}, "GET /agents/agt_1/reputation?cursor=7&limit=5", ""},
		"timeline": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Timeline(ctx, "tsk_1", "7")
			return err
		}, "GET /tasks/tsk_1/timeline?after=7", ""},
		"request recheck": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.RequestRecheck(ctx, "tsk_1", "r")
			return err
		}, "POST /tasks/tsk_1/recheck", `{"reason":"r"}`},
		"categories": {func(ctx context.Context, c *aicity.Client) error { _, err := c.Reference.Categories(ctx); return err }, "GET /categories", ""},
		"models":     {func(ctx context.Context, c *aicity.Client) error { _, err := c.Reference.Models(ctx); return err }, "GET /models", ""},
		"rotate key": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Agents.RotateKey(ctx, "agt_1")
			return err
		}, "POST /agents/agt_1/rotate-key", ""},
		"deactivate": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Agents.Deactivate(ctx, "agt_1")
			return err
		}, "POST /agents/agt_1/deactivate", ""},
		"reactivate": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Agents.Reactivate(ctx, "agt_1")
			return err
		}, "POST /agents/agt_1/reactivate", ""},
		"webhook": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Agents.RegisterWebhook(ctx, "https://a.b/c", "task_assigned")
			return err
		}, "PUT /agents/me/webhook", `{"url":"https://a.b/c","events":["task_assigned"]}`},
		"delete webhook": {func(ctx context.Context, c *aicity.Client) error { return c.Agents.DeleteWebhook(ctx) }, "DELETE /agents/me/webhook", ""},
		"submit": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Submit(ctx, aicity.SubmitTask{
				TaskType: "code_review", MaxBudget: 500, AgentID: "agt_1",
				Acceptance: &aicity.Acceptance{Criteria: []string{"names files"}},
				Input:      aicity.TaskInput{Description: "Review", Repo: "https://a.b/c.git"},
			})
			return err
		}, "POST /tasks", `{"taskType":"code_review","maxBudget":500,"agentId":"agt_1","acceptance":{"criteria":["names files"]},` +
			`"input":{"description":"Review","repo":"https://a.b/c.git"}}`},
		"list": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.List(ctx, aicity.TaskQuery{Status: "completed", CursorOptions: aicity.CursorOptions{Cursor: "x", Limit: 5}})
			return err
		}, "GET /tasks?cursor=x&limit=5&status=completed", ""},
		"submitted": {func(ctx context.Context, c *aicity.Client) error { _, err := c.Tasks.Submitted(ctx, 0); return err }, "GET /tasks/submitted", ""},
		"submitted, waiting": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Submitted(ctx, 25*time.Second)
			return err
		}, "GET /tasks/submitted?wait=25", ""},
		"cancel":  {func(ctx context.Context, c *aicity.Client) error { _, err := c.Tasks.Cancel(ctx, "tsk_1"); return err }, "POST /tasks/tsk_1/cancel", ""},
		"decline": {func(ctx context.Context, c *aicity.Client) error { return c.Tasks.Decline(ctx, "tsk_1") }, "POST /tasks/tsk_1/decline", ""},
		"decline with a reason": {func(ctx context.Context, c *aicity.Client) error {
			return c.Tasks.DeclineBecause(ctx, "tsk_1", "no Rust here")
		}, "POST /tasks/tsk_1/decline", `{"reason":"no Rust here"}`},
		"feedback": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Feedback(ctx, "tsk_1", aicity.Feedback{Thumbs: "down", Reason: "wrong"})
			return err
		}, "POST /tasks/tsk_1/feedback", `{"thumbs":"down","reason":"wrong"}`},
		"gate": {func(ctx context.Context, c *aicity.Client) error { _, err := c.Tasks.Gate(ctx, "tsk_1"); return err }, "GET /tasks/tsk_1/gate", ""},
		"provision": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.ProvisionSandbox(ctx, "tsk_1")
			return err
		}, "POST /tasks/tsk_1/sandbox/provision", ""},
		"executing": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Executing(ctx, "tsk_1", "sbx_1")
			return err
		}, "POST /tasks/tsk_1/executing", `{"sandboxId":"sbx_1"}`},
		"sandbox": {func(ctx context.Context, c *aicity.Client) error { _, err := c.Tasks.Sandbox(ctx, "tsk_1"); return err }, "GET /tasks/tsk_1/sandbox", ""},
		"list files": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.ListFiles(ctx, "tsk_1", aicity.RepoDir, aicity.ListOptions{Recursive: true, Cursor: "n"})
			return err
		}, "GET /tasks/tsk_1/sandbox/files?cursor=n&path=%2Fhome%2Fuser%2Frepo&recursive=true", ""},
		"read file": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.ReadFile(ctx, "tsk_1", "/home/user/repo/a b", aicity.ReadOptions{Offset: 1, Limit: 2})
			return err
		}, "GET /tasks/tsk_1/sandbox/files/read?limit=2&offset=1&path=%2Fhome%2Fuser%2Frepo%2Fa+b", ""},
		"write file": {func(ctx context.Context, c *aicity.Client) error {
			return c.Tasks.WriteFile(ctx, "tsk_1", "/home/user/repo/a", []byte("hi"))
		}, "PUT /tasks/tsk_1/sandbox/files/write", `{"content":"aGk=","encoding":"base64","path":"/home/user/repo/a"}`},
		"exec": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Exec(ctx, "tsk_1", aicity.Exec{Argv: []string{"ls"}, Cwd: "/tmp", Timeout: time.Second})
			return err
		}, "POST /tasks/tsk_1/sandbox/exec", `{"argv":["ls"],"cwd":"/tmp","timeoutMs":1000}`},
		"complete": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Complete(ctx, "tsk_1", aicity.Completion{Output: aicity.Output{Result: "done"}, ExecutionTimeMs: 5})
			return err
		}, "POST /tasks/tsk_1/complete", `{"output":{"result":"done"},"executionTimeMs":5}`},
		"fail": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Fail(ctx, "tsk_1", "why")
			return err
		}, "POST /tasks/tsk_1/fail", `{"reason":"why"}`},
		"search files": {func(ctx context.Context, c *aicity.Client) error {
			opts := aicity.SearchOptions{Globs: []string{"*.go", "!b"}, IgnoreCase: true, Limit: 5}
			_, err := c.Tasks.Search(ctx, "tsk_1", "x|y", "/r", opts)
			return err
		}, "GET /tasks/tsk_1/sandbox/files/search?glob=%2A.go&glob=%21b&ignoreCase=true&limit=5&path=%2Fr&q=x%7Cy", ""},
		"stat": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.Stat(ctx, "tsk_1", "/a")
			return err
		}, "GET /tasks/tsk_1/sandbox/files/stat?path=%2Fa", ""},
		"mkdir": {func(ctx context.Context, c *aicity.Client) error {
			return c.Tasks.Mkdir(ctx, "tsk_1", "/a")
		}, "POST /tasks/tsk_1/sandbox/files/mkdir", `{"path":"/a"}`},
		"move": {func(ctx context.Context, c *aicity.Client) error {
			return c.Tasks.Move(ctx, "tsk_1", "/a", "/b", true)
		}, "POST /tasks/tsk_1/sandbox/files/move", `{"from":"/a","to":"/b","overwrite":true}`},
		"delete": {func(ctx context.Context, c *aicity.Client) error {
			return c.Tasks.Delete(ctx, "tsk_1", "/a", true)
		}, "DELETE /tasks/tsk_1/sandbox/files?path=%2Fa&recursive=true", ""},
		"destroy": {func(ctx context.Context, c *aicity.Client) error {
			return c.Tasks.DestroySandbox(ctx, "tsk_1", "sbx_1")
		}, "DELETE /tasks/tsk_1/sandbox/sbx_1", ""},
		"patch": {func(ctx context.Context, c *aicity.Client) error { _, err := c.Tasks.Patch(ctx, "tsk_1"); return err }, "GET /tasks/tsk_1/patch", ""},
		"access log": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Tasks.AccessLog(ctx, "tsk_1", aicity.CursorOptions{Cursor: "sbx_1.200", Limit: 200})
			return err
		}, "GET /tasks/tsk_1/access-log?cursor=sbx_1.200&limit=200", ""},
		"balance": {func(ctx context.Context, c *aicity.Client) error { _, err := c.Vault.Balance(ctx); return err }, "GET /vault/balance", ""},
		"auto top-up": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Vault.SetAutoTopUp(ctx, aicity.AutoTopUp{Enabled: true, Threshold: 1000, Amount: 5000})
			return err
		}, "PUT /vault/auto-top-up", `{"enabled":true,"threshold":1000,"amount":5000}`},
		"transactions": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Vault.Transactions(ctx, aicity.CursorOptions{})
			return err
		}, "GET /vault/transactions", ""},
		"top-ups": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Vault.TopUps(ctx, aicity.CursorOptions{Cursor: "top_1", Limit: 5})
			return err
		}, "GET /vault/top-ups?cursor=top_1&limit=5", ""},
		"balances at a time": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Vault.BalancesAt(ctx, "2026-11-01")
			return err
		}, "GET /vault/balances?at=2026-11-01", ""},
		"reconcile": {func(ctx context.Context, c *aicity.Client) error { _, err := c.Operator.Reconcile(ctx); return err }, "POST /operator/reconciliation", ""},
		"cards":     {func(ctx context.Context, c *aicity.Client) error { _, err := c.Vault.Cards(ctx); return err }, "GET /vault/cards", ""},
		"remove card": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Vault.RemoveCard(ctx, "pm_1")
			return err
		}, "DELETE /vault/cards/pm_1", ""},
		"an agent's statement": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Vault.AgentStatement(ctx, "agt_1", "2026-11")
			return err
		}, "GET /vault/statement?agentId=agt_1&month=2026-11", ""},
		"withdraw": {func(ctx context.Context, c *aicity.Client) error {
			_, err := c.Vault.Withdraw(ctx, aicity.Withdraw{Amount: 1000})
			return err
		}, "POST /vault/withdrawals", `{"amount":1000}`},
		"connect": {func(ctx context.Context, c *aicity.Client) error { _, err := c.Vault.Connect(ctx); return err }, "POST /vault/connect", ""},
	} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			var sent, body string
			c := aicity.New(aicity.Options{OwnerToken: "o", BaseURL: "http://city", HTTPClient: direct(func(w http.ResponseWriter, r *http.Request) {
				sent = r.Method + " " + r.URL.String()[len("http://city/api/v1"):]
				read, _ := io.ReadAll(r.Body)
				body = string(read)
				if got := r.Header.Get("Content-Type"); (body != "") != (got == "application/json") {
					t.Errorf("body %q has content type %q", body, got)
				}
				_, _ = io.WriteString(w, `{"success":true,"data":null}`)
			})})
			if err := test.call(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{test.wants, test.body}, []string{sent, body}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUpdateActsOnTheAgentRegisteredLast(t *testing.T) {
	t.Parallel()
	var patched string
	c := aicity.New(aicity.Options{OwnerToken: "o", BaseURL: "http://city", HTTPClient: direct(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			patched = r.URL.Path
			if patched == "/api/v1/agents/me" {
				refuse(w, 400, aicity.CodeAgentRequired)
				return
			}
		}
		ok(w, map[string]any{"agent": map[string]any{"id": "agt_7"}, "apiKey": "ac_live_x"})
	})})
	_, err := c.Agents.Update(t.Context(), aicity.UpdateAgent{Pricing: aicity.PerTask(300)})
	if aicity.ErrorCode(err) != aicity.CodeAgentRequired || patched != "/api/v1/agents/me" {
		t.Fatalf("before registering: %v on %s", err, patched)
	}
	if want := "AGENT_REQUIRED: Which agent? This owner has none or several: pass its id as UpdateAgent.AgentID. (request req_1)"; err.Error() != want {
		t.Errorf("error says %q, want %q", err, want)
	}
	registration, err := c.Agents.Register(t.Context(), aicity.RegisterAgent{DisplayName: "A"})
	if err != nil || registration.APIKey != "ac_live_x" {
		t.Fatal(registration, err)
	}
	if _, err := c.Agents.Update(t.Context(), aicity.UpdateAgent{Pricing: aicity.PerTask(300)}); err != nil {
		t.Fatal(err)
	}
	if patched != "/api/v1/agents/agt_7" {
		t.Errorf("patched %s, want the agent registered last", patched)
	}
}

func TestAnswersAreRead(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"/api/v1/agents":                           `{"success":true,"data":[{"id":"agt_1"},{"id":"agt_2"}],"pagination":{"page":1,"pageSize":2,"total":3,"totalPages":2}}`,
		"/api/v1/tasks/tsk_1/sandbox/files/read":   `{"success":true,"data":{"content":"AP8=","encoding":"base64","sizeBytes":2,"sha256":"x"}}`,
		"/api/v1/tasks/tsk_1/sandbox/files/search": `{"success":true,"data":{"matches":[{"path":"/r/a:b.go","line":7,"column":3,"text":"x := 1"}]}}`,
		"/api/v1/tasks/tsk_2/access-log":           `{"success":true,"data":[{"seq":3,"op":"exec","target":"true","bytes":0,"exitCode":0,"durationUs":7}],"pagination":{"nextCursor":"sbx_1.3"}}`,
		"/api/v1/tasks/tsk_2/patch":                `{"success":true,"data":{"patch":"diff --git a/y b/y\n"}}`,
		"/api/v1/tasks/tsk_3":                      `{"success":true,"data":{"id":"tsk_3","input":{"description":"d","redacted":true}}}`,
		"/api/v1/tasks/tsk_1/gate":                 `{"success":true,"data":{"score":81,"verdict":"pass","signals":[]}}`,
	}
	c := aicity.New(aicity.Options{OwnerToken: "o", BaseURL: "http://city", HTTPClient: direct(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, answers[r.URL.Path])
	})})
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	same := func(want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	page, err := c.Agents.Search(ctx, aicity.AgentQuery{})
	must(err)
	same(aicity.Pagination{Page: 1, PageSize: 2, Total: 3, TotalPages: 2}, page.Pagination)
	same("agt_2", page.Items[1].ID)

	file, err := c.Tasks.ReadFile(ctx, "tsk_1", "/x", aicity.ReadOptions{})
	must(err)
	content, err := file.Bytes()
	must(err)
	same([]byte{0, 0xff}, content)

	found, err := c.Tasks.SearchFiles(ctx, "tsk_1", "x", "/r")
	must(err)
	same([]aicity.Match{{Path: "/r/a:b.go", Line: 7, Column: 3, Text: "x := 1"}}, found)

	patch, err := c.Tasks.Patch(ctx, "tsk_2")
	must(err)
	same("diff --git a/y b/y\n", patch)
	log, err := c.Tasks.AccessLog(ctx, "tsk_2", aicity.CursorOptions{})
	must(err)
	same("sbx_1.3", log.Pagination.NextCursor)
	same([]aicity.Access{{Seq: 3, Op: "exec", Target: "true", ExitCode: new(int), DurationUs: 7}}, log.Items)
	gate, err := c.Tasks.Gate(ctx, "tsk_1")
	must(err)
	same(81, gate.Score)
	task, err := c.Tasks.Get(ctx, "tsk_3")
	must(err)
	same(aicity.TaskInput{Description: "d", Redacted: true}, task.Input)
}
