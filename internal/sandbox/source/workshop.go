package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"aicity.dev/aicity/internal/city"
)

// Workshop is a sealed place in which git reads what hostile people wrote: no
// network, one folder, bounds on everything. It is for one user at a time and for
// the code of one task, never for another.
type Workshop interface {
	// Dir is its folder on the host, empty at first. Until the first Run nobody
	// else writes to it; after it, its names lead anywhere until Stop has returned.
	Dir() string
	// Run runs a program in that folder until it ends, and returns its exit code.
	// Errors: SANDBOX_UNAVAILABLE when it could not be started; any other when
	// the workshop died, or a writer failed.
	Run(ctx context.Context, job Job) (int, error)
	// Stop ends whatever runs in it; what it left can be read then.
	Stop(ctx context.Context) error
	// Close removes it.
	Close(ctx context.Context) error
}

// Job is a program to run in a workshop.
type Job struct {
	Argv           []string
	Env            []string // NAME=value
	Stdout, Stderr io.Writer
}

// Below a workshop's folder.
const (
	shopGit  = "git"  // the git directory
	shopTree = "tree" // the files
)

// bench is a workshop with an empty git directory and an empty tree in it.
type bench struct {
	w      Workshop
	limits Limits
}

func (f *Fetcher) bench(ctx context.Context) (*bench, error) {
	w, err := f.Workshop(ctx)
	if err != nil {
		return nil, err
	}
	b := &bench{w: w, limits: f.Limits}
	err = os.Mkdir(b.tree(), 0o755) //nolint:gosec // below a private folder; git inside reads it
	if err == nil {
		err = makeGitDir(filepath.Join(w.Dir(), shopGit))
	}
	if err != nil {
		err = fmt.Errorf("furnish workshop: %w", err)
		b.close(ctx, &err)
		return nil, err
	}
	return b, nil
}

// tree is where the files are on the host, as long as no program has run.
func (b *bench) tree() string { return filepath.Join(b.w.Dir(), shopTree) }

// close removes the workshop, and adds to an error that it could not.
func (b *bench) close(ctx context.Context, err *error) {
	if closed := b.w.Close(context.WithoutCancel(ctx)); closed != nil {
		*err = errors.Join(*err, closed)
	}
}

// git works with nothing of anybody's configuration, no hook and no filter, and
// refuses names that mean something else on another file system.
var gitConfig = [][2]string{
	{"core.hooksPath", "/dev/null"},
	{"core.fsmonitor", "false"},
	{"core.protectHFS", "true"},
	{"core.protectNTFS", "true"},
	{"core.bigFileThreshold", "16m"},
	{"core.attributesFile", "/dev/null"},
	{"core.excludesFile", "/dev/null"},
	{"core.safecrlf", "false"},
	{"core.autocrlf", "false"},
	{"core.fsync", "none"},
	{"index.threads", "1"},
	{"pack.threads", "1"},
	{"gc.auto", "0"},
	{"maintenance.auto", "false"},
	{"user.name", "AI City"},
	{"user.email", "city@aicity.invalid"},
	{"commit.gpgSign", "false"},
	{"submodule.recurse", "false"},
}

// gitEnv is what git gets to know.
func gitEnv() []string {
	env := []string{
		"HOME=/nonexistent", "LC_ALL=C", "TZ=UTC", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=", "GIT_NO_REPLACE_OBJECTS=1", "GIT_OPTIONAL_LOCKS=0", "GIT_LFS_SKIP_SMUDGE=1",
		"GIT_CONFIG_COUNT=" + strconv.Itoa(len(gitConfig)),
	}
	for i, pair := range gitConfig {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, pair[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, pair[1]))
	}
	return env
}

// How the scripts end when it is not git that failed.
const (
	exitNoGit    = 97
	exitNoCommit = 98
)

const scriptHead = `
command -v git >/dev/null || exit 97
export GIT_DIR="$PWD/git" GIT_WORK_TREE="$PWD/tree"
set -e
`

// openScript indexes and checks the pack $1, then prints the commit that the
// object $2 names and the entries of its tree, each with a NUL behind it. Some of
// what git finds fault with is old but harmless in real histories.
const openScript = scriptHead + `
git index-pack --strict=zeroPaddedFilemode=ignore,badTimezone=ignore,missingSpaceBeforeDate=ignore "git/objects/pack/$1" >/dev/null
if ! commit=$(git rev-parse --verify --quiet --end-of-options "$2^{commit}"); then
	git cat-file -e "$2" # else it did not come at all
	exit 98
fi
printf '%s\0' "$commit"
git ls-tree -r -t -l -z --full-tree "$commit"
`

// checkOutScript writes the files of the commit $1.
const checkOutScript = scriptHead + `
cd tree
git read-tree --reset -u --no-recurse-submodules "$1"
`

// recordScript commits the tree as it is and prints the commit. What the tree's
// own .gitignore names is part of what was delivered.
const recordScript = scriptHead + `
cd tree
git add --all --force -- .
git commit --quiet --allow-empty --no-verify --message='Code as delivered'
git rev-parse --verify HEAD
`

// keptErrors bounds what is kept of git's complaints, in bytes.
const keptErrors = 8 << 10

// gitError is a git that failed, or a workshop that died over it.
type gitError struct {
	doing  string
	code   int
	stderr string // names no file
	err    error
}

func (e *gitError) Error() string {
	return fmt.Sprintf("%s: exit code %d: %s: %v", e.doing, e.code, e.stderr, e.err)
}

func (e *gitError) Unwrap() error { return e.err }

// run runs a script. Errors: SANDBOX_UNAVAILABLE, gitError.
func (b *bench) run(ctx context.Context, doing, script string, stdout io.Writer, args ...string) error {
	stderr := &bounded{limit: keptErrors}
	code, err := b.w.Run(ctx, Job{Argv: append([]string{"/bin/sh", "-c", script, "git"}, args...), Env: gitEnv(), Stdout: stdout, Stderr: stderr})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case city.CodeOf(err) == city.CodeSandboxUnavailable:
		return err
	case err == nil && code == exitNoGit:
		return errNoGit()
	case err != nil || code != 0:
		return &gitError{doing: doing, code: code, stderr: withoutNames(stderr.String()), err: err}
	default:
		return nil
	}
}

// named is what git's complaint may tell of a file: a name in quotes, or all
// that comes before the reason.
var named = regexp.MustCompile(`'[^']*'|(?m:^.*: )`)

// withoutNames takes out of git's complaint what must not be logged.
func withoutNames(said string) string { return strings.TrimSpace(named.ReplaceAllString(said, "…")) }

// bounded keeps the first bytes written to it.
type bounded struct {
	bytes.Buffer
	limit int
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); room > 0 {
		_, _ = b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// noRoom reports whether something failed because the disk, or the workshop's
// part of it, is full.
func noRoom(err error) bool {
	if failure, ok := errors.AsType[*gitError](err); ok && strings.Contains(failure.stderr, "No space left on device") {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
