package source

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"aicity.dev/aicity/internal/city"
)

// git runs the system's git with nothing of the user's or the machine's
// configuration, no prompt, no hook, no filter, one protocol, and bounds on
// memory and file size.
type git struct {
	dir    string // GIT_DIR, "" for none
	tree   string // GIT_WORK_TREE, "" for none
	config [][2]string
	secret []string // never to be seen in an error
	limits Limits
}

// newGit returns a git for local work.
func newGit(d Dest, limits Limits) *git {
	return &git{dir: d.GitDir, tree: d.Tree, limits: limits, config: [][2]string{
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
		{"advice.detachedHead", "false"},
		{"init.defaultBranch", "main"},
		{"user.name", "AI City"},
		{"user.email", "city@aicity.invalid"},
		{"commit.gpgSign", "false"},
		{"submodule.recurse", "false"},
		{"protocol.version", "2"},
		{"fetch.fsckObjects", "true"},
		// Old but harmless in real histories.
		{"fetch.fsck.zeroPaddedFilemode", "ignore"},
		{"fetch.fsck.badTimezone", "ignore"},
		{"fetch.fsck.missingSpaceBeforeDate", "ignore"},
		{"fetch.unpackLimit", "1"},
		{"fetch.recurseSubmodules", "false"},
	}}
}

// online lets git reach the repository through the proxy.
func (g *git) online(repo Repo, via *proxy) {
	g.config = append(g.config,
		[2]string{"http.proxy", via.URL()},
		[2]string{"http.followRedirects", "initial"},
		[2]string{"http.lowSpeedLimit", "1000"},
		[2]string{"http.lowSpeedTime", "20"},
		[2]string{"http.emptyAuth", "false"},
		[2]string{"credential.helper", ""},
		[2]string{"core.askPass", ""},
	)
	g.secret = append(g.secret, repo.URL)
	if u, err := url.Parse(repo.URL); err == nil {
		g.secret = append(g.secret, u.Host, u.Path, strings.TrimPrefix(u.Path, "/"))
	}
	if repo.Token == "" {
		return
	}
	login := repo.Token
	if !strings.Contains(login, ":") {
		// Hosts ignore the name that goes with a token, or want this one.
		login = "x-access-token:" + login
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(login))
	g.config = append(g.config, [2]string{"http.extraHeader", "Authorization: Basic " + encoded})
	g.secret = append(g.secret, repo.Token, encoded)
}

// env is everything git gets to know.
func (g *git) env(protocols string) []string {
	env := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=/bin/false", "SSH_ASKPASS=/bin/false", "GIT_ALLOW_PROTOCOL=" + protocols, "GIT_PROTOCOL_FROM_USER=0",
		"GIT_SSH_COMMAND=/bin/false", "GIT_NO_REPLACE_OBJECTS=1", "GIT_OPTIONAL_LOCKS=0", "GIT_LFS_SKIP_SMUDGE=1",
		"GIT_CONFIG_COUNT=" + strconv.Itoa(len(g.config)),
	}
	if g.dir != "" {
		env = append(env, "GIT_DIR="+g.dir)
	}
	if g.tree != "" {
		env = append(env, "GIT_WORK_TREE="+g.tree)
	}
	for i, pair := range g.config {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, pair[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, pair[1]))
	}
	return env
}

const (
	// gitMemory bounds the address space of each git process.
	gitMemoryKiB = 4 << 20
	// keptErrors bounds what is kept of git's complaints.
	keptErrors = 8 << 10
)

// gitError is a git that failed.
type gitError struct {
	verb   string
	stderr string // without secrets
	err    error
}

func (e *gitError) Error() string { return fmt.Sprintf("git %s: %v: %s", e.verb, e.err, e.stderr) }
func (e *gitError) Unwrap() error { return e.err }

// run runs git and returns what it prints.
func (g *git) run(ctx context.Context, protocols string, args ...string) ([]byte, error) {
	var out bytes.Buffer
	err := g.stream(ctx, protocols, &out, args...)
	return out.Bytes(), err
}

