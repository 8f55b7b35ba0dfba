package httpapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/sandbox"
	aicity "aicity.dev/aicity/sdk/go"
)

// discounts is a project whose one test fails.
func discounts() map[string]string {
	return map[string]string{
		"shop.py": "LIMIT = 50\n\n\ndef discount(price, percent):\n    return price - price * percent // 100\n\n\ndef free(price):\n    return price == 0\n",
		"tests/test_shop.py": "import unittest\nfrom shop import discount\n\n\nclass Shop(unittest.TestCase):\n    def test_limit(self):\n        self.assertEqual(discount(100, 80), 50)\n\n" +
			"    def test_none(self):\n        self.assertEqual(discount(100, 0), 100)\n",
	}
}

const discountFix = "`discount` (shop.py:5) never looked at `LIMIT`, so 80 percent off 100 gave 20 instead of 50. It now cuts `percent` to `LIMIT` before it multiplies:\n\n" +
	"```python\ndef discount(price, percent):\n    percent = min(percent, LIMIT)\n    return price - price * percent // 100\n```\n\n" +
	"`test_limit` in tests/test_shop.py passes now. I added tests/test_free.py, which pins `free` at 0 and 1, since nothing tested it."

// trialled orders a fix of discounts, delivers what is written and waits for
// the verdict.
func trialled(t *testing.T, s *apptest.Server, result string, written map[string]string) (*job, *aicity.Task, *aicity.GateReport) {
	t.Helper()
	j := &job{Server: s, buyer: s.Buyer(t, 10_000), agent: s.Agent(t, "bug_fix")}
	order, err := j.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "bug_fix", MaxBudget: 700, AgentID: j.agent.ID,
		Acceptance: &aicity.Acceptance{Commands: []string{"python3 -m unittest discover -s tests"}},
		Input: aicity.TaskInput{
			Description: "discount in shop.py takes off more than LIMIT allows: tests/test_shop.py fails in test_limit. Fix it, and add a test for free.",
			ArchiveID:   upload(t, s, j.buyer, tarGz(t, members(discounts())...)),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	j.id = order.ID
	j.provision(t)
	j.start(t)
	for name, content := range written {
		j.write(t, sandbox.RepoDir+"/"+name, content)
	}
	if _, err := j.agent.Tasks.Complete(t.Context(), j.id, aicity.Completion{Output: aicity.Output{Result: result}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	for e, err := range j.buyer.Tasks.Events(ctx, j.id, "") {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == aicity.EventTaskCompleted || e.Type == aicity.EventTaskFailed {
			break
		}
	}
	done, err := j.buyer.Tasks.Get(t.Context(), j.id)
	if err != nil {
		t.Fatal(err)
	}
	report, err := j.buyer.Tasks.Gate(t.Context(), j.id)
	if err != nil || report.Executed == nil || len(report.Executed.Commands) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	return j, done, report
}

// A patch goes from complete through a real sandbox to the verdict, and the
// money follows what was found there.
func TestPatchIsTried(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	needSandbox(t, s)
	const fixed = "LIMIT = 50\n\n\ndef discount(price, percent):\n    percent = min(percent, LIMIT)\n    return price - price * percent // 100\n\n\ndef free(price):\n    return price == 0\n"
	t.Run("fixed and tested", func(t *testing.T) {
		t.Parallel()
		j, done, report := trialled(t, s, discountFix, map[string]string{
			"shop.py":            fixed,
			"tests/test_free.py": "import unittest\nfrom shop import free\n\n\nclass Free(unittest.TestCase):\n    def test_free(self):\n        self.assertTrue(free(0))\n        self.assertFalse(free(1))\n",
		})
		e := report.Executed
		if done.Status != aicity.TaskCompleted || e.Tests == nil || e.Tests.Before.Outcome != "failed" || e.Tests.After.Outcome != "ok" || e.Commands[0].Finding != "met" || len(e.Broken) > 0 {
			t.Errorf("%s: %+v", done.Status, e)
		}
		if !strings.Contains(strings.Join(e.Fixed, " "), "test_limit") || !strings.Contains(strings.Join(e.NewTests, " "), "test_free") {
			t.Errorf("fixed %q, new %q", e.Fixed, e.NewTests)
		}
		if len(e.Mutations) == 0 || !e.Mutations[0].Caught {
			t.Errorf("no new test noticed a fault: %+v", e.Mutations)
		}
		points := map[string]float64{}
		for _, signal := range report.Signals {
			points[signal.Name] = signal.Points
		}
		for _, name := range []string{"executed", "acceptance commands", "patch applies"} {
			if points[name] <= 0 {
				t.Errorf("%s earned nothing: %+v", name, points)
			}
		}
		if patch, err := j.buyer.Tasks.Patch(t.Context(), j.id); err != nil || !strings.Contains(patch, "+    percent = min(percent, LIMIT)") {
			t.Errorf("%v\n%s", err, patch)
		}
	})
	for name, written := range map[string]map[string]string{
		"builds no more":       {"shop.py": strings.Replace(fixed, "percent):", "percent:", 1)},
		"breaks what was well": {"shop.py": strings.Replace(fixed, "min(percent, LIMIT)", "LIMIT", 1)},
		"changes nothing":      {"NOTES.md": "I looked at it.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, done, report := trialled(t, s, discountFix, written)
			if done.Status != aicity.TaskFailed || report.Score >= 50 || report.Executed.Commands[0].Finding != "not_met" {
				t.Errorf("%s with %d: %+v", done.Status, report.Score, report.Executed)
			}
			if pool, err := j.buyer.Vault.Pool(t.Context()); err != nil || pool.Balance != 10_000 || pool.Held != 0 {
				t.Errorf("the buyer has %+v, %v", pool, err)
			}
		})
	}
	for name, written := range map[string]map[string]string{
		"leaves a file out": {"shop.py": fixed, "a.txt": strings.Repeat("0123456789abcdef\n", 300_000)},
		"has nothing else":  {"a.txt": strings.Repeat("0123456789abcdef\n", 300_000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, _, report := trialled(t, s, discountFix, written)
			e := report.Executed
			if e.Commands[0].Finding != "not_shown" || e.Tests != nil || !strings.Contains(e.Note, "leaves changes out") {
				t.Errorf("%+v", e)
			}
			patch, err := j.buyer.Tasks.Patch(t.Context(), j.id)
			if err != nil || !strings.Contains(patch, "\n# Left out, because") {
				t.Errorf("%v\n%.300s", err, patch)
			}
		})
	}
}
