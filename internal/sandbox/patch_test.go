package sandbox_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestPatch(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	if patch, _, err := b.Patch(t.Context(), b.task); err != nil || len(patch) != 0 {
		t.Errorf("nothing changed: got %q, %v", patch, err)
	}
	b.sh(t, `sed -i s/hi/ho/ main.go; mkdir d; echo new > d/new.txt; printf '\000\001' > bin; echo '*.log' > .gitignore; echo x > x.log
		ln -s /etc/passwd link; git add -A; git commit -qm work; mkfifo pipe; chmod 000 d`)
	patch, left, err := b.Patch(t.Context(), b.task)
	if err != nil || left > 0 {
		t.Fatalf("got %v, %v", left, err)
	}
	for _, want := range []string{"-\tprintln(\"hi\")", "+\tprintln(\"ho\")", "b/.gitignore", "GIT binary patch", "b/link", "+/etc/passwd"} {
		if !strings.Contains(string(patch), want) {
			t.Errorf("%q is not in\n%s", want, patch)
		}
	}
	if strings.Contains(string(patch), "x.log") {
		t.Error("ignored files are in the patch")
	}
	b.sh(t, "chmod 755 d")
	if patch, _, err = b.Patch(t.Context(), b.task); err != nil || !strings.Contains(string(patch), "+new") {
		t.Errorf("new files: got %q, %v", patch, err)
	}
}

// A patch turns a fresh clone into what the agent left, whatever it changed.
func TestPatchApplies(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	url := smallRepository(t)
	box, err := b.Provision(t.Context(), b.task, sandbox.Source{Repo: source.Repo{URL: url}})
	if err != nil {
		t.Fatal(err)
	}
	changes := strings.Join([]string{
		`sed -i '3s/.*/changed/' pkg0/file0.go`,
		`git mv pkg1/file1.go pkg2/renamed.go; echo more >> pkg2/renamed.go`,
		`mkdir -p deep/er; mv pkg3/file3.go 'deep/er/with space.go'`,
		`chmod +x pkg4/file4.go; rm pkg0/file5.go pkg1/file6.go`,
		`printf '\000\001\377' > blob.bin; head -c 100000 /dev/urandom > big.bin`,
		`printf 'caf\351 in latin 1\n' > latin.txt; printf 'no newline' > bare.txt; : > empty`,
		`echo x > 'a "quoted" name'; echo x > 'ünï cødé.txt'; echo x > "$(printf 'tab\tin it')"; echo x > 'back\slash'; echo x > ' lead'; echo x > -dash`,
		`printf 'name \351' | xargs -0 touch; printf 'diff --git a/x b/x\n--- a/x\n' > looks-like.diff`,
		`printf 'text %9000s\0after\n' x > late-nul`,
		`ln -s ../x link; rm pkg2/file2.go; ln -s pkg0 pkg2/file2.go; echo '* diff' > .gitattributes`,
		`printf 'a\r\nb\r\n' > crlf.txt`,
	}, "\n")
	b.sh(t, changes)
	patch, left, err := b.Patch(t.Context(), b.task)
	if err != nil {
		t.Fatal(err)
	}
	if left > 0 || !utf8.Valid(patch) || !strings.Contains(string(patch), "rename from pkg1/file1.go\nrename to pkg2/renamed.go") ||
		!strings.Contains(string(patch), "old mode 100644\nnew mode 100755") {
		t.Fatalf("left %d of\n%s", left, patch)
	}
	want := strings.TrimSpace(b.sh(t, "git add -A; git write-tree"))
	clone := filepath.Join(t.TempDir(), "clone")
	git := func(dir, stdin string, args ...string) string {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git(filepath.Dir(clone), "", "clone", "-q", url, clone)
	git(clone, "", "checkout", "-q", box.Commit)
	git(clone, string(patch), "apply", "--index", "--whitespace=nowarn", "-")
	if got := git(clone, "", "write-tree"); got != want {
		t.Errorf("the tree is %s, want %s:\n%s", got, want, git(clone, "", "status", "--short"))
	}
}

// A patch that would be too long has whole files only, and says what it lacks.
func TestPatchOfTooMuch(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	b.sh(t, "head -c 5000000 /dev/urandom > a.bin; seq 1 100000 > b.txt; echo last > z.txt")
	patch, left, err := b.Patch(t.Context(), b.task)
	if err != nil || left != 1 || len(patch) > sandbox.MaxPatch {
		t.Fatalf("left %d, %d bytes, %v", left, len(patch), err)
	}
	for name, in := range map[string]bool{"a/a.bin": false, "a/b.txt": true, "a/z.txt": true} {
		if strings.Contains(string(patch), "diff --git "+name) != in {
			t.Errorf("%s: want %v", name, in)
		}
	}
	b.sh(t, "for i in 1 2 3 4 5; do head -c 4000000 /dev/urandom > $i.bin; done")
	if patch, left, err = b.Patch(t.Context(), b.task); err != nil || left == 0 || len(patch) > sandbox.MaxPatch {
		t.Errorf("far too much: left %d, %d bytes, %v", left, len(patch), err)
	}
}

// What programs do to git, to /tmp and to the repository's configuration does
// not touch the patch.
func TestPatchOfTheHostile(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Limits.TmpBytes = 1 << 20 })
	b.provision(t, goCode)
	b.sh(t, `echo evil > new.txt
		git config core.fsmonitor 'touch /home/user/owned'; git config diff.external 'touch /home/user/owned'
		printf '[core]\n\tfsmonitor = touch /home/user/owned\n[diff]\n\texternal = touch /home/user/owned\n' > ~/.gitconfig
		printf '* diff=x filter=x\n' > .gitattributes; git config filter.x.clean 'touch /home/user/owned'; git config diff.x.textconv 'touch /home/user/owned'
		rm -rf .git/refs; head -c 2000000 /dev/zero > /tmp/full || true`)
	patch, _, err := b.Patch(t.Context(), b.task)
	if err != nil || !strings.Contains(string(patch), "+evil") {
		t.Errorf("got %q, %v", patch, err)
	}
	if got := b.sh(t, "ls /home/user"); got != "repo\n" {
		t.Errorf("the workspace's configuration was used: %q", got)
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	b.sh(t, `mkdir lib; printf 'a\nb' > lib/new.txt; echo '// more' >> main.go; ln -s /etc/passwd lib/link; mkfifo lib/pipe`)
	facts, err := b.Facts(t.Context(), b.task)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := facts.Close(); err != nil {
			t.Error(err)
		}
	}()
	want := []sandbox.FileFact{{Path: "main.go", Lines: 6}, {Path: "lib/new.txt", Lines: 2, Added: true}}
	if diff := cmp.Diff(want, facts.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, test := range []struct {
		path, content string
		ok            bool
	}{
		{"main.go", goCode, true}, // as delivered
		{"lib/new.txt", "a\nb", true},
		{"lib/link", "", false},
		{"lib/pipe", "", false},
		{"nope", "", false},
		{"../../etc/passwd", "", false},
		{"", "", false},
		{"main.go", goCode, true},
	} {
		if content, ok := facts.ReadFile(test.path); ok != test.ok || string(content) != test.content {
			t.Errorf("%q: got %q, %v", test.path, content, ok)
		}
	}
}