// command is git, not yet started. The shell in between sets the limits that
// git and its helpers inherit. Secrets are in its environment only, never in
// its arguments.
func (g *git) command(ctx context.Context, protocols string, args ...string) *exec.Cmd {
	script := fmt.Sprintf(`ulimit -v %d; ulimit -f %d; ulimit -c 0; exec git "$@"`, gitMemoryKiB, max(g.limits.Bytes, g.limits.Transfer)/512)
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", script, "git"}, args...)...) //nolint:gosec // arguments are checked
	cmd.Env = g.env(protocols)
	cmd.Dir = "/"
	if g.tree != "" {
		cmd.Dir = g.tree
	}
	// Its helpers end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd
}

// stream runs git with its output going to w.
func (g *git) stream(ctx context.Context, protocols string, w io.Writer, args ...string) error {
	cmd := g.command(ctx, protocols, args...)
	stderr := &bounded{limit: keptErrors}
	cmd.Stdout, cmd.Stderr = w, stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return &gitError{verb: args[0], stderr: g.clean(stderr.String()), err: err}
	}
	return nil
}

// named is what git's complaint may tell of a file: a name in quotes, or all
// that comes before the reason.
var named = regexp.MustCompile(`'[^']*'|(?m:^.*: )`)

// clean takes out of git's complaint what must not be logged.
func (g *git) clean(text string) string {
	if g.tree != "" && len(g.secret) == 0 {
		text = named.ReplaceAllString(text, "…")
	}
	for _, secret := range g.secret {
		if len(secret) > 1 {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return strings.TrimSpace(text)
}

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

// explain turns a failed fetch into what the buyer needs to know.
func explain(err error, via *proxy, ref string) error {
	if err == nil {
		return nil
	}
	var failure *gitError
	if !errors.As(err, &failure) {
		return err
	}
	said := func(phrases ...string) bool {
		for _, phrase := range phrases {
			if strings.Contains(failure.stderr, phrase) {
				return true
			}
		}
		return false
	}
	switch {
	case via.spent():
		return errTooLarge("more than the transfer limit came over the network").WithCause(err)
	case via.refused.Load():
		return errNotAllowed("it leads to an address that is not allowed").WithCause(err)
	case via.failed.Load(), errors.Is(err, context.DeadlineExceeded):
		return errUnreachable().WithCause(err)
	case errors.Is(err, context.Canceled):
		return err
	case said("couldn't find remote ref HEAD"):
		return errEmpty().WithCause(err)
	case said("couldn't find remote ref", "not our ref", "unadvertised object", "upload-pack: not our ref", "no such remote ref"):
		if ref == "" {
			return errEmpty().WithCause(err)
		}
		return errRefNotFound().WithCause(err)
	case said("not found", "returned error: 404", "returned error: 401", "returned error: 403", "Authentication failed",
		"could not read Username", "could not read Password", "not valid: is this a git repository", "does not appear to be a git repository",
		"invalid server response", "unable to update url base from redirection"):
		return errRepoNotFound().WithCause(err)
	default:
		return errUnreachable().WithCause(err)
	}
}

// The messages name neither URL nor ref: an agent that has not committed may
// be the one who reads them.

func errRepoNotFound() *city.Error {
	return city.Errorf(city.CodeRepoNotFound, "The repository does not exist, or it is private and needs a valid repoToken.")
}

func errRefNotFound() *city.Error {
	return city.Errorf(city.CodeRefNotFound, "The repository has no such ref: give a branch, a tag or a full commit id.")
}

func errEmpty() *city.Error {
	return city.Errorf(city.CodeRepoEmpty, "The repository has no commits on its default branch, or the URL is not one of a git repository.")
}

func errUnreachable() *city.Error {
	return city.Errorf(city.CodeRepoUnreachable, "The repository's host did not answer properly; try again later.")
}
