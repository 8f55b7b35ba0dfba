package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// taken is a workshop whose git obeys somebody else: it leaves what it likes.
type taken struct {
	bare
	plant func(dir string) error
}

func (t taken) Stop(context.Context) error { return t.plant(t.dir) }

// replace puts a link in the place of a name.
func replace(name, target string) func(string) error {
	return func(dir string) error {
		path := filepath.Join(dir, name)
		return errors.Join(os.RemoveAll(path), os.Symlink(target, path))
	}
}

// put writes a file, with the folders that lead to it.
func put(name, content string) func(string) error {
	return func(dir string) error {
		path := filepath.Join(dir, name)
		return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644))
	}
}

// A git that was taken over harms nobody: what it leaves is refused or left out,
// and nothing of the host is read or written.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	host.repository(t, "app", map[string]string{"a.txt": "a\n", "d/b.txt": "b\n"})
	secrets := t.TempDir()
	for _, name := range []string{"a.txt", "index", "objects/pack/pack-" + strings.Repeat("0", 40) + ".pack"} {
		if err := put(name, "SECRET")(secrets); err != nil {
			t.Fatal(err)
		}
	}
	big := func(name string) func(string) error {
		return func(dir string) error {
			return errors.Join(put(name, "")(dir), os.Truncate(filepath.Join(dir, name), 1<<40))
		}
	}
	special := func(name string, mode uint32) func(string) error {
		return func(dir string) error {
			_ = os.Remove(filepath.Join(dir, name))
			return syscall.Mknod(filepath.Join(dir, name), mode|0o644, 1<<8|3)
		}
	}
	none := strings.Repeat("0", 40)
	for name, test := range map[string]struct {
		plant func(string) error
		want  city.Code
	}{
		"nothing":                          {func(string) error { return nil }, ""},
		"a link in a file's place":         {replace("tree/a.txt", filepath.Join(secrets, "a.txt")), ""}, // it leads nowhere inside
		"a link in the tree's place":       {replace("tree", secrets), city.CodeRepoUnreachable},
		"a link to the tree's neighbour":   {replace("tree", "git"), city.CodeRepoUnreachable},
		"a link in git's place":            {replace("git", secrets), city.CodeRepoUnreachable},
		"a link in the index's place":      {replace("git/index", filepath.Join(secrets, "index")), city.CodeRepoUnreachable},
		"a link in the objects' place":     {replace("git/objects", filepath.Join(secrets, "objects")), city.CodeRepoUnreachable},
		"a link in a pack's place":         {replace("git/objects/pack/pack-"+none+".pack", filepath.Join(secrets, "a.txt")), city.CodeRepoUnreachable},
		"no tree":                          {func(dir string) error { return os.RemoveAll(filepath.Join(dir, "tree")) }, city.CodeRepoUnreachable},
		"a FIFO":                           {special("tree/a.txt", syscall.S_IFIFO), city.CodeRepoUnreachable},
		"a FIFO in the index's place":      {special("git/index", syscall.S_IFIFO), city.CodeRepoUnreachable},
		"a device":                         {special("tree/null", syscall.S_IFCHR), city.CodeRepoUnreachable},
		"a socket":                         {special("tree/socket", syscall.S_IFSOCK), city.CodeRepoUnreachable},
		"a file of a terabyte":             {big("tree/big"), city.CodeRepoTooLarge},
		"a pack of a terabyte":             {big("git/objects/pack/pack-" + none + ".pack"), city.CodeRepoTooLarge},
		"an index of a terabyte":           {big("git/index"), city.CodeRepoTooLarge},
		"hooks":                            {put("tree/.git/hooks/post-checkout", "#!/bin/sh\n"), city.CodeRepoUnreachable},
		"hooks, in capitals, further down": {put("tree/d/.GIT/hooks/post-checkout", "#!/bin/sh\n"), city.CodeRepoUnreachable},
		"a file .git":                      {put("tree/d/.git", "gitdir: /etc\n"), city.CodeRepoUnreachable},
		"hooks of the baseline":            {put("git/hooks/post-checkout", "SECRET"), ""},
		"other objects to borrow from":     {put("git/objects/info/alternates", "SECRET"), ""},
		"settings":                         {put("git/config", "[core]\n\tfsmonitor = SECRET\n"), ""},
		"another head":                     {put("git/HEAD", "ref: refs/SECRET\n"), ""},
		"refs":                             {put("git/refs/heads/SECRET", none+"\n"), ""},
		"packed refs":                      {put("git/packed-refs", "SECRET"), ""},
		"a set-user-id program": {func(dir string) error {
			return os.Chmod(filepath.Join(dir, "tree/a.txt"), 0o755|fs.ModeSetuid|fs.ModeSetgid)
		}, ""},
		"a million files": {func(dir string) error {
			for i := range 2_000 {
				if err := put(fmt.Sprintf("tree/many/%d", i), "")(dir); err != nil {
					return err
				}
			}
			return nil
		}, city.CodeRepoTooLarge},
		"folders without end": {func(dir string) error {
			// No single path is as long, so it takes a walk.
			here, err := os.OpenRoot(filepath.Join(dir, "tree"))
			for name := strings.Repeat("x", 200); err == nil; {
				if len(here.Name()) > 8_000 {
					return here.Close()
				}
				var below *os.Root
				if err = here.Mkdir(name, 0o755); err == nil {
					below, err = here.OpenRoot(name)
				}
				_ = here.Close()
				here = below
			}
			return err
		}, city.CodeRepoTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "a device" && os.Geteuid() != 0 {
				t.Skip("only root makes devices")
			}
			f := private()
			f.Limits.Files = 1_000
			f.Workshop = func(ctx context.Context) (Workshop, error) {
				w, err := openBare(ctx)
				return taken{w.(bare), test.plant}, err
			}
			d := newDest(t)
			_, err := f.Clone(t.Context(), Repo{URL: host.URL + "/app"}, d)
			if err == nil && test.want != "" || err != nil && city.CodeOf(err) != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
			for _, dir := range []string{d.Tree, d.GitDir} {
				err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
					if err != nil || !entry.Type().IsRegular() {
						return err
					}
					info, err := entry.Info()
					if err == nil && info.Mode()&(fs.ModeSetuid|fs.ModeSetgid) != 0 {
						t.Errorf("%s has the rights of somebody else", path)
					}
					content, err2 := os.ReadFile(path)
					if strings.Contains(string(content), "SECRET") || strings.Contains(path, "SECRET") {
						t.Errorf("%s has what it should not", path)
					}
					return errors.Join(err, err2)
				})
				if err != nil {
					t.Error(err)
				}
			}
			if err == nil && inTree(t, d, "rev-parse", "HEAD") == "" {
				t.Error("git does not work in it")
			}
		})
	}
}

