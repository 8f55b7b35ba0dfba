package gate_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

var (
	corpusPath  = flag.String("corpus", "", "labelled deliverables, JSON lines, to measure the gate on")
	corpusRepos = flag.String("corpus-repos", "", "folder that holds the corpus's repositories as name@version")
)

type sample struct {
	ID          string
	Repo        struct{ Kind, Name, Version string }
	Category    city.Category
	Description string
	Output      string
	Label, Kind string
}

// dirSource is a directory as the gate sees it.
type dirSource string

func (d dirSource) ReadFile(p string) ([]byte, bool) {
	raw, err := os.ReadFile(filepath.Join(string(d), filepath.FromSlash(p)))
	return raw, err == nil
}

// repoFromDir lists a directory the way the sandbox lists a clone.
func repoFromDir(t testing.TB, dir string) *gate.Repo {
	t.Helper()
	repo := &gate.Repo{Source: dirSource(dir)}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		lines := strings.Count(string(raw), "\n")
		if len(raw) > 0 && raw[len(raw)-1] != '\n' {
			lines++
		}
		repo.Files = append(repo.Files, gate.RepoFile{Path: filepath.ToSlash(rel), Lines: lines})
		return nil
	})
	if err != nil {
		t.Fatalf("list repository: %v", err)
	}
	return repo
}

// TestCorpus measures the gate on labelled deliverables: no good one may fail,
// four out of five bad ones must.
func TestCorpus(t *testing.T) {
	if *corpusPath == "" {
		t.Skip("no -corpus given")
	}
	f, err := os.Open(*corpusPath)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	repos := map[string]*gate.Repo{}
	bad, caught := 0, 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		key := filepath.Base(s.Repo.Name) + "@" + s.Repo.Version
		if repos[key] == nil {
			repos[key] = repoFromDir(t, filepath.Join(*corpusRepos, key))
		}
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: s.Category, Description: s.Description},
			Deliverable: gate.Deliverable{Result: s.Output},
			Repo:        repos[key],
		})
		var parts []string
		for _, sig := range report.Signals {
			if sig.Max > 0 || sig.Points != 0 || sig.Cap != nil {
				part := sig.Name + " " + jsonOf(sig.Points)
				if sig.Cap != nil {
					part += "≤" + jsonOf(*sig.Cap)
				}
				parts = append(parts, part)
			}
		}
		t.Logf("%-12s %-10s %-13s %3d %s\n      %s", s.ID, s.Label, s.Kind, report.Score, report.Verdict, strings.Join(parts, " · "))
		for _, ref := range report.References {
			if ref.Status != gate.RefExists && s.Label != "bad" {
				t.Logf("      %s %+v", s.ID, ref)
			}
		}
		switch {
		case s.Label == "good" && report.Verdict == gate.Fail:
			t.Errorf("%s is good and fails with %d", s.ID, report.Score)
		case s.Label == "bad":
			bad++
			if report.Verdict == gate.Fail {
				caught++
			}
		}
	}
	t.Logf("%d of %d bad ones fail", caught, bad)
	if caught*5 < bad*4 {
		t.Errorf("only %d of %d bad deliverables fail", caught, bad)
	}
}

func jsonOf(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}
