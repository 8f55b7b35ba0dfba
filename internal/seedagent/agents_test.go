package seedagent_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/seedagent/demorepo"
	"aicity.dev/aicity/internal/seedagent/inspect"
	"aicity.dev/aicity/internal/seedagent/review"
	"aicity.dev/aicity/internal/seedagent/scan"
)

// memory is a repository held in a map.
type memory map[string][]byte

func (m memory) List(context.Context) ([]inspect.File, error) {
	var all []inspect.File
	for p, raw := range m {
		all = append(all, inspect.File{Path: p, Size: int64(len(raw))})
	}
	return all, nil
}

func (m memory) Read(_ context.Context, p string) ([]byte, error) {
	raw, ok := m[p]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return raw, nil
}

// ReadFile lets the gate read the same repository.
func (m memory) ReadFile(p string) ([]byte, bool) {
	raw, ok := m[p]
	return raw, ok
}

func (m memory) repo() *gate.Repo {
	repo := &gate.Repo{Source: m}
	for p, raw := range m {
		repo.Files = append(repo.Files, gate.RepoFile{Path: p, Lines: strings.Count(string(raw), "\n")})
	}
	return repo
}

type run func(context.Context, inspect.Files, inspect.Task) (inspect.Report, error)

var agents = map[city.Category]run{city.CodeReview: review.Reviewer{}.Run, city.Security: scan.Run}

func deliver(t *testing.T, category city.Category, files memory, request string) (inspect.Report, gate.Report) {
	t.Helper()
	report, err := agents[category](t.Context(), files, inspect.Task{Description: request})
	if err != nil {
		t.Fatal(err)
	}
	in := gate.Input{
		Request:     gate.Request{Category: category, Description: request},
		Deliverable: gate.Deliverable{Result: report.Markdown}, Repo: files.repo(),
	}
	for _, f := range report.Findings {
		in.Deliverable.Findings = append(in.Deliverable.Findings, gate.Finding{File: f.File, Line: f.Line, Severity: string(f.Severity), Claim: f.Claim, Evidence: f.Evidence, Fix: f.Fix})
	}
	return report, gate.Judge(in)
}

// TestDeliverablesPassTheGate: what the city's agents deliver on a repository
// with faults is worth its price by the city's own measure.
func TestDeliverablesPassTheGate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		category city.Category
		files    memory
		request  string
	}{
		{"review", city.CodeReview, demorepo.Files(), "Please review this repository. Correctness and error handling first, then SQL and concurrency."},
		{"review of a folder", city.CodeReview, demorepo.Files(), "Review internal/store: races, SQL, dropped errors. File and line for each finding."},
		{"terse review", city.CodeReview, demorepo.Files(), "Review my code"},
		{"scan", city.Security, demorepo.Files(), "Scan the repository for leaked secrets and vulnerabilities, with CWE numbers and fixes."},
		{"scan of the web part", city.Security, demorepo.Files(), "Security audit of web/: injection, path traversal, prototype pollution."},
		{"review of a clean repository", city.CodeReview, clean(), "Review the code for bugs and error handling"},
		{"scan of a clean repository", city.Security, clean(), "Check for secrets, injection and other vulnerabilities"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report, verdict := deliver(t, tt.category, tt.files, tt.request)
			if verdict.Verdict != gate.Pass || verdict.Score < 60 {
				t.Errorf("score %d: %+v\n%s", verdict.Score, verdict.Signals, report.Markdown)
			}
			for _, ref := range verdict.References {
				if ref.Status == grounding.RefMissing || ref.Status == grounding.RefLineOutOfRange {
					t.Errorf("the report cites %+v", ref)
				}
			}
			checkFindings(t, tt.files, report)
		})
	}
}

// checkFindings demands that each finding points at a line that exists and
// quotes what stands there.
func checkFindings(t *testing.T, files memory, report inspect.Report) {
	t.Helper()
	for _, f := range report.Findings {
		lines := strings.Split(string(files[f.File]), "\n")
		if f.Line < 1 || f.Line > len(lines) {
			t.Errorf("%s:%d does not exist", f.File, f.Line)
			continue
		}
		head, _, _ := strings.Cut(f.Evidence, "…")
		if f.Evidence == "" || !strings.Contains(lines[f.Line-1], head) {
			t.Errorf("%s:%d quotes %q, the line is %q", f.File, f.Line, f.Evidence, lines[f.Line-1])
		}
		if f.Claim == "" || f.Fix == "" {
			t.Errorf("finding without claim or fix: %+v", f)
		}
	}
}

