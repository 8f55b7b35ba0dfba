package secrets_test

import (
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/seedagent/inspect"
	"aicity.dev/aicity/internal/seedagent/inspect/inspecttest"
	"aicity.dev/aicity/internal/seedagent/inspect/secrets"
)

// Made up: they have the form of a key and open nothing.
const madeUp = "sk_test_" + "MadeUpForTheTest0123456789"

func TestFind(t *testing.T) {
	t.Parallel()
	repo := inspecttest.Load(t, inspecttest.Files{
		"app.env":       "A=1\n\nSTRIPE=" + madeUp + "\n",
		"pay_test.go":   "package p\n\nconst key = \"" + madeUp + "\"\n",
		"plain.go":      "package p\n\nconst key = \"hello\"\n",
		"first_line.py": "KEY = '" + madeUp + "'\n",
	})
	found, err := secrets.Find(t.Context(), repo)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]inspect.Hit{}
	for _, h := range found.Analysis.Hits {
		got[h.File] = h
		if strings.Contains(h.Claim+h.Fix, madeUp[6:]) {
			t.Errorf("the hit repeats the key: %+v", h)
		}
	}
	for file, line := range map[string]int{"app.env": 3, "pay_test.go": 3, "first_line.py": 1} {
		if got[file].Line != line {
			t.Errorf("%s: line %d, want %d", file, got[file].Line, line)
		}
		quoted := repo.Find(file).Lines[line-1]
		if masked := found.Mask(file, line, quoted); strings.Contains(masked, madeUp[6:]) || masked == quoted {
			t.Errorf("%s: %q is not masked", file, masked)
		}
	}
	if _, ok := got["plain.go"]; ok || len(got) != 3 {
		t.Errorf("hits %v", got)
	}
	if got["pay_test.go"].Severity != inspect.Medium || got["app.env"].Severity != inspect.Critical {
		t.Errorf("severities %v, %v", got["pay_test.go"].Severity, got["app.env"].Severity)
	}
}

// TestAtOnce: searches share no state.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	repo := inspecttest.Load(t, inspecttest.Files{"a.env": "STRIPE=" + madeUp + "\n"})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			found, err := secrets.Find(t.Context(), repo)
			if err != nil || len(found.Analysis.Hits) != 1 {
				t.Errorf("%v, %v", found, err)
			}
		})
	}
	wg.Wait()
}
