package patch_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/gate/patch"
)

const orders = `package shop

// Total adds up.
func Total(lines []Line) int {
	sum := 0
	for _, l := range lines {
		sum += l.Price
	}
	return sum
}

// Free reports whether nothing is to pay.
func Free(price int) bool {
	return price == 0
}
`

// head names the file that the tests' diffs change.
const head = "--- a/orders.go\n+++ b/orders.go\n"

func TestApply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		diff     string
		want     string // of the changed file, when it fits
		why      string // it does not
		remark   string
		unknown  bool
		spaced   bool
		unspoken bool // nothing is remarked
	}{
		"exact":           {diff: "@@ -6,3 +6,3 @@ func Total\n \tfor _, l := range lines {\n-\t\tsum += l.Price\n+\t\tsum += l.Price * l.Count\n \t}\n", want: "l.Count", unspoken: true},
		"moved":           {diff: "@@ -60,3 +60,3 @@\n \tfor _, l := range lines {\n-\t\tsum += l.Price\n+\t\tsum += l.Price * l.Count\n \t}\n", want: "l.Count", remark: "moved by up to 54"},
		"miscounted":      {diff: "@@ -6,9 +6,2 @@\n \tfor _, l := range lines {\n-\t\tsum += l.Price\n+\t\tsum += l.Price * l.Count\n \t}\n\n", want: "l.Count", remark: "hunk 1 miscounts"},
		"no numbers":      {diff: "@@ func Free @@\n func Free(price int) bool {\n-\treturn price == 0\n+\treturn price <= 0\n }\n", want: "price <= 0", remark: "does not say at which line"},
		"two hunks":       {diff: "@@ -5,1 +5,1 @@\n-\tsum := 0\n+\tvar sum int\n@@ -14 +14 @@\n-\treturn price == 0\n+\treturn price <= 0\n", want: "var sum int", unspoken: true},
		"left out":        {diff: "@@ -5,9 +5,9 @@\n-\tsum := 0\n+\tvar sum int\n...\n-\treturn price == 0\n+\treturn price <= 0\n", want: "price <= 0"},
		"git's":           {diff: "diff --git a/orders.go b/orders.go\nindex 1..2 100644\n" + head + "@@ -5 +5 @@\n-\tsum := 0\n+\tvar sum int\n", want: "var sum int", unspoken: true},
		"bare blank line": {diff: "@@ -9,4 +9,4 @@\n-\treturn sum\n+\treturn max(sum, 0)\n }\n\n // Free reports whether nothing is to pay.\n", want: "max(sum, 0)", unspoken: true},
		"lost blank":      {diff: "@@ -5,2 +5,2 @@\n-\tsum := 0\n+\tvar sum int\n\tfor _, l := range lines {\n", want: "var sum int"},
		"windows":         {diff: "@@ -5 +5 @@\r\n-\tsum := 0\r\n+\tvar sum int\r\n", want: "var sum int", unspoken: true},
		"white space":     {diff: "@@ -5 +5 @@\n-    sum := 0\n+    var sum int\n", want: "var sum int", spaced: true, remark: "differs in white space"},
		"no newline":      {diff: "@@ -13,3 +13,3 @@\n func Free(price int) bool {\n-\treturn price == 0\n+\treturn price <= 0\n }\n\\ No newline at end of file\n", want: "price <= 0", unspoken: true},
		"taken away":      {diff: "--- a/orders.go\n+++ /dev/null\n@@ -5 +0,0 @@\n-\tsum := 0\n", why: "leaves some of its lines"},
		"no context":      {diff: "@@ -5,0 +6,1 @@\n+\t// start at nothing\n", want: "sum := 0\n\t// start at nothing\n\tfor", remark: "has no context"},
		"behind the end":  {diff: "@@ -500,0 +501,1 @@\n+\t// start at nothing\n", why: "hunk 1 adds behind the end"},
		"nowhere":         {diff: "@@\n+\t// start at nothing\n", why: "no line that says where", unknown: true},
		"invented":        {diff: "@@ -6,3 +6,3 @@\n \tfor _, line := range order.lines {\n-\t\tsum = add(sum, line)\n+\t\tsum += line.Price\n \t}\n", why: `hunk 1: the file has no line "for _, line := range order.lines {"`},
		"scattered":       {diff: "@@ -5,2 +5,2 @@\n-\tsum := 0\n-\treturn price == 0\n+\treturn 1\n+\treturn 2\n", why: "hunk 1: its lines do not stand together"},
		"second fails":    {diff: "@@ -5 +5 @@\n-\tsum := 0\n+\tvar sum int\n@@ -14 +14 @@\n-\treturn price == nil\n+\treturn true\n", why: `hunk 2: the file has no line "return price == nil"`},
		"backwards":       {diff: "@@ -14 +14 @@\n-\treturn price == 0\n+\treturn true\n@@ -5 +5 @@\n-\tsum := 0\n+\tvar sum int\n", why: "hunk 2: its lines do not stand together"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := tt.diff
			if !strings.Contains(text, "+++ ") {
				text = head + text
			}
			files := patch.Parse(text, false)
			if len(files) != 1 {
				t.Fatalf("%+v", files)
			}
			work := patch.DefaultWork
			got := files[0].Apply(patch.NewText(orders), &work)
			if files[0].Broken != "" || got.Fits != (tt.why == "") || got.Unknown != tt.unknown || got.Spaced != tt.spaced || !strings.Contains(got.Why, tt.why) {
				t.Fatalf("%+v: %+v", files[0], got)
			}
			if tt.why == "" && !strings.Contains(got.After, tt.want) {
				t.Errorf("the file becomes\n%s", got.After)
			}
			if all := strings.Join(got.Remarks, "\n"); !strings.Contains(all, tt.remark) || tt.unspoken && all != "" {
				t.Errorf("remarks %q", got.Remarks)
			}
		})
	}
}

