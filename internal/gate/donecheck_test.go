package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// A check that is proposed for a place where it stands refutes its finding; one that
// is to be changed, that stands elsewhere or that the text knows of does not.
func TestChecksThatAreThere(t *testing.T) {
	t.Parallel()
	const source = `package job

func (r *Runner) Start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running {
		return
	}
	r.running = true
	go r.run()
}

func (r *Runner) Add(name string) error {
	if name == "reserved" {
		return errReserved
	}
	r.names = append(r.names, name)
	return nil
}

func (r *Runner) Take(name string) error {
	r.taken = append(r.taken, name)
	return r.wait()
}

func (r *Runner) Stop() {
	r.stop <- struct{}{}
	r.running = false
}

func (r *Runner) run() {
	for range r.stop {
		r.step()
	}
}
`
	repo := &gate.Repo{Files: []gate.RepoFile{{Path: "go.mod"}, {Path: "job.go"}}, Source: memory{"go.mod": "module job\n", "job.go": source}}
	guard := "\n\n```go\nif r.running {\n\treturn\n}\n```\n"
	for _, tt := range []struct {
		text    string
		refuted bool
	}{
		{"**1. A second Start runs twice (high).** `Start` (job.go:3) does not ask whether it runs already. Suggested guard:" + guard, true},
		{"## Critical: Start runs twice\n\njob.go:9 sets the flag without a look at it.\n\n**Fix.** Add a check in front of it:" + guard, true},
		{"### H1. Start runs twice\n\njob.go:9 sets the flag without asking whether it runs. Suggested:" + guard, true},
		{"## High: reserved names\n\njob.go:17 appends any name.\n\n## Remedy\n\n1. Skip them: `if name == \"reserved\" { return errReserved }`.\n", true},
		{"**1. Stop blocks (high).** job.go:27 sends though nobody may receive. Suggested guard:\n\n```go\nif !r.running {\n\treturn\n}\n```\n", false},
		{"**1. Take accepts reserved names (high).** job.go:21 has no check, Add has one (job.go:14). Fix: `if name == \"reserved\" { return errReserved }`.\n", false},
		{"**1. A second Start is silent (high).** job.go:6 returns without an error. Suggested, an error of its own:\n\n```go\nif r.running {\n\treturn errRunning\n}\n```\n", false},
		{"**1. Start (info).** job.go:3 is safe to call twice; the guard that is there already:" + guard, false},
		{"**1. Start (low).** job.go:3 takes the lock before it looks. Move this check in front of it:" + guard, false},
		{"**1. Run twice (high).** job.go:32: a second run takes half of the values. Add a guard:" + guard, false},
		{"**1. Start (low).** job.go:6-8 should be an error. Replace the guard:" + guard, false},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: "Please review job.go: Start, Stop, Add and Take."},
			Deliverable: gate.Deliverable{Result: "Review of job.go.\n\n" + tt.text}, Repo: repo,
		})
		said, refuted := "", false
		for _, s := range report.Signals {
			if s.Name == "fixes that are there" && s.Points < 0 {
				said, refuted = strings.Join(s.Evidence, "; "), s.Cap != nil && *s.Cap < gate.PassScore
			}
		}
		if refuted != tt.refuted || !tt.refuted && said != "" {
			t.Errorf("%q: %v %s", tt.text, refuted, said)
		}
	}
}
