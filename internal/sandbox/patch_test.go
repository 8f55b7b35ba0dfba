package sandbox_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/sandbox"
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
	patch, truncated, err := b.Patch(t.Context(), b.task)
	if err != nil || truncated {
		t.Fatalf("got %v, %v", truncated, err)
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
	want := []sandbox.FileFact{{Path: "main.go", Bytes: int64(len(goCode)), Lines: 6}, {Path: "lib/new.txt", Bytes: 3, Lines: 2, Added: true}}
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
	f, err := b.OpenFile(t.Context(), b.task, "/home/user/repo/a/b/new.txt", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if got, err := io.ReadAll(f); err != nil || string(got) != "from outside\nmore\n" {
		t.Errorf("outside: got %q, %v", got, err)
	}
}
