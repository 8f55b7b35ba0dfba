package httpapi_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// listed starts a city of which every log line is kept.
func listed(t *testing.T) (*apptest.Server, *diary) {
	t.Helper()
	said := &diary{}
	logger := slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dir := t.TempDir()
	running, err := app.New(t.Context(), apptest.Config(dir), logger, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return &apptest.Server{URL: "http://" + running.Address(), Data: dir, App: running}, said
}

// diary is a log in memory.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds a line.
func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(p)
}

// String is all that was written.
func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.String()
}

// mailbox is an agent's own server: it keeps what its webhook brings.
type mailbox struct {
	url  string
	came chan string // one message, head and body
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	m := &mailbox{came: make(chan string, 100)}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var text bytes.Buffer
		_ = r.Header.Write(&text)
		_, _ = io.Copy(&text, r.Body)
		m.came <- text.String()
	}))
	t.Cleanup(server.Close)
	m.url = server.URL
	return m
}

// await returns the next message of a type; all before it are looked at too.
func (m *mailbox) await(t *testing.T, kind string, secrets map[string]string) {
	t.Helper()
	for text := range m.came { // the test's own time ends this
		findSecrets(t, "webhook", text, secrets)
		if strings.Contains(text, `"type":"`+kind+`"`) {
			return
		}
	}
}

// mark is a word that stands nowhere else.
func mark(kind string) string { return kind + strings.ToLower(rand.Text()) }

// secretCode is an order's code of which every part has a mark.
type secretCode struct {
	input   aicity.TaskInput
	secrets map[string]string  // what nobody may learn before the commitment, by what it is
	opened  []string           // what stands in the task once the agent has committed
	lose    func(t *testing.T) // makes the code impossible to get, after the order; nil leaves it
	lost    bool               // the code is impossible to get
	final   bool               // and the task ends because of it
	reason  string             // what the buyer reads of it
}

// markedFiles are files with marks in names and content.
func markedFiles(secrets map[string]string) map[string]string {
	secrets["folder"], secrets["file name"], secrets["content"], secrets["first line"] = mark("folder"), mark("file"), mark("content"), mark("line")
	return map[string]string{
		secrets["folder"] + "/" + secrets["file name"] + ".go": "package x // " + secrets["content"] + "\n",
		"README.md": "# " + secrets["first line"] + "\n",
	}
}

func privateRepo(t *testing.T, secrets map[string]string) (*gitHost, *secretCode) {
	t.Helper()
	secrets["token"], secrets["user"] = mark("token"), mark("user")
	login := secrets["user"] + ":" + secrets["token"]
	secrets["login as it is sent"] = base64.StdEncoding.EncodeToString([]byte(login))
	host := newGitHost(t, "127.83.61.7", login)
	where, err := url.Parse(host.url)
	if err != nil {
		t.Fatal(err)
	}
	secrets["host"], secrets["repository"], secrets["ref"] = where.Hostname(), mark("repo"), mark("ref")
	name := secrets["repository"] + ".git"
	repo := host.add(t, name, "work/"+secrets["ref"], markedFiles(secrets))
	secrets["commit"] = strings.TrimSpace(gitRun(t, filepath.Join(host.root, name), "rev-parse", "HEAD"))
	return host, &secretCode{
		input: aicity.TaskInput{Repo: repo, Ref: "work/" + secrets["ref"], RepoToken: login}, secrets: secrets,
		opened: []string{repo, "work/" + secrets["ref"]},
	}
}

