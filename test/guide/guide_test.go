package guide_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	aicity "aicity.dev/aicity/sdk/go"
	"github.com/google/go-cmp/cmp"
)

// place is a city to follow the guide in.
type place struct {
	URL  string
	Repo string // address of a git repository with a package.json
}

// limit bounds a whole walk; the guide's own polling takes up to 8 s of it.
const limit = 2 * time.Minute

// TestSamplesFitTheTypes checks every script of the guide against the SDK's types.
func TestSamplesFitTheTypes(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	config := `{"type": "module"}`
	if err := os.WriteFile(filepath.Join(w.dir, "package.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	sdk, err := filepath.Abs(sdkDir)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{
		filepath.Join(sdk, "node_modules", "typescript", "bin", "tsc"), "--noEmit", "--moduleDetection", "force",
		"--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom", "--skipLibCheck",
		"--typeRoots", filepath.Join(sdk, "node_modules", "@types"), "--types", "node", "globals.d.ts",
	}
	for _, name := range []string{"register", "price", "poll", "webhook", "process", "wallet"} {
		args = append(args, filepath.Base(w.write(t, name+".ts", name)))
	}
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Dir = w.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("tsc: %v\n%s", err, out)
	}
}

// TestTheTokenIsSetAsTheGuideSays runs the sample that the reader completes
// with the token.
func TestTheTokenIsSetAsTheGuideSays(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	file := w.write(t, "token.sh", "token")
	got := output(t, exec.CommandContext(t.Context(), "bash", "-c", ". "+file+"; bash -c 'echo $OWNER_TOKEN'"))
	if want := "your-token-here\n"; got != want {
		t.Errorf("a child of the shell sees the token %q, want %q", got, want)
	}
}

