package httpapi_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/store/storetest"
	aicity "aicity.dev/aicity/sdk/go"
)

// The files that a report cites are there for the buyer, and for an operator who
// is to decide; for the agent and everybody else there is no such task. After
// their time they are gone.
func TestCitedFiles(t *testing.T) {
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, s *apptest.Server, clock *storetest.Clock) {
		needSandbox(t, s)
		ctx, buyer := t.Context(), s.Buyer(t, 10_000)
		long := strings.Repeat("a line of a long file\n", 20_000)
		files := parcel()
		files["docs/long.md"], files["docs/blob.csv"] = long, blob
		j := newJob(t, s, buyer, aicity.TaskInput{ArchiveID: upload(t, s, buyer, tarGz(t, members(files)...))})
		j.provision(t)
		j.start(t)
		_, err := buyer.Tasks.CitedFile(ctx, j.id, "cmd/main.go")
		wantCode(t, "before the verdict", err, "GATE_NOT_READY")
		j.write(t, aicity.RepoDir+"/docs/notes.md", "Mine.\n")
		const result = "`cmd/main.go:6` prints hello. See docs/notes.md:1, docs/long.md:15000, `docs/blob.csv` and cmd/main.go:600, and lib/absent.go:3."
		done, err := j.agent.Tasks.Complete(ctx, j.id, aicity.Completion{Output: aicity.Output{Result: result}})
		if err != nil || done.Status != aicity.TaskFailed {
			t.Fatalf("%+v, %v", done, err)
		}
		wantCitedFiles(t, buyer.Tasks, j.id)
		_, err = buyer.Tasks.CitedFile(ctx, j.id, ".gitignore")
		wantCode(t, "a file that is not cited", err, "FILE_NOT_FOUND")
		report, err := buyer.Tasks.Gate(ctx, j.id)
		if err != nil || !slices.ContainsFunc(report.References, func(r aicity.GateReference) bool { return r.Link == "/tasks/"+j.id+"/files/cmd/main.go#L6" }) {
			t.Errorf("the buyer's links: %+v, %v", report, err)
		}

		// The agent's access has ended, and strangers have none.
		report, err = j.agent.Tasks.Gate(ctx, j.id)
		if err != nil || slices.ContainsFunc(report.References, func(r aicity.GateReference) bool { return r.Link != "" }) {
			t.Errorf("the agent's links: %+v, %v", report, err)
		}
		operator := s.Operator(t)
		for who, tasks := range map[string]*aicity.TasksService{
			"the agent": j.agent.Tasks, "its owner": j.agent.Owner.Tasks, "another agent": s.Agent(t, "testing").Tasks, "a stranger": s.SignUp(t, "stranger").Tasks,
			"an operator without a case": operator.Tasks,
		} {
			_, err := tasks.CitedFile(ctx, j.id, "cmd/main.go")
			wantCode(t, who, err, "TASK_NOT_FOUND")
		}
		if _, err := j.agent.Tasks.RequestRecheck(ctx, j.id, "It says what is printed."); err != nil {
			t.Fatal(err)
		}
		wantCitedFiles(t, operator.Tasks, j.id)
		if report, err = operator.Tasks.Gate(ctx, j.id); err != nil || report.References[0].Link == "" {
			t.Errorf("the operator's report: %+v, %v", report, err)
		}

		clock.Advance(31 * 24 * time.Hour)
		task, err := s.App.Tasks.ForBuyer(ctx, buyer.ID, j.id)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.App.Tasks.CitedFile(ctx, task, "cmd/main.go")
		if err == nil || !strings.Contains(err.Error(), "30 days after the verdict") {
			t.Errorf("after its time: %v", err)
		}
	})
}

// wantCitedFiles reads text, a part of a long text, and what is no text.
func wantCitedFiles(t *testing.T, tasks *aicity.TasksService, id string) {
	t.Helper()
	f, err := tasks.CitedFile(t.Context(), id, "cmd/main.go")
	if err != nil || f.Added || f.Content != greet || !f.Whole || f.FirstLine != 1 || f.Lines != 7 || f.KeptUntil.IsZero() {
		t.Errorf("text: %+v, %v", f, err)
	}
	f, err = tasks.CitedFile(t.Context(), id, "docs/notes.md")
	if err != nil || !f.Added || f.Content != "Mine.\n" {
		t.Errorf("what the agent added: %+v, %v", f, err)
	}
	f, err = tasks.CitedFile(t.Context(), id, "docs/long.md")
	last := 0
	if err == nil {
		last = f.FirstLine + strings.Count(f.Content, "\n") - 1
	}
	if err != nil || f.Whole || f.Lines != 20_000 || f.FirstLine < 10_000 || f.FirstLine >= 15_000 || last <= 15_000 || last > 20_000 {
		t.Errorf("a long text: lines %d to %d of %d, %v", f.FirstLine, last, f.Lines, err)
	}
	f, err = tasks.CitedFile(t.Context(), id, "docs/blob.csv")
	if err != nil || !f.Binary || f.Content != "" || f.SizeBytes != int64(len(blob)) {
		t.Errorf("no text: %+v, %v", f, err)
	}
}