// What the old side of a diff says is counted, also where it does not fit.
func TestRealLines(t *testing.T) {
	t.Parallel()
	files := patch.Parse(head+"@@ -3,4 +3,3 @@\n // Total adds up.\n func Total(lines []Line) int {\n-\tsum := 0.0\n+\tsum := 0\n \tfor _, l := range lines {\n", false)
	work := patch.DefaultWork
	got := files[0].Apply(patch.NewText(orders), &work)
	if got.Fits || got.Lines != 4 || got.Real != 3 {
		t.Errorf("%+v", got)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	type names struct{ Old, New string }
	tests := map[string]struct {
		text  string
		prose bool
		want  []names
	}{
		"prose around":  {"I changed this:\n\n" + head + "@@ -1 +1 @@\n-a\n+b\n\nand that is all.\n--- a line of prose\n", true, []names{{"orders.go", "orders.go"}}},
		"new file":      {"--- /dev/null\n+++ b/new.go\n@@ -0,0 +1,2 @@\n+package shop\n+var x = 1\n", false, []names{{"", "new.go"}}},
		"removed file":  {"--- a/old.go\n+++ /dev/null\n@@ -1 +0,0 @@\n-package shop\n", false, []names{{"old.go", ""}}},
		"renamed":       {"diff --git a/x.go b/y.go\nsimilarity index 90%\nrename from x.go\nrename to y.go\n", false, []names{{"x.go", "y.go"}}},
		"two":           {head + "@@ -1 +1 @@\n-a\n+b\ndiff --git a/z.go b/z.go\n--- a/z.go\n+++ b/z.go\n@@ -1 +1 @@\n-a\n+b\n", false, []names{{"orders.go", "orders.go"}, {"z.go", "z.go"}}},
		"dashes":        {"--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n--- drop it\n+++ keep it\n select 1\n", false, []names{{"q.sql", "q.sql"}}},
		"with a date":   {"--- orders.go\t2026-01-01 10:00:00\n+++ orders.go\t2026-01-02 10:00:00\n@@ -1 +1 @@\n-a\n+b\n", false, []names{{"orders.go", "orders.go"}}},
		"none":          {"- a list\n+ of things\n", true, nil},
		"only a header": {head, false, nil},
		"cut":           {"diff --git a/x.go b/x.go\nindex 1..2 100644\n" + strings.ReplaceAll(head, "orders", "x") + "@@ -1 +1 @@\n-a\n+b\n# Left out, because\n", false, []names{{"x.go", "x.go"}}},
	}
	for name, tt := range tests {
		var got []names
		for _, f := range patch.Parse(tt.text, tt.prose) {
			if f.Broken != "" {
				t.Errorf("%s: %+v", name, f)
			}
			got = append(got, names{f.Old, f.New})
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A hunk that could stand at any of very many places costs bounded work.
func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	same := strings.Repeat("same\n", 100_000)
	files := patch.Parse("--- a/x\n+++ b/x\n@@ -1,1001 +1,1 @@\n"+strings.Repeat(" same\n", 1000)+"-other\n+same\n", false)
	work := patch.Work(1_000_000)
	got := files[0].Apply(patch.NewText(same+"other x\nother\nsame\n"), &work)
	if got.Fits || work < -10 {
		t.Errorf("%+v, %d left", got.Why, work)
	}
}

// No text breaks the parser, and what fits yields a file.
func FuzzPatch(f *testing.F) {
	f.Add(head+"@@ -6,3 +6,3 @@\n \tfor _, l := range lines {\n-\t\tsum += l.Price\n+\t\tsum += 1\n \t}\n", orders)
	f.Add("--- /dev/null\n+++ b/new.go\n@@ -0,0 +1 @@\n+x\n", "")
	f.Add("diff --git a/x b/y\nrename from x\nrename to y\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n", "a")
	f.Add("--- a\n+++ b\n@@\n-a\n...\n+b\n@@ -0 +9999999999 @@\n", "a\r\nb")
	f.Add("diff --git a/b b/b\nGIT binary patch\nliteral 1\nIcmZQz\n", "")
	f.Fuzz(func(t *testing.T, text, content string) {
		to := patch.NewText(content)
		for _, prose := range []bool{true, false} {
			work := patch.Work(100_000)
			for _, file := range patch.Parse(text, prose) {
				got := file.Apply(to, &work)
				if got.Fits == (got.Why != "") || got.Real > got.Lines || got.Unknown && got.Fits {
					t.Errorf("%+v", got)
				}
			}
		}
	})
}

// The lines of a hunk must stand in the file one behind the other: those that
// stand elsewhere, or nowhere, were made up; a slip in a line was not.
func TestMadeUpLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, diff                    string
		removed, made, missed, absent int
	}{
		{"left out between", "@@ -3,9 +3,2 @@\n-\tsum := 0\n-\treturn sum\n+\treturn 0\n", 2, 0, 2, 0},
		{"with a slip", "@@ -3,9 +3,2 @@\n-\tsum := 0\n-\tfor _, l := range line {\n-\treturn sum\n+\treturn 0\n", 3, 0, 3, 0},
		{"one from elsewhere", "@@ -3,9 +3,2 @@\n-\treturn price == 0\n-\tsum := 0\n-\treturn sum\n+\treturn 0\n", 3, 1, 3, 1},
		{"made up", "@@ -3,9 +3,2 @@\n-\tsum := 0\n-\tdefer done.Unlock()\n-\ttotal.add(l)\n-\treturn sum\n+\treturn 0\n", 4, 2, 4, 2},
		{"around what is there", "@@ -3,9 +3,10 @@\n func Total(lines []Line) int {\n \tdefer done.Unlock()\n \ttotal.add(l)\n+\tlog(lines)\n \treturn sum\n", 0, 0, 4, 2},
		{"around lines left out", "@@ -3,9 +3,10 @@\n func Total(lines []Line) int {\n+\tlog(lines)\n \treturn sum\n", 0, 0, 2, 0},
	} {
		files := patch.Parse(head+tt.diff, false)
		work := patch.DefaultWork
		got := files[0].Apply(patch.NewText(orders), &work)
		if got.Fits || got.Removed != tt.removed || got.Made != tt.made || got.Missed != tt.missed || got.Absent != tt.absent {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

// A hunk takes nothing away that stands elsewhere than what surrounds it, or that has another
// value there; lines that were left out between do not matter.
func TestTakenFromElsewhere(t *testing.T) {
	t.Parallel()
	const around = "@@ -3,9 +3,9 @@\n func Total(lines []Line) int {\n \tsum := 0\n-%s\n+\treturn 1\n \treturn sum\n"
	for removed, want := range map[string]bool{"\treturn price == 0": true, "\tdefer done.Unlock()": true, "\tfor _, l := range lines {": false} {
		files := patch.Parse(head+strings.Replace(around, "%s", removed, 1), false)
		work := patch.DefaultWork
		if got := files[0].Apply(patch.NewText(orders), &work); got.Fits || got.Elsewhere != want {
			t.Errorf("%q: %+v", removed, got)
		}
	}
	const flag = "package p\n\nfunc (s *Store) Has(key string) bool {\n\tlow := strings.ToLower(key)\n\tvalue := s.find(low, false)\n\treturn value != nil\n}\n"
	for value, want := range map[string]bool{"true": true, "false /* flags */": false} {
		files := patch.Parse(head+"@@ -3,5 +3,5 @@\n func (s *Store) Has(key string) bool {\n \tlow := strings.ToLower(key)\n-\tvalue := s.find(low, "+value+")\n+\tvalue := s.find(low, 1)\n \treturn value != nil\n", false)
		work := patch.DefaultWork
		if got := files[0].Apply(patch.NewText(flag), &work); got.Elsewhere != want {
			t.Errorf("%s: %+v", value, got)
		}
	}
}