// secretCodes are the ways in which code comes, and in which it fails to come.
func secretCodes(t *testing.T, s *apptest.Server, buyer *apptest.Person) map[string]*secretCode {
	t.Helper()
	codes := map[string]*secretCode{}
	_, codes["private repository"] = privateRepo(t, map[string]string{})

	host, gone := privateRepo(t, map[string]string{})
	gone.lost, gone.final, gone.reason = true, true, "does not exist"
	gone.lose = func(t *testing.T) {
		if err := os.RemoveAll(filepath.Join(host.root, gone.secrets["repository"]+".git")); err != nil {
			t.Fatal(err)
		}
	}
	codes["repository that is gone"] = gone

	refHost, noRef := privateRepo(t, map[string]string{})
	noRef.lost, noRef.final, noRef.reason = true, true, "no such ref"
	noRef.lose = func(t *testing.T) {
		gitRun(t, filepath.Join(refHost.root, noRef.secrets["repository"]+".git"), "branch", "--move", "elsewhere")
	}
	codes["ref that is gone"] = noRef

	downHost, down := privateRepo(t, map[string]string{})
	down.lost, down.lose = true, func(*testing.T) { downHost.stop() }
	codes["host that is down"] = down

	longHost, long := privateRepo(t, map[string]string{})
	long.lost, long.final, long.reason = true, true, "name is longer"
	long.lose = func(t *testing.T) {
		dir := filepath.Join(longHost.root, long.secrets["repository"]+".git")
		long.secrets["long file name"] = mark("long") + strings.Repeat("x", 300)
		object := strings.TrimSpace(gitRun(t, dir, "rev-parse", "HEAD:README.md"))
		gitRun(t, dir, "update-index", "--add", "--cacheinfo", "100644,"+object+","+long.secrets["long file name"])
		gitRun(t, dir, "commit", "--quiet", "--message=Grow")
	}
	codes["repository with a name too long"] = long

	inline := map[string]string{"code": mark("code")}
	text := "package main // " + inline["code"] + "\n"
	codes["inline code"] = &secretCode{input: aicity.TaskInput{Code: text}, secrets: inline, opened: []string{inline["code"]}}

	packed := map[string]string{}
	packed["archive"] = upload(t, s, buyer, tarGz(t, members(markedFiles(packed))...))
	codes["archive"] = &secretCode{input: aicity.TaskInput{ArchiveID: packed["archive"]}, secrets: packed}

	for name, bad := range map[string]func(secret string) []member{
		"archive that leads out":   func(secret string) []member { return []member{{"../" + secret, "x"}} },
		"archive that contradicts": func(secret string) []member { return []member{{secret, "x"}, {secret + "/below", "x"}} },
	} {
		secrets := map[string]string{"file name": mark("file")}
		secrets["archive"] = uploadUnchecked(t, s, buyer, tarGz(t, bad(secrets["file name"])...))
		codes[name] = &secretCode{input: aicity.TaskInput{ArchiveID: secrets["archive"]}, secrets: secrets, lost: true, final: true, reason: secrets["file name"]}
	}
	return codes
}

// An agent learns nothing of the code before it commits, whatever it calls and
// whatever happens; nobody else ever does.
func TestRedaction(t *testing.T) {
	t.Parallel()
	s, log := listed(t)
	needSandbox(t, s)
	buyer := s.Buyer(t, 100_000)
	codes := secretCodes(t, s, buyer)
	t.Run("each", func(t *testing.T) {
		for name, code := range codes {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				testRedaction(t, s, buyer, code)
			})
		}
	})
	for name, code := range codes {
		findSecrets(t, "log of "+name, log.String(), code.secrets)
	}
	if !strings.Contains(log.String(), "/sandbox/provision") {
		t.Error("the log was not caught")
	}
}

