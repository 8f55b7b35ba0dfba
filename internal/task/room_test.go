package task_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/trial"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store/storetest"
	"aicity.dev/aicity/internal/task"
)

// workshop is a sandbox with code, in which a test does an agent's work.
type workshop struct {
	*sandbox.Service
	task string
}

func newWorkshop(t *testing.T, files map[string]string) workshop {
	t.Helper()
	s, err := sandbox.New(sandbox.Config{
		DB: storetest.SQLite(t), Backend: sandboxtest.Backend(t), Fetcher: &source.Fetcher{Limits: source.DefaultLimits()},
		Dir: t.TempDir(), Node: "here", Limits: sandbox.DefaultLimits(), Max: 4, Life: time.Hour, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	w := workshop{s, city.NewID(city.PrefixTask)}
	packed := pack(t, files)
	info, err := packed.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Provision(t.Context(), w.task, sandbox.Source{Archive: &source.Archive{Content: packed, Size: info.Size()}}); err != nil {
		t.Fatal(err)
	}
	return w
}

// pack is a work tree as a buyer uploads it.
func pack(t *testing.T, files map[string]string) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "code.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	z := gzip.NewWriter(f)
	w := tar.NewWriter(z)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return f
}

// try writes the agent's files and tries the patch that results.
func (w workshop) try(t *testing.T, written map[string]string, commands ...string) gate.Executed {
	t.Helper()
	for name, text := range written {
		if _, err := w.WriteFile(t.Context(), w.task, sandbox.RepoDir+"/"+name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	patch, _, err := w.Patch(t.Context(), w.task)
	if err != nil {
		t.Fatal(err)
	}
	rehearsal, err := w.Rehearse(t.Context(), w.task)
	if err != nil {
		t.Fatal(err)
	}
	found, err := trial.Run(t.Context(), task.NewRoom(rehearsal), trial.Plan{Patch: patch, Tests: true, Commands: commands})
	if err != nil {
		t.Error(err)
	}
	if err := rehearsal.Close(t.Context()); err != nil {
		t.Error(err)
	}
	return found
}

// shop is the same small project in three languages, with a fault: a discount
// above the limit is not cut.
var shop = map[string]struct {
	files            map[string]string
	fix, good, blind map[string]string // what agents hand in
	broken           map[string]string
	newTest, oldTest string
}{
	"go": {
		files: map[string]string{
			"go.mod":       "module example.com/shop\n\ngo 1.24\n",
			"shop.go":      "package shop\n\nconst limit = 50\n\n// Discount takes percent off a price.\nfunc Discount(price, percent int) int {\n\treturn price - price * percent / 100\n}\n\n// Free reports whether nothing is to pay.\nfunc Free(price int) bool {\n\treturn price == 0\n}\n",
			"shop_test.go": "package shop\n\nimport \"testing\"\n\nfunc TestDiscountLimit(t *testing.T) {\n\tif got := Discount(100, 80); got != 50 {\n\t\tt.Errorf(\"got %d\", got)\n\t}\n}\n\nfunc TestNone(t *testing.T) {\n\tif Discount(100, 0) != 100 {\n\t\tt.Error(\"not whole\")\n\t}\n}\n",
		},
		fix:     map[string]string{"shop.go": "package shop\n\nconst limit = 50\n\n// Discount takes percent off a price.\nfunc Discount(price, percent int) int {\n\tpercent = min(percent, limit)\n\treturn price - price * percent / 100\n}\n\n// Free reports whether nothing is to pay.\nfunc Free(price int) bool {\n\treturn price == 0\n}\n"},
		good:    map[string]string{"free_test.go": "package shop\n\nimport \"testing\"\n\nfunc TestFree(t *testing.T) {\n\tif !Free(0) || Free(1) {\n\t\tt.Error(\"free is wrong\")\n\t}\n}\n"},
		broken:  map[string]string{"shop.go": "package shop\n\nfunc Discount(price, percent int) int { return undefined }\n"},
		newTest: "example.com/shop.TestFree", oldTest: "example.com/shop.TestDiscountLimit",
	},
	"node": {
		files: map[string]string{
			"package.json": `{"name":"shop","version":"1.0.0","scripts":{"test":"node --test"}}`,
			"shop.js":      "exports.discount = (price, percent) => {\n  return price - price * percent / 100\n}\n\nfunction free(price) {\n  return price === 0\n}\nexports.isFree = free\n",
			"shop.test.js": "const test = require('node:test')\nconst assert = require('node:assert')\nconst { discount } = require('./shop.js')\ntest('the limit holds', () => assert.equal(discount(100, 80), 50))\ntest('nothing off', () => assert.equal(discount(100, 0), 100))\n",
		},
		fix:     map[string]string{"shop.js": "exports.discount = (price, percent) => {\n  return price - price * Math.min(percent, 50) / 100\n}\n\nfunction free(price) {\n  return price === 0\n}\nexports.isFree = free\n"},
		good:    map[string]string{"free.test.js": "const test = require('node:test')\nconst assert = require('node:assert')\nconst { isFree: free } = require('./shop.js')\ntest('free', () => { assert.ok(free(0)); assert.ok(!free(1)) })\n"},
		blind:   map[string]string{"free.test.js": "const test = require('node:test')\nconst { isFree: free } = require('./shop.js')\ntest('free', () => { free(0) })\n"},
		newTest: "free", oldTest: "the limit holds",
	},
	"python": {
		files: map[string]string{
			"shop.py":            "def discount(price, percent):\n    return price - price * percent // 100\n\n\ndef free(price):\n    return price == 0\n",
			"tests/test_shop.py": "import unittest\nfrom shop import discount\n\n\nclass Shop(unittest.TestCase):\n    def test_limit(self):\n        self.assertEqual(discount(100, 80), 50)\n\n    def test_none(self):\n        self.assertEqual(discount(100, 0), 100)\n",
		},
		fix:     map[string]string{"shop.py": "def discount(price, percent):\n    return price - price * min(percent, 50) // 100\n\n\ndef free(price):\n    return price == 0\n"},
		good:    map[string]string{"tests/test_free.py": "import unittest\nfrom shop import free\n\n\nclass Free(unittest.TestCase):\n    def test_free(self):\n        self.assertTrue(free(0))\n        self.assertFalse(free(1))\n"},
		blind:   map[string]string{"tests/test_free.py": "import unittest\nfrom shop import free\n\n\nclass Free(unittest.TestCase):\n    def test_free(self):\n        free(0)\n"},
		broken:  map[string]string{"shop.py": "def discount(price, percent:\n    return\n"},
		newTest: "test_free", oldTest: "test_limit",
	},
}

func holds(tests []string, part string) bool {
	return strings.Contains(strings.Join(tests, "\n"), part)
}

func TestTrials(t *testing.T) {
	t.Parallel()
	for name, project := range shop {
		t.Run(name+" fixed", func(t *testing.T) {
			t.Parallel()
			e := newWorkshop(t, project.files).try(t, project.fix)
			if !holds(e.Fixed, project.oldTest) || len(e.Broken) > 0 || e.Tests == nil || e.Tests.Before.Outcome != gate.OutcomeFailed || e.Tests.After.Outcome != gate.OutcomeOK {
				t.Errorf("%+v\n%+v", e, e.Tests)
			}
		})
		t.Run(name+" tested", func(t *testing.T) {
			t.Parallel()
			e := newWorkshop(t, project.files).try(t, project.good)
			if !holds(e.NewTests, project.newTest) || len(e.Mutations) == 0 || !e.Mutations[0].Caught {
				t.Errorf("%+v\n%+v", e, e.Tests)
			}
		})
		if project.broken != nil {
			t.Run(name+" broken", func(t *testing.T) {
				t.Parallel()
				e := newWorkshop(t, project.files).try(t, project.broken)
				if e.Build == nil || e.Build.Before.Outcome != gate.OutcomeOK || e.Build.After.Outcome != gate.OutcomeFailed {
					t.Errorf("%+v\n%+v", e, e.Build)
				}
			})
		}
		if project.blind == nil {
			continue // compiling Go's library once more shows nothing new
		}
		t.Run(name+" tested blindly", func(t *testing.T) {
			t.Parallel()
			e := newWorkshop(t, project.files).try(t, project.blind)
			if !holds(e.NewTests, project.newTest) || len(e.Mutations) == 0 || e.Mutations[0].Caught {
				t.Errorf("%+v\n%+v", e, e.Tests)
			}
		})
	}
}

// A project of no known kind has its tests behind make; what they print names
// none, so they count as a whole.
func TestMake(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"Makefile": "test: add.sh\n\tsh test.sh\n",
		"add.sh":   "echo $(($1 - $2))\n",
		"test.sh":  "test \"$(sh add.sh 1 2)\" = 3\n",
	}
	e := newWorkshop(t, files).try(t, map[string]string{"add.sh": "echo $(($1 + $2))\n"})
	if len(e.Fixed) != 1 || e.Tests == nil || e.Tests.Command != "make test" || e.Tests.Before.Outcome != gate.OutcomeFailed || e.Tests.After.Outcome != gate.OutcomeOK {
		t.Errorf("%+v\n%+v", e, e.Tests)
	}
}

// Acceptance commands run on the changed code, and nothing of the trial is left
// in the agent's sandbox.
func TestAcceptanceCommands(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, shop["python"].files)
	e := w.try(t, shop["python"].fix, "grep -q min shop.py", "touch left-behind && test -e missing", "no-such-tool --check", "curl https://example.com", "sleep 1000 & echo started")
	want := []string{gate.Met, gate.NotMet, gate.NotShown, gate.NotShown, gate.Met}
	for i, c := range e.Commands {
		if c.Finding != want[i] {
			t.Errorf("%s: %s, want %s (%+v)", c.Command, c.Finding, want[i], c.Run)
		}
	}
	if _, err := w.Stat(t.Context(), w.task, sandbox.RepoDir+"/left-behind"); city.CodeOf(err) != city.CodeFileNotFound {
		t.Errorf("the trial wrote into the agent's sandbox: %v", err)
	}
}

// What only a network could bring is neither good nor bad.
func TestMissingDependencies(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"go":     {"go.mod": "module example.com/a\n\ngo 1.24\n\nrequire example.com/other v1.0.0\n", "a.go": "package a\n\nimport _ \"example.com/other\"\n"},
		"node":   {"package.json": `{"scripts":{"test":"node -e \"require('left-pad')\""}}`, "index.js": "require('left-pad')\n"},
		"cargo":  {"Cargo.toml": "[package]\nname = \"a\"\nversion = \"0.1.0\"\n\n[dependencies]\nserde = \"1\"\n", "src/lib.rs": "use serde::Serialize;\n"}, // or no cargo at all
		"python": {"a.py": "import not_installed_anywhere\n", "test_a.py": "import unittest, a\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newWorkshop(t, files).try(t, map[string]string{"NOTES.md": "text\n"})
			if e.Tests == nil || e.Tests.After.Outcome != gate.OutcomeNotRun || e.Tests.After.Why == "" || len(e.Broken) > 0 {
				t.Errorf("%+v\n%+v", e, e.Tests)
			}
		})
	}
}
