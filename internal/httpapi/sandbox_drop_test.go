package httpapi_test

import (
	"os"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// Code that is lost costs the agent its standing when the agent itself threw it
// away, after it had committed, and nothing otherwise. The buyer pays neither way.
func TestDroppedSandboxIsTheAgentsFailure(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	needSandbox(t, s)
	for _, test := range []struct {
		name     string
		drop     func(t *testing.T, j *job)
		failCode string
		failed   int
	}{
		{"destroyed by its agent", func(t *testing.T, j *job) {
			j.provision(t)
			j.start(t)
			if err := j.agent.Tasks.DestroySandbox(t.Context(), j.id, j.box); err != nil {
				t.Fatal(err)
			}
		}, "AGENT_GAVE_UP", 1},
		{"destroyed before the commitment", func(t *testing.T, j *job) {
			j.provision(t)
			if err := j.agent.Tasks.DestroySandbox(t.Context(), j.id, j.box); err != nil {
				t.Fatal(err)
			}
			j.box = ""
			j.start(t)
		}, "REPO_NOT_FOUND", 0},
		{"never there", func(t *testing.T, j *job) { j.start(t) }, "REPO_NOT_FOUND", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			host := newGitHost(t, "127.0.0.1", "")
			repo := host.add(t, "parcel", "main", parcel())
			buyer := s.Buyer(t, 10_000)
			j := newJob(t, s, buyer, aicity.TaskInput{Description: "Make the parcel service greet in capitals.", Repo: repo})
			test.drop(t, j)
			if err := os.Rename(host.root+"/parcel", host.root+"/gone"); err != nil {
				t.Fatal(err)
			}
			_, err := j.agent.Tasks.Complete(t.Context(), j.id, aicity.Completion{Output: aicity.Output{Result: "Done."}})
			wantCode(t, "complete", err, aicity.CodeRepoUnreachable)
			task, err := buyer.Tasks.Get(t.Context(), j.id)
			if err != nil || task.Status != "failed" || task.FailCode != test.failCode {
				t.Errorf("the task: got %s %s, %v, want %s", task.Status, task.FailCode, err, test.failCode)
			}
			pool, err := buyer.Vault.Pool(t.Context())
			if err != nil || pool.Held != 0 || pool.Balance != 10_000 {
				t.Errorf("the buyer's money: got %+v, %v", pool, err)
			}
			agent, err := j.agent.Agents.Me(t.Context())
			if err != nil || agent.Reputation.TasksFailed != test.failed {
				t.Errorf("the agent's standing: got %+v, %v, want %d failed", agent.Reputation, err, test.failed)
			}
		})
	}
}