// clean is a small program without a fault that the agents know.
func clean() memory {
	return memory{
		"go.mod":    []byte("module example.com/clean\n\ngo 1.26\n"),
		"README.md": []byte("# clean\n\nSums numbers.\n"),
		"sum/sum.go": []byte("// Package sum adds numbers.\npackage sum\n\nimport (\n\t\"errors\"\n\t\"fmt\"\n\t\"strconv\"\n)\n\n// ErrEmpty says that there was nothing to add.\nvar ErrEmpty = errors.New(\"nothing to add\")\n\n" +
			"// Strings adds decimal numbers. It returns ErrEmpty for an empty list.\nfunc Strings(list []string) (int64, error) {\n\tif len(list) == 0 {\n\t\treturn 0, ErrEmpty\n\t}\n\tvar total int64\n\tfor i, text := range list {\n\t\tn, err := strconv.ParseInt(text, 10, 64)\n\t\tif err != nil {\n\t\t\treturn 0, fmt.Errorf(\"number %d: %w\", i, err)\n\t\t}\n\t\ttotal += n\n\t}\n\treturn total, nil\n}\n"),
	}
}

func TestCleanRepositoryGivesNoFindings(t *testing.T) {
	t.Parallel()
	for category, agent := range agents {
		report, err := agent(t.Context(), clean(), inspect.Task{Description: "Review the code"})
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Findings) != 0 {
			t.Errorf("%s invents %+v", category, report.Findings)
		}
		if !strings.Contains(report.Markdown, "nothing to report") || !strings.Contains(report.Markdown, "Looked for and not found") {
			t.Errorf("%s does not say what it checked:\n%s", category, report.Markdown)
		}
	}
}

// TestDemoFaultsAreFound names the faults that were put into the demo's tree.
func TestDemoFaultsAreFound(t *testing.T) {
	t.Parallel()
	want := map[city.Category]map[string]string{ // file and the line's text → part of the claim
		city.CodeReview: {
			"internal/store/store.go|query := fmt.Sprintf":       "formatted into a SQL statement",
			"internal/store/store.go|tx.Commit()":                "the error of `tx.Commit` is dropped",
			"internal/store/store.go|defer tx.Rollback()":        "waits for the end of PickUp",
			"internal/store/store.go|for rows.Next() {":          "never asks `rows.Err()`",
			"internal/store/store.go|return s.n[owner]":          "without the lock",
			"internal/store/store.go|func (s Store) Stats()":     "copies the mutex",
			"internal/httpapi/handlers.go|ctx, _ := context":     "cancel function",
			"internal/httpapi/handlers.go|id, _ := strconv":      "assigned to `_`",
			"internal/notify/notify.go|res, err := c.http.Post":  "never closed",
			"cmd/parceld/main.go|http.ListenAndServe":            "without any timeout",
			"web/server.js|exec('lp -d '":                        "never looks at `err`",
			"web/server.js|fs.readFileSync":                      "blocks the server",
			"web/labels.js|parcel.fragile == true":               "compares with `==`",
			"scripts/report.py|def load(path, week, columns=[])": "one object for all calls",
			"scripts/report.py|except:":                          "bare except",
			"scripts/report.py|out = open(target":                "never closed",
			"package.json|\"test\":":                             "tests nothing",
			"Dockerfile|FROM golang:latest":                      "names no version",
		},
		city.Security: {
			"config/settings.env|STRIPE_KEY=":              "credential",
			"internal/store/store.go|query := fmt.Sprintf": "SQL",
			"internal/notify/notify.go|InsecureSkipVerify": "certificate",
			"internal/notify/notify.go|md5.Sum":            "broken",
			"web/server.js|exec('lp -d '":                  "shell line",
			"web/server.js|res.sendFile":                   "file path",
			"web/server.js|res.send(page.replace":          "unescaped",
			"web/merge.js|for (const key in source)":       "__proto__",
			"web/labels.js|Math.random()":                  "must not be guessed",
			"web/labels.js|eval(":                          "text as code",
			"scripts/report.py|rows = db.execute(":         "text of a statement",
			"scripts/report.py|subprocess.run(":            "shell line",
			"scripts/report.py|assert target":              "python -O",
			"scripts/import_parcels.py|yaml.load(f)":       "any object",
			"scripts/import_parcels.py|pickle.load(f)":     "trusts",
			"scripts/import_parcels.py|verify=False":       "certificate",
			"package.json|\"lodash\"":                      "CVE-2021-23337",
			"scripts/requirements.txt|PyYAML==5.3.1":       "CVE-2020-14343",
			"Dockerfile|FROM debian:stable":                "root",
		},
	}
	files := memory(demorepo.Files())
	for category, places := range want {
		report, _ := deliver(t, category, files, "Go through everything")
		for place, claim := range places {
			file, text, _ := strings.Cut(place, "|")
			found := false
			for _, f := range report.Findings {
				if f.File == file && strings.Contains(f.Claim, claim) && strings.Contains(strings.Split(string(files[file]), "\n")[f.Line-1], text) {
					found = true
				}
			}
			if !found {
				t.Errorf("%s: %q is not found in %s", category, claim, place)
			}
		}
	}
}

