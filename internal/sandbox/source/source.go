// Package source brings a buyer's code into a workspace: from a git
// repository, from an archive or from text in the request. What it reads is
// hostile: addresses that lead inside, names that lead out, archives that
// grow without end, repositories that run something on checkout.
package source

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// Repo is a git repository to clone. Its token must never be shown or logged.
type Repo struct {
	URL   string
	Ref   string // branch, tag or full commit id; "" is the default branch
	Token string // "" when the repository is public; "user:password" or a token
}

// Limits bound what is fetched and kept.
type Limits struct {
	Bytes    int64         // of all files together
	Files    int           // files, links and folders
	Transfer int64         // over the network
	Time     time.Duration // for one fetch
}

// DefaultLimits suit repositories that an agent can work on.
func DefaultLimits() Limits {
	return Limits{Bytes: 512 << 20, Files: 50_000, Transfer: 256 << 20, Time: 2 * time.Minute}
}

// Fetcher fetches code.
type Fetcher struct {
	Limits Limits
	// AllowPrivate also takes plain http and addresses inside private, loopback
	// and link-local ranges.
	AllowPrivate bool
	Cache        *Cache // of fetched commits; nil is none
	// Workshop opens a workshop; Probe, Write and Empty need none.
	Workshop func(context.Context) (Workshop, error)
}

// Dest is where code goes: two empty folders that exist, and a file.
type Dest struct {
	Tree   string // the files
	Owner  int    // of Tree and all in it; 0 leaves them ours
	GitDir string // the git directory of the state they are in now, the baseline
	// Objects is the path under which GitDir/objects will be seen by those who
	// work in Tree; its .git borrows its objects from there.
	Objects string
	// Holds names the entry of the cache whose image Tree comes from, .git and
	// all; "" is that Tree is empty.
	Holds string
	// Delivered is the path of a file that will keep the content of the files as
	// they are now; it is not there yet, and no sandbox sees it.
	Delivered string
}

// Baseline is the state of the code before anybody worked on it.
type Baseline struct {
	Commit string // full id
	Size   Size
	Files  []File // sorted by path
}

// manifestName is where Baseline is kept beside the objects.
const manifestName = "aicity-baseline.json"

// seal gives Tree a .git of its own that shares the baseline's objects, so
// that git works in it as usual. It has no remote and no hook.
func (d Dest) seal(commit, branch string) error {
	return sealTree(filepath.Join(d.Tree, ".git"), d.GitDir, d.Objects, commit, branch)
}

// sealTree writes dir, the .git of a tree whose baseline is in gitDir.
func sealTree(dir, gitDir, objects, commit, branch string) error {
	files := map[string]string{
		"HEAD":                    "ref: refs/heads/" + branch + "\n",
		"config":                  treeConfig,
		"objects/info/alternates": objects + "\n",
		"refs/heads/" + branch:    commit + "\n",
	}
	for _, name := range []string{"index", "shallow"} {
		content, err := os.ReadFile(filepath.Join(gitDir, name)) //nolint:gosec // written by us
		if err == nil {
			files[name] = string(content)
		} else if !os.IsNotExist(err) {
			return err
		}
	}
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil { //nolint:gosec // the sandbox's user reads it
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil { //nolint:gosec // the sandbox's user reads it
			return err
		}
	}
	return nil
}

// treeConfig gives agents an identity to commit with.
const treeConfig = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = true
[user]
	name = Agent
	email = agent@sandbox.invalid
`