// A root file system without git is the operator's matter, and said as such.
func TestNoGit(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	host.repository(t, "app", map[string]string{"a.txt": "a\n"})
	f := private()
	f.Workshop = func(ctx context.Context) (Workshop, error) {
		w, err := openBare(ctx)
		return gitless{w.(bare)}, err
	}
	_, err := f.Clone(t.Context(), Repo{URL: host.URL + "/app"}, newDest(t))
	if city.CodeOf(err) != city.CodeSandboxUnavailable || !strings.Contains(err.Error(), "no git") {
		t.Errorf("a repository: %v", err)
	}
	_, err = f.Unpack(t.Context(), tarGz(t, member{name: "a", content: "x"}), newDest(t))
	if city.CodeOf(err) != city.CodeSandboxUnavailable {
		t.Errorf("an archive: %v", err)
	}
	if _, err := f.Write(t.Context(), "x = 1\n", newDest(t)); err != nil {
		t.Errorf("code needs no git: %v", err)
	}
}

type gitless struct{ bare }

func (g gitless) Run(ctx context.Context, job Job) (int, error) {
	job.Env = append(job.Env, "PATH=/nonexistent")
	return g.bare.Run(ctx, job)
}

// A workshop that dies says nothing of the code, wherever that comes from: it may
// be had at the next attempt.
func TestDeadWorkshopIsNobodysFault(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	host.repository(t, "app", map[string]string{"a.txt": "a\n"})
	for name, open := range map[string]func(bare) Workshop{
		"at work":         func(b bare) Workshop { return dying{b} },
		"when it stopped": func(b bare) Workshop { return taken{b, func(string) error { return errors.New("it does not stop") }} },
	} {
		f := private()
		f.Workshop = func(ctx context.Context) (Workshop, error) {
			w, err := openBare(ctx)
			return open(w.(bare)), err
		}
		if _, err := f.Clone(t.Context(), Repo{URL: host.URL + "/app"}, newDest(t)); city.CodeOf(err) != city.CodeRepoUnreachable {
			t.Errorf("%s, a repository: %v", name, err)
		}
		if _, err := f.Unpack(t.Context(), tarGz(t, member{name: "a", content: "x"}), newDest(t)); city.CodeOf(err) != city.CodeRepoUnreachable {
			t.Errorf("%s, an archive: %v", name, err)
		}
	}
}

type dying struct{ bare }

func (dying) Run(context.Context, Job) (int, error) { return 0, errors.New("it is gone") }
