package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/web/diff"
)

const patch = `diff --git a/main.go b/main.go
index 1..2 100644
--- a/main.go
+++ b/main.go
@@ -1,4 +1,5 @@ <script>alert(1)</script>
 package main
-// <b>old</b>
-func gone() {}
+// <b>new</b>
 
+var x = "<img src=x>"
+var y = 1
diff --git a/old name.txt b/new name.txt
old mode 100644
new mode 100755
similarity index 100%
rename from old name.txt
rename to new name.txt
diff --git a/blob.bin b/blob.bin
new file mode 100644
index 0000000000000000000000000000000000000000..587be6b4c3f93f93c489c0111bba5596147a26cb
Binary files /dev/null and b/blob.bin differ
diff --git a/dead.txt b/dead.txt
deleted file mode 100644
--- a/dead.txt
+++ /dev/null
@@ -1 +0,0 @@
-bye

# Left out, because a patch is no longer than 4 MiB: the changes of 2 files or more.
`

func TestLay(t *testing.T) {
	t.Parallel()
	files, all := diff.Lay(patch)
	if !all || len(files) != 4 {
		t.Fatalf("got %v, %+v", all, files)
	}
	var got []string
	for _, f := range files {
		got = append(got, fmt.Sprintf("%s<%s %q +%d -%d", f.Name, f.Was, f.Notes, f.Added, f.Deleted))
		for _, r := range f.Rows {
			got = append(got, fmt.Sprintf("%s %d|%d", r.Kind, r.Old, r.New))
			for _, side := range []string{r.Left, r.Right} {
				for _, bad := range []string{"<b>", "<img", "<script"} {
					if strings.Contains(side, bad) {
						t.Errorf("not escaped: %s", side)
					}
				}
			}
		}
	}
	want := []string{
		`main.go< [] +3 -2`, "skipped 0|0", "same 1|1", "changed 2|2", "changed 3|0", "same 4|3", "changed 0|4", "changed 0|5",
		`new name.txt<old name.txt ["renamed" "made executable"] +0 -0`, `blob.bin< ["new" "binary"] +0 -0`,
		`dead.txt< ["deleted"] +0 -1`, "skipped 0|0", "changed 1|0",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if left := files[0].Rows[1].Left; left != `<span class="kn">package</span><span class="w"> </span><span class="nx">main</span>` {
		t.Errorf("colours: %s", left)
	}
}

func TestLayIsBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "diff --git a/f%d.go b/f%d.go\n--- a/f%d.go\n+++ b/f%d.go\n@@ -0,0 +1,200 @@\n%s", i, i, i, i, strings.Repeat("+"+strings.Repeat("x", 2_000)+"\n", 200))
	}
	files, all := diff.Lay(b.String())
	rows, bytes := 0, 0
	for _, f := range files {
		rows += len(f.Rows)
		for _, r := range f.Rows {
			bytes += len(r.Right)
		}
	}
	if all || len(files) != 40 || rows > 5_000 || bytes > 5_000_000 {
		t.Errorf("all %v, %d files, %d rows, %d bytes", all, len(files), rows, bytes)
	}
}

// A patch of many short lines in one change is bounded as well.
func TestLayOfOneLongChangeIsBounded(t *testing.T) {
	t.Parallel()
	const lines = 100_000
	files, all := diff.Lay(fmt.Sprintf("diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -0,0 +1,%d @@\n%s", lines, strings.Repeat("+\n", lines)))
	if all || len(files) != 1 || files[0].Added != lines || len(files[0].Rows) > 5_000 {
		t.Errorf("all %v, %d files, +%d, %d rows", all, len(files), files[0].Added, len(files[0].Rows))
	}
}

func FuzzLay(f *testing.F) {
	f.Add(patch)
	f.Add("")
	f.Add("diff --git a/x b/x\n@@ -9223372036854775807,1 +1 @@\n-a\n+b\n")
	f.Fuzz(func(t *testing.T, text string) {
		files, _ := diff.Lay(text)
		for _, file := range files {
			for _, r := range file.Rows {
				for _, side := range []string{r.Left, r.Right} {
					if plain := strings.NewReplacer(`<span class="`, "", "</span>", "", `">`, "").Replace(side); strings.ContainsAny(plain, "<>\"'") {
						t.Errorf("not escaped: %s", side)
					}
				}
			}
		}
	})
}