// A pipe or a link in the place of the repository keeps nobody waiting.
func TestFactsWithoutARepository(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	for _, instead := range []string{"mkfifo repo", "ln -s / repo", "true"} {
		replace := "cd /home/user; rm -rf repo; " + instead
		if result, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: replace, Dir: "/"}); err != nil || result.ExitCode != 0 {
			t.Fatalf("%s: %+v, %v", instead, result, err)
		}
		facts, err := b.Facts(t.Context(), b.task)
		if err != nil {
			t.Fatal(err)
		}
		if len(facts.Files) != 1 || facts.Files[0].Added {
			t.Errorf("%s: got %+v", instead, facts.Files)
		}
		if err := facts.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestFilesOfARunningSandbox(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	if _, err := b.WriteFile(t.Context(), b.task, "/home/user/repo/a/b/new.txt", []byte("from outside\n")); err != nil {
		t.Fatal(err)
	}
	if got := b.sh(t, "cat a/b/new.txt; echo more >> a/b/new.txt; touch a/b/mine"); got != "from outside\n" {
		t.Errorf("inside: got %q", got)
	}
	f, _, err := b.OpenFile(t.Context(), b.task, "/home/user/repo/a/b/new.txt", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if got, err := io.ReadAll(f); err != nil || string(got) != "from outside\nmore\n" {
		t.Errorf("outside: got %q, %v", got, err)
	}
}