// walk follows the guide from registration to earnings.
func walk(t *testing.T, city place) {
	w := newWorkshop(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	asked := record(t, city.URL)

	builder, token := newOwner(ctx, t, city.URL, "builder")
	agentID, key := w.register(t, asked.URL, token)
	checkPrice(ctx, t, builder, agentID)

	working, stop := w.start(ctx, t, asked.URL, []string{"AGENT_API_KEY=" + key}, "poll", "webhook", "process")
	buyer, taskID := buy(ctx, t, city, agentID)
	err := asked.wait(working, "DELETE /api/v1/tasks/{tsk}/sandbox/{sbx}")
	logs := stop()
	if err != nil {
		t.Fatalf("%v; the agent logged:\n%s", err, logs)
	}
	checkLogs(t, logs)
	want := []string{
		"POST /api/v1/agents",
		"PATCH /api/v1/agents/{agt}",
		"PUT /api/v1/agents/me/webhook",
		"POST /api/v1/tasks/{tsk}/sandbox/provision",
		"POST /api/v1/tasks/{tsk}/executing",
		"GET /api/v1/tasks/{tsk}/sandbox/files",
		"GET /api/v1/tasks/{tsk}/sandbox/files/read",
		"POST /api/v1/tasks/{tsk}/complete",
		"DELETE /api/v1/tasks/{tsk}/sandbox/{sbx}",
	}
	polls := func(line string) bool { return line == "GET /api/v1/tasks/submitted" }
	if diff := cmp.Diff(want, slices.DeleteFunc(asked.seen(), polls)); diff != "" {
		t.Errorf("what the samples asked: %s", diff)
	}
	checkEarned(ctx, t, buyer, taskID)
	wallet := w.runNode(t, asked.URL, []string{"AGENT_API_KEY=" + key}, "wallet")
	if diff := cmp.Diff("Available: $0\nEscrowed: $2.55\n", wallet); diff != "" {
		t.Errorf("wallet: %s", diff)
	}
}

// register runs the samples that register the agent and set its price, and
// reads what they print as the guide's reader does.
func (w *workshop) register(t *testing.T, url, token string) (agentID, apiKey string) {
	t.Helper()
	printed := w.runNode(t, url, []string{"OWNER_TOKEN=" + token}, "register", "price")
	found := regexp.MustCompile(`^Agent ID: (agt_\w+)\nAPI Key: (ac_live_\S+)\n$`).FindStringSubmatch(printed)
	if found == nil {
		t.Fatalf("registration printed %q", printed)
	}
	return found[1], found[2]
}

// newOwner signs an owner up and makes an owner token, as Settings → Developer does.
func newOwner(ctx context.Context, t *testing.T, url, name string) (owner *aicity.Client, token string) {
	t.Helper()
	session, err := aicity.New(aicity.Options{BaseURL: url}).Auth.SignUp(ctx, aicity.SignUp{
		Name: name, Email: name + "@example.com", Password: "correct horse battery staple",
	})
	if err != nil {
		t.Fatal(err)
	}
	owner = aicity.New(aicity.Options{BaseURL: url, OwnerToken: session.Token})
	created, err := owner.Auth.CreateToken(ctx, "guide", 0)
	if err != nil {
		t.Fatal(err)
	}
	return owner, created.Secret
}

func checkPrice(ctx context.Context, t *testing.T, owner *aicity.Client, agentID string) {
	t.Helper()
	agents, err := owner.Agents.Mine(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(agents) != 1 || agents[0].ID != agentID {
		t.Fatalf("the owner has %+v, want agent %s", agents, agentID)
	}
	want := aicity.Pricing{Model: "per_task", BaseRate: 300, Currency: "USD"}
	if diff := cmp.Diff(&want, agents[0].Pricing); diff != "" {
		t.Error(diff)
	}
}

const wish = "Review package.json: dependencies, scripts and code quality"

// buy has a colleague order a review from the agent.
func buy(ctx context.Context, t *testing.T, city place, agentID string) (*aicity.Client, string) {
	t.Helper()
	buyer, _ := newOwner(ctx, t, city.URL, "buyer")
	if _, err := buyer.Vault.TopUp(ctx, 1000); err != nil {
		t.Fatal(err)
	}
	task, err := buyer.Tasks.Submit(ctx, aicity.SubmitTask{
		TaskType: "code_review", MaxBudget: 500, AgentID: agentID, Tags: []string{"typescript"},
		Input: aicity.TaskInput{Description: wish, Repo: city.Repo},
	})
	if err != nil {
		t.Fatal(err)
	}
	return buyer, task.ID
}

func checkLogs(t *testing.T, logs string) {
	t.Helper()
	first, rest, _ := strings.Cut(logs, "\n")
	if want := "New task: code_review — " + wish; first != want {
		t.Errorf("the agent logged %q, want %q", first, want)
	}
	if !regexp.MustCompile(`^Repo has [1-9]\d* files\n$`).MatchString(rest) {
		t.Errorf("then the agent logged %q", rest)
	}
}

// checkEarned follows the task to its verdict and checks what it cost.
func checkEarned(ctx context.Context, t *testing.T, buyer *aicity.Client, taskID string) {
	t.Helper()
	for event, err := range buyer.Tasks.Events(ctx, taskID, "") {
		if err != nil {
			t.Fatal(err)
		}
		if event.Type == aicity.EventTaskCompleted || event.Type == aicity.EventTaskFailed {
			break
		}
	}
	task, err := buyer.Tasks.Get(ctx, taskID)
	if err != nil {
		t.Fatal(err)
	}
	if task.Status != aicity.TaskCompleted {
		t.Fatalf("the task is %s: %s, gate %+v", task.Status, task.FailReason, task.Gate)
	}
	if task.ChargeCents != 300 || task.Output == nil || !strings.Contains(task.Output.Result, "package.json") {
		t.Errorf("charged %d for %+v, want 300 for the review", task.ChargeCents, task.Output)
	}
	pool, err := buyer.Vault.Pool(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if pool.Balance != 700 || pool.Held != 0 {
		t.Errorf("the buyer has %d and %d held, want 700 and nothing", pool.Balance, pool.Held)
	}
}

// curl follows the guide's other way to register, then prices the agent with a
// client that has registered none: it is the owner's only one.
func curl(t *testing.T, city place) {
	w := newWorkshop(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	owner, token := newOwner(ctx, t, city.URL, "curler")
	printed := w.runShell(t, city.URL, []string{"OWNER_TOKEN=" + token}, "curl")
	var answer struct {
		Success bool
		Data    aicity.Registration
	}
	if err := json.Unmarshal([]byte(printed), &answer); err != nil {
		t.Fatalf("curl printed %q: %v", printed, err)
	}
	if !answer.Success || !strings.HasPrefix(answer.Data.APIKey, "ac_live_") {
		t.Errorf("curl printed %s", printed)
	}
	w.runNode(t, city.URL, []string{"OWNER_TOKEN=" + token}, "price")
	checkPrice(ctx, t, owner, answer.Data.Agent.ID)
}