func testRedaction(t *testing.T, s *apptest.Server, buyer *apptest.Person, code *secretCode) {
	code.secrets["acceptance command"], code.secrets["acceptance path"] = mark("command"), mark("path")
	worker, box := s.Agent(t, "code_review"), newMailbox(t)
	agent := asAgent(s, worker)
	if got := agent.call(t, http.MethodPut, "/agents/me/webhook", fmt.Sprintf(`{"url":%q}`, box.url)); got.status != http.StatusOK {
		t.Fatalf("webhook: %s", got.body)
	}
	polled := make(chan reply, 1)
	go func() { polled <- agent.try(t.Context(), http.MethodGet, "/tasks/submitted?wait=60", "") }()
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "code_review", MaxBudget: 700, AgentID: worker.ID, Input: described(code.input),
		Acceptance: &aicity.Acceptance{
			Criteria: []string{"Names each fault"}, Commands: []string{"echo " + code.secrets["acceptance command"]},
			Paths: []string{code.secrets["acceptance path"] + "/*"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := <-polled; !bytes.Contains(got.body, []byte(order.ID)) {
		t.Errorf("long poll: %s, %v", got.body, got.err)
	}
	if code.lose != nil {
		code.lose(t)
	}
	box.await(t, "task_assigned", code.secrets)
	sealed(t, agent, order.ID, code)
	agent.tells(t, code.secrets)
	others(t, s, worker, order.ID, code.secrets)
	switch {
	case code.final:
		box.await(t, "task_failed", code.secrets)
		order, err = buyer.Tasks.Get(t.Context(), order.ID)
		if err != nil || order.Status != aicity.TaskFailed || !strings.Contains(order.FailReason, code.reason) {
			t.Errorf("the buyer reads %+v, %v", order, err)
		}
	case code.lost:
		declined(t, agent, order.ID, code.secrets)
	default:
		opened(t, s, worker, order.ID, code)
	}
}

func described(in aicity.TaskInput) aicity.TaskInput {
	in.Description = "Review the code for faults."
	return in
}

// taskCall is a call at a task, and what it answers an agent that has not committed.
type taskCall struct {
	method, path, body string
	code               string // "" for success
	byAgent            bool   // owners may not call it at all
	byItsOwner         bool   // the agent's owner may call it too
	accept             string
}

func taskCalls() []taskCall {
	const file = "?path=" + aicity.RepoDir + "/README.md"
	const files, read, write, exec = "/sandbox/files", "/sandbox/files/read", "/sandbox/files/write", "/sandbox/exec"
	content, work := `{"path":"`+aicity.RepoDir+`/README.md","content":"x"}`, `{"output":{"result":"Nothing is wrong."}}`
	return []taskCall{
		{method: "GET", path: "", byItsOwner: true},
		{method: "GET", path: "/timeline", byItsOwner: true},
		{method: "GET", path: "/gate", code: aicity.CodeGateNotReady, byItsOwner: true},
		{method: "GET", path: "/patch", code: aicity.CodeTaskNotFound},
		{method: "GET", path: "/statement", byItsOwner: true},
		{method: "POST", path: "/cancel", code: aicity.CodeTaskNotFound},
		{method: "POST", path: "/feedback", body: `{"thumbs":"up"}`, code: aicity.CodeTaskNotFound},
		{method: "GET", path: "/sandbox", byAgent: true},
		{method: "GET", path: files + "?path=" + aicity.RepoDir, code: aicity.CodeTaskSealed, byAgent: true},
		{method: "GET", path: files + "?recursive=true&path=" + aicity.RepoDir, code: aicity.CodeTaskSealed, byAgent: true},
		{method: "GET", path: read + file, code: aicity.CodeTaskSealed, byAgent: true},
		{method: "GET", path: read + file, code: aicity.CodeTaskSealed, byAgent: true, accept: "application/octet-stream"},
		{method: "PUT", path: write, body: content, code: aicity.CodeTaskSealed, byAgent: true},
		{method: "POST", path: exec, body: `{"command":"ls -R; git log; cat *"}`, code: aicity.CodeTaskSealed, byAgent: true},
		{method: "POST", path: exec, body: `{"argv":["ls"]}`, code: aicity.CodeTaskSealed, byAgent: true, accept: "text/event-stream"},
		{method: "POST", path: "/executing", body: `{"sandboxId":"sbx_other"}`, code: aicity.CodeSandboxNotFound, byAgent: true},
		{method: "POST", path: "/complete", body: work, code: aicity.CodeInvalidState, byAgent: true},
		{method: "POST", path: "/complete", body: `{"output":{}}`, code: aicity.CodeValidation, byAgent: true},
		{method: "POST", path: "/fail", body: `{"reason":"I cannot."}`, code: aicity.CodeInvalidState, byAgent: true},
		{method: "DELETE", path: "/sandbox/sbx_other", byAgent: true},
	}
}

func (c taskCall) by(t *testing.T, v *visitor, taskID string) reply {
	t.Helper()
	accept := c.accept
	if accept == "" {
		accept = "application/json"
	}
	return v.call(t, c.method, "/tasks/"+taskID+c.path, c.body, "Accept", accept)
}

// declined hands the task back: from then on it is no longer there.
func declined(t *testing.T, agent *visitor, taskID string, secrets map[string]string) {
	t.Helper()
	for range 2 {
		if got := agent.call(t, http.MethodPost, "/tasks/"+taskID+"/decline", `{"reason":"The code does not come."}`); got.code != "" {
			t.Errorf("decline: %s", got.body)
		}
	}
	if got := agent.call(t, http.MethodGet, "/tasks/"+taskID, ""); got.code != aicity.CodeTaskNotFound {
		t.Errorf("after declining: %s", got.body)
	}
	agent.tells(t, secrets)
}

// sealed makes every call that an agent can make before it commits.
func sealed(t *testing.T, agent *visitor, taskID string, code *secretCode) {
	t.Helper()
	want := ""
	if code.lost {
		want = aicity.CodeRepoUnreachable
	}
	for i := range 2 {
		got := agent.call(t, http.MethodPost, "/tasks/"+taskID+"/sandbox/provision", "")
		if code.final && i == 1 {
			want = aicity.CodeInvalidState
		}
		if got.code != want {
			t.Fatalf("provision: %s, want %q", got.body, want)
		}
	}
	for _, c := range taskCalls() {
		got := c.by(t, agent, taskID)
		if !code.lost && got.code != c.code {
			t.Errorf("%s %s: %s, want %q", c.method, c.path, got.body, c.code)
		}
	}
	for _, path := range []string{
		"/tasks", "/tasks/submitted", "/tasks?status=submitted", "/agents/me", "/me", "/vault/balance", "/agents/me/webhook", "/agents/me/webhook/deliveries",
	} {
		if got := agent.call(t, http.MethodGet, path, ""); got.status != http.StatusOK {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	until := "event: task.provisioned"
	switch {
	case code.final:
		until = "event: task.failed"
	case code.lost:
		until = "event: task.assigned"
	}
	follow(t, agent, taskID, until)
}

// follow reads the task's stream of events until a line comes.
func follow(t *testing.T, v *visitor, taskID, until string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a stream without the line has no end
	defer cancel()
	res, err := v.open(ctx, http.MethodGet, "/api/v1/tasks/"+taskID+"/events", "", "Accept", "text/event-stream")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	found := false
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if found = found || lines.Text() == until; found && lines.Text() == "" {
			return
		}
	}
	t.Errorf("the events ended before %q", until)
}

// others are everybody but the buyer and the agent: for them there is no such task.
// The agent's owner may read what the agent knows.
func others(t *testing.T, s *apptest.Server, worker *apptest.Worker, taskID string, secrets map[string]string) {
	t.Helper()
	stranger := s.Agent(t, "code_review")
	for name, v := range map[string]*visitor{
		"another agent": asAgent(s, stranger), "its owner": asOwner(s, stranger.Owner), "the agent's owner": asOwner(s, worker.Owner),
	} {
		calls := append(taskCalls(),
			taskCall{method: "POST", path: "/sandbox/provision", byAgent: true}, taskCall{method: "POST", path: "/decline", byAgent: true},
			taskCall{method: "POST", path: "/executing", byAgent: true})
		if name == "the agent's owner" {
			follow(t, v, taskID, "event: task.assigned")
		} else {
			calls = append(calls, taskCall{method: "GET", path: "/events"})
		}
		for _, c := range calls {
			want := aicity.CodeTaskNotFound
			switch {
			case c.byAgent && v.header != "X-API-Key":
				want = aicity.CodeForbidden // said before the body is looked at
			case c.code == aicity.CodeValidation:
				want = c.code
			case c.byItsOwner && name == "the agent's owner":
				want = c.code
			}
			if got := c.by(t, v, taskID); got.code != want {
				t.Errorf("%s, %s %s: %s, want %s", name, c.method, c.path, got.body, want)
			}
		}
		for _, path := range []string{"/tasks", "/me"} {
			if got := v.call(t, http.MethodGet, path, ""); got.status != http.StatusOK || bytes.Contains(got.body, []byte(taskID)) {
				t.Errorf("%s, %s: %s", name, path, got.body)
			}
		}
		v.tells(t, secrets)
	}
	pageOfOwner(t, s, worker.Owner, taskID, secrets)
}

// pageOfOwner: the page of the task shows the agent's owner what the agent knows.
func pageOfOwner(t *testing.T, s *apptest.Server, owner *apptest.Person, taskID string, secrets map[string]string) {
	t.Helper()
	v := asOwner(s, owner)
	res, err := v.open(t.Context(), http.MethodGet, "/tasks/"+taskID, "", "Cookie", "aicity_session="+owner.Token)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(page, []byte("Review the code for faults.")) {
		t.Errorf("page: %d, %v", res.StatusCode, err)
	}
	v.tells(t, secrets)
}

// opened commits: now the code is open, but for the token, until the task ends.
func opened(t *testing.T, s *apptest.Server, worker *apptest.Worker, taskID string, code *secretCode) {
	t.Helper()
	agent := asAgent(s, worker)
	started := agent.call(t, http.MethodPost, "/tasks/"+taskID+"/executing", "")
	task := agent.call(t, http.MethodGet, "/tasks/"+taskID, "")
	for _, want := range append(code.opened, code.secrets["acceptance command"], code.secrets["acceptance path"]) {
		if !bytes.Contains(task.body, []byte(want)) {
			t.Errorf("the open task lacks %q: %s", want, task.body)
		}
	}
	if started.status != http.StatusOK || !bytes.Contains(started.body, []byte(`"redacted":false`)) {
		t.Errorf("executing: %s", started.body)
	}
	seen := agent.call(t, http.MethodPost, "/tasks/"+taskID+"/sandbox/exec",
		`{"command":"ls -aR . ; cat .git/config .git/HEAD; env; cat $(git ls-files); cat /proc/*/environ /proc/*/cmdline; git remote -v"}`)
	for _, what := range []string{"file name", "folder", "content", "code"} {
		if secret, ok := code.secrets[what]; ok && !bytes.Contains(seen.body, []byte(secret)) {
			t.Errorf("the open sandbox lacks the %s: %s", what, seen.body)
		}
	}
	never := maps.Clone(code.secrets)
	maps.DeleteFunc(never, func(what, _ string) bool { return what != "token" && what != "user" && what != "login as it is sent" })
	never["archive"] = code.secrets["archive"]
	if never["archive"] == "" {
		delete(never, "archive")
	}
	agent.tells(t, never)
	ended := asAgent(s, worker)
	if got := ended.call(t, http.MethodPost, "/tasks/"+taskID+"/fail", `{"reason":"I cannot."}`); got.status != http.StatusOK {
		t.Errorf("fail: %s", got.body)
	}
	for _, c := range taskCalls() {
		c.by(t, ended, taskID)
	}
	for _, path := range []string{"/decline", "/executing", "/sandbox/provision"} {
		if got := ended.call(t, http.MethodPost, "/tasks/"+taskID+path, ""); got.code != aicity.CodeInvalidState {
			t.Errorf("%s of a failed task: %s", path, got.body)
		}
	}
	follow(t, ended, taskID, "event: task.failed")
	ended.tells(t, code.secrets)
}