// TestSecretsAreMasked: no report repeats the key that it warns of.
func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	files := memory(demorepo.Files())
	_, key, _ := strings.Cut(string(files["config/settings.env"]), "STRIPE_KEY=")
	key = strings.TrimSpace(key)
	files["cmd/parceld/pay.go"] = []byte("package main\n\nimport \"net/http\"\n\nfunc pay() { http.Post(\"https://pay.example.com?key=" + key + "\", \"\", nil) }\n")
	for category := range agents {
		report, _ := deliver(t, category, files, "Look for leaked keys")
		text := report.Markdown
		for _, f := range report.Findings {
			text += f.Claim + f.Evidence + f.Fix
		}
		if strings.Contains(text, key) || strings.Contains(text, key[8:]) {
			t.Errorf("%s repeats the key", category)
		}
		if !strings.Contains(text, "credential") || !strings.Contains(text, "pay.go:5") {
			t.Errorf("%s does not report the key", category)
		}
	}
}

// TestSameInputSameReport: buyers who ask twice get one answer.
func TestSameInputSameReport(t *testing.T) {
	t.Parallel()
	for category, agent := range agents {
		task := inspect.Task{Description: "errors in web/ and scripts/report.py"}
		first, err := agent(t.Context(), memory(demorepo.Files()), task)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			again, err := agent(t.Context(), memory(demorepo.Files()), task)
			if err != nil || again.Markdown != first.Markdown {
				t.Fatalf("%s differs, %v", category, err)
			}
		}
	}
}

type broken struct{ memory }

func (broken) List(context.Context) ([]inspect.File, error) { return nil, errors.New("sandbox gone") }

func TestUnreadableRepository(t *testing.T) {
	t.Parallel()
	for category, agent := range agents {
		if _, err := agent(t.Context(), broken{}, inspect.Task{}); err == nil || !strings.Contains(err.Error(), "sandbox gone") {
			t.Errorf("%s: %v", category, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := agent(ctx, memory(demorepo.Files()), inspect.Task{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v after the context ended", category, err)
		}
	}
}

// TestHostileFiles: files that try to break the parsers cost the report
// nothing but themselves.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	files := memory{
		"deep.js":    []byte("x = " + strings.Repeat("[", 30_000)),
		"deep.py":    []byte("x = " + strings.Repeat("(", 30_000)),
		"deep.go":    []byte("package x\nvar x = " + strings.Repeat("(", 100_000)),
		"bang.js":    []byte("x = " + strings.Repeat("!", 60_000) + "y"),
		"sum.js":     []byte("x = 1" + strings.Repeat("+a", 20_000)),
		"else.js":    []byte(strings.Repeat("if (a) b; else ", 5_000) + "c"),
		"arrow.ts":   []byte("x = " + strings.Repeat("a => ", 10_000) + "1"),
		"open.py":    []byte("s = '''never closed"),
		"bad.go":     []byte("package"),
		"bad.ts":     []byte("interface {"),
		"bin.js":     []byte("\x00\x01\x02"),
		"latin.py":   []byte("s = '\xff\xfe'"),
		"empty.go":   nil,
		"ok.py":      []byte("try:\n    go()\nexcept:\n    pass\n"),
		"pkg/a.json": []byte("{"),
	}
	for category, agent := range agents {
		report, err := agent(t.Context(), files, inspect.Task{Description: "review"})
		if err != nil {
			t.Fatalf("%s: %v", category, err)
		}
		if category == city.CodeReview && !strings.Contains(report.Markdown, "bare except") {
			t.Errorf("the good file is not reviewed:\n%s", report.Markdown)
		}
	}
}
