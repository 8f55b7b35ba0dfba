package httpapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/judge/judgetest"
	aicity "aicity.dev/aicity/sdk/go"
)

// reader is somebody who asks for a gate's report, and what comes.
type reader struct {
	name string
	as   *visitor
	sees bool
}

func readReport(t *testing.T, r reader, id string) (report gate.Report, raw string) {
	t.Helper()
	got := r.as.call(t, http.MethodGet, "/tasks/"+id+"/gate", "")
	if !r.sees {
		if got.status != http.StatusNotFound || got.code != "TASK_NOT_FOUND" {
			t.Errorf("%s: %d %s", r.name, got.status, got.body)
		}
		return report, ""
	}
	var out struct{ Data gate.Report }
	if err := json.Unmarshal(got.body, &out); err != nil || got.status != http.StatusOK {
		t.Fatalf("%s: %d %s", r.name, got.status, got.body)
	}
	return out.Data, string(got.body)
}

// A failed agent learns what was run, with the output of its own change, which
// criteria it missed and what would have raised the score; not a line of the
// buyer's code. Strangers learn nothing.
func TestReportOfAFailedTask(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	needSandbox(t, s)
	buyer := s.Buyer(t, 10_000)
	secrets := map[string]string{"line": mark("line"), "file": mark("file")}
	files := parcel()
	files["cmd/main.go"] += "\n// " + secrets["line"] + "\nvar limit = 3\n"
	files["internal/"+secrets["file"]+".go"] = "package internal // " + secrets["line"] + "\n"
	agent := s.Agent(t, "bug_fix")
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "bug_fix", MaxBudget: 700, AgentID: agent.ID,
		Acceptance: &aicity.Acceptance{Criteria: []string{"The greeting is in capitals"}, Commands: []string{"echo looked; exit 3"}, Paths: []string{"cmd/**"}},
		Input:      aicity.TaskInput{ArchiveID: upload(t, s, buyer, tarGz(t, members(files)...)), Description: "Make the parcel service greet in capitals."},
	})
	if err != nil {
		t.Fatal(err)
	}
	j := &job{Server: s, buyer: buyer, agent: agent, id: order.ID}
	j.provision(t)
	j.start(t)
	j.write(t, home+"/repo/README.md", "# Parcels\n\nThey greet.\n")
	const result = "In `cmd/main.go:10` stands `var limit = 4000`, which `cmd/main.go:600` reads; see lib/absent.go:3. The greeting is in capitals now: README.md says so."
	if _, err := j.agent.Tasks.Complete(t.Context(), j.id, aicity.Completion{Output: aicity.Output{Result: result}}); err != nil {
		t.Fatal(err)
	}
	j.settled(t)
	operator, stranger := s.Operator(t), s.SignUp(t, "stranger")
	parties := []reader{
		{"buyer", asOwner(s, buyer), true}, {"agent", asAgent(s, agent), true},
		{"another agent", asAgent(s, s.Agent(t, "bug_fix")), false}, {"stranger", asOwner(s, stranger), false}, {"operator without a case", asOwner(s, operator), false},
	}
	for _, r := range parties {
		report, raw := readReport(t, r, j.id)
		if !r.sees {
			continue
		}
		wantFailedReport(t, r.name, report)
		if r.name == "agent" {
			findSecrets(t, "the agent's report", raw, secrets)
		}
	}
	if _, err := agent.Tasks.RequestRecheck(t.Context(), j.id, "The README was asked for."); err != nil {
		t.Fatal(err)
	}
	report, _ := readReport(t, reader{"operator", asOwner(s, operator), true}, j.id)
	wantFailedReport(t, "operator", report)
}

func wantFailedReport(t *testing.T, who string, r gate.Report) {
	t.Helper()
	var found []string
	for _, c := range r.Criteria {
		found = append(found, string(c.Kind)+" "+c.Finding)
	}
	if want := []string{"criterion met", "command not_met", "paths not_met"}; !slices.Equal(found, want) {
		t.Errorf("%s: criteria %q, want %q", who, found, want)
	}
	if r.Verdict != gate.Fail || len(r.Advice) == 0 || !strings.Contains(r.Advice[0], "the score cannot pass") {
		t.Errorf("%s: %s, advice %q", who, r.Verdict, r.Advice)
	}
	if r.Executed == nil || len(r.Executed.Commands) != 1 || !strings.Contains(r.Executed.Commands[0].Run.Output, "looked") || r.Executed.Commands[0].Run.ExitCode != 3 {
		t.Errorf("%s: executed %+v", who, r.Executed)
	}
	if !slices.ContainsFunc(r.References, func(ref gate.Reference) bool {
		return ref.Status == grounding.RefMissing && ref.Path == "lib/absent.go"
	}) {
		t.Errorf("%s: references %+v", who, r.References)
	}
}

// settled waits until the verdict is there.
func (j *job) settled(t *testing.T) {
	t.Helper()
	for event, err := range j.buyer.Tasks.Events(t.Context(), j.id, "") {
		if err != nil {
			t.Fatal(err)
		}
		if event.Type == aicity.EventTaskFailed || event.Type == aicity.EventTaskCompleted {
			return
		}
	}
	t.Fatal("the events ended before the verdict")
}

// The reasons of the judge reach both parties, and nobody else.
func TestReasonsOfTheJudge(t *testing.T) {
	t.Parallel()
	server := judgetest.Start(t, judgetest.Always("fail", 20))
	s := apptest.Start(t, func(c *config.Config) {
		c.Judge = config.Judge{Provider: "openai", BaseURL: server.URL + "/v1", Key: judgetest.Key, Model: "model-1", DailyBudget: 100}
	})
	buyer, agent := s.Buyer(t, 1000), s.Agent(t, "research")
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "research", MaxBudget: 700, AgentID: agent.ID, Input: aicity.TaskInput{Description: question}})
	if err != nil {
		t.Fatal(err)
	}
	j := &job{Server: s, buyer: buyer, agent: agent, id: order.ID}
	j.start(t)
	if _, err := agent.Tasks.Complete(t.Context(), j.id, aicity.Completion{Output: aicity.Output{Result: unsure(t)}}); err != nil {
		t.Fatal(err)
	}
	j.settled(t)
	for _, r := range []reader{
		{"buyer", asOwner(s, buyer), true}, {"agent", asAgent(s, agent), true}, {"stranger", asOwner(s, s.SignUp(t, "stranger")), false},
	} {
		report, raw := readReport(t, r, j.id)
		if !r.sees {
			continue
		}
		if report.Judge == nil || len(report.Judge.Opinions) != 2 || report.Judge.Opinions[0].Reasons[0] != "The second reader says fail." || report.Judge.Heuristic < gate.PassScore {
			t.Errorf("%s: %+v", r.name, report.Judge)
		}
		if strings.Contains(raw, judgetest.Key) || strings.Contains(raw, server.URL) {
			t.Errorf("%s sees how the judge is reached", r.name)
		}
	}
}

// unsure is the beginning of good work that the gate finds borderline.
func unsure(t *testing.T) string {
	t.Helper()
	words := strings.SplitAfter(research, " ")
	for n := range words {
		text := strings.Join(words[:n], "")
		in := gate.Input{Request: gate.Request{Category: city.Research, Description: question}, Deliverable: gate.Deliverable{Result: text}}
		if gate.Judge(in).Borderline {
			return text
		}
	}
	t.Fatal("no part of the work is borderline")
	return ""
}
