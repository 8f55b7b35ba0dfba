package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// protocols is what git may speak.
func (f *Fetcher) protocols() string {
	if f.AllowPrivate {
		return "https:http"
	}
	return "https"
}

// open checks the repository's address and starts the proxy for it.
func (f *Fetcher) open(ctx context.Context, repo Repo) (*proxy, error) {
	if err := CheckURL(repo.URL, f.AllowPrivate); err != nil {
		return nil, err
	}
	if err := checkRef(repo.Ref); err != nil {
		return nil, err
	}
	onlyFor := ""
	if u, err := url.Parse(repo.URL); err == nil && repo.Token != "" {
		onlyFor = hostPort(u)
	}
	return startProxy(ctx, f.AllowPrivate, f.Limits.Transfer, onlyFor)
}

// fullCommit is a commit named by its whole id.
var fullCommit = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// Probe asks the remote whether the repository and the ref exist. A commit id
// that no ref points at is taken on trust until it is cloned. Errors:
// REPO_NOT_ALLOWED, REPO_NOT_FOUND, REPO_UNREACHABLE, REPO_EMPTY, REF_NOT_FOUND.
func (f *Fetcher) Probe(ctx context.Context, repo Repo) error {
	ctx, cancel := context.WithTimeout(ctx, min(f.Limits.Time, probeTimeout))
	defer cancel()
	via, err := f.open(ctx, repo)
	if err != nil {
		return err
	}
	defer via.Close()
	g := newGit(Dest{}, f.Limits)
	g.online(repo, via)
	refs := &refScanner{ref: repo.Ref}
	if err := g.stream(ctx, f.protocols(), refs, "ls-remote", "--quiet", "--end-of-options", repo.URL); err != nil {
		return explain(err, via, repo.Ref)
	}
	switch {
	case refs.found, refs.any && fullCommit.MatchString(repo.Ref):
		return nil
	case refs.any && repo.Ref != "":
		return errRefNotFound()
	default:
		return errEmpty()
	}
}

// refScanner reads the lines of ls-remote as they come and keeps none.
type refScanner struct {
	ref        string
	any, found bool
	objects    []string // the ids of the refs that have the name
	partial    []byte
}

func (s *refScanner) Write(p []byte) (int, error) {
	s.partial = append(s.partial, p...)
	for {
		line, rest, ok := bytes.Cut(s.partial, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		s.partial = rest
		object, name, _ := strings.Cut(string(line), "\t")
		s.any = true
		switch name {
		case "HEAD":
			if s.ref == "" {
				s.names(object)
			}
		case s.ref, "refs/heads/" + s.ref, "refs/tags/" + s.ref:
			s.names(object)
		}
	}
}

// names notes an object that has the name; a host may repeat itself without end.
func (s *refScanner) names(object string) {
	if s.found = true; len(s.objects) < 2 {
		s.objects = append(s.objects, object)
	}
}

// branch is the name the checked-out branch gets.
func branch(ref string) string {
	if ref == "" || fullCommit.MatchString(ref) || strings.HasPrefix(ref, "refs/") {
		return "main"
	}
	return ref
}

// Clone fetches one commit of the repository into dest. The tree keeps a .git
// that works but names no remote. Errors: REPO_NOT_ALLOWED, REPO_NOT_FOUND,
// REPO_UNREACHABLE, REPO_EMPTY, REF_NOT_FOUND, REPO_TOO_LARGE; ErrMoved when
// dest holds something else than the ref names.
func (f *Fetcher) Clone(ctx context.Context, repo Repo, dest Dest) (Baseline, error) {
	ctx, cancel := context.WithTimeout(ctx, f.Limits.Time)
	defer cancel()
	via, err := f.open(ctx, repo)
	if err != nil {
		return Baseline{}, err
	}
	defer via.Close()
	online := newGit(dest, f.Limits)
	online.online(repo, via)
	object, err := f.object(ctx, online, via, repo)
	if err != nil {
		return Baseline{}, err
	}
	if object != "" {
		name := f.Cache.name(repo, object)
		if dest.Holds != "" && dest.Holds != name {
			return Baseline{}, ErrMoved
		}
		b, found, err := f.Cache.load(ctx, name, branch(repo.Ref), dest)
		if err != nil {
			return Baseline{}, err
		}
		if found {
			f.Cache.remember(repo, name)
			return b, nil
		}
	}
	if dest.Holds != "" {
		return Baseline{}, ErrMoved
	}
	if err := makeGitDir(dest.GitDir); err != nil {
		return Baseline{}, fmt.Errorf("make git directory: %w", err)
	}
	from := repo.Ref
	if from == "" {
		from = "HEAD"
	}
	_, err = online.run(ctx, f.protocols(), "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
		"--no-auto-maintenance", "--end-of-options", repo.URL, "+"+from+":"+fetchedRef)
	if err != nil {
		return Baseline{}, explain(err, via, repo.Ref)
	}
	b, err := f.checkOut(ctx, newGit(dest, f.Limits), dest, branch(repo.Ref))
	if err != nil || f.Cache == nil {
		return b, err
	}
	// What came is kept by its own id: the ref may have moved meanwhile.
	came, err := newGit(dest, f.Limits).run(ctx, "", "rev-parse", "--verify", "--quiet", fetchedRef)
	if err != nil {
		return Baseline{}, fmt.Errorf("name what was fetched: %w", err)
	}
	// A cache that cannot keep it only makes the next clone slower.
	name := f.Cache.name(repo, strings.TrimSpace(string(came)))
	if f.Cache.store(ctx, name, dest, b) == nil {
		f.Cache.remember(repo, name)
	}
	return b, nil
}

// object asks the remote for the id of what the ref names now; "" when there is
// no cache to look it up in, or more than one ref has the name.
func (f *Fetcher) object(ctx context.Context, online *git, via *proxy, repo Repo) (string, error) {
	if f.Cache == nil {
		return "", nil
	}
	refs := &refScanner{ref: repo.Ref}
	if err := (&git{limits: online.limits, config: online.config, secret: online.secret}).stream(ctx, f.protocols(), refs, "ls-remote", "--quiet", "--end-of-options", repo.URL); err != nil {
		return "", explain(err, via, repo.Ref)
	}
	switch {
	case len(refs.objects) == 1:
		return refs.objects[0], nil
	case len(refs.objects) == 0 && fullCommit.MatchString(repo.Ref):
		return repo.Ref, nil
	default:
		return "", nil
	}
}

// fetchedRef keeps what was fetched; it may be a tag, so it is no branch.
const fetchedRef = "refs/fetched"

// checkOut writes the fetched commit's files, once their number and size are known.
func (f *Fetcher) checkOut(ctx context.Context, g *git, dest Dest, branch string) (Baseline, error) {
	commit, err := peel(ctx, g, fetchedRef)
	if err != nil {
		return Baseline{}, err
	}
	list := &treeScanner{limits: f.Limits}
	if err := g.stream(ctx, "", list, "ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit); err != nil {
		if list.err != nil {
			return Baseline{}, list.err
		}
		return Baseline{}, fmt.Errorf("list files: %w", err)
	}
	if _, err := g.run(ctx, "", "read-tree", "--reset", "-u", "--no-recurse-submodules", commit); err != nil {
		return Baseline{}, fmt.Errorf("check out: %w", err)
	}
	return f.finish(ctx, dest, commit, branch, list.paths)
}

// peel resolves a ref to a commit; a tag may point at something else.
func peel(ctx context.Context, g *git, ref string) (string, error) {
	out, err := g.run(ctx, "", "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		var failure *gitError
		if errors.As(err, &failure) && ctx.Err() == nil {
			return "", errRefNotFound().WithCause(err)
		}
		return "", err
	}
	return strings.TrimSpace(string(out)), nil
}

// finish measures the tree and gives it its own .git.
func (f *Fetcher) finish(ctx context.Context, dest Dest, commit, branch string, paths []string) (Baseline, error) {
	files, err := keep(ctx, dest.Tree, paths, dest.Delivered)
	if err != nil {
		return Baseline{}, fmt.Errorf("measure: %w", err)
	}
	if err := dest.seal(commit, branch); err != nil {
		return Baseline{}, fmt.Errorf("write .git: %w", err)
	}
	if dest.Owner != 0 {
		if err := giveAll(dest.Tree, dest.Owner); err != nil {
			return Baseline{}, fmt.Errorf("hand over the files: %w", err)
		}
	}
	b := Baseline{Commit: commit, Files: files, Size: sizeOf(files)}
	if err := b.save(dest.GitDir); err != nil {
		return Baseline{}, fmt.Errorf("write manifest: %w", err)
	}
	return b, nil
}

// treeScanner reads ls-tree's entries and stops when the limits are passed.
type treeScanner struct {
	limits  Limits
	partial []byte
	entries int
	bytes   int64
	paths   []string // of files
	err     error
}

func (s *treeScanner) Write(p []byte) (int, error) {
	s.partial = append(s.partial, p...)
	for {
		entry, rest, ok := bytes.Cut(s.partial, []byte{0})
		if !ok {
			return len(p), nil
		}
		s.partial = rest
		if s.err = s.add(string(entry)); s.err != nil {
			return 0, s.err
		}
	}
}

// add takes "<mode> <type> <object> <size>\t<path>".
func (s *treeScanner) add(entry string) error {
	meta, path, _ := strings.Cut(entry, "\t")
	fields := strings.Fields(meta)
	if len(fields) != 4 {
		return fmt.Errorf("list files: unexpected entry of %d fields", len(fields))
	}
	if s.entries++; s.entries > s.limits.Files {
		return errTooManyFiles(s.limits.Files)
	}
	// Folders have entries of their own: the last part is all that is new.
	if len(path) > maxName || len(path)-strings.LastIndexByte(path, '/')-1 > maxPart {
		return errTooLarge(fmt.Sprintf("it has a file or folder whose name is longer than %d bytes", maxPart))
	}
	if fields[1] != "blob" {
		return nil
	}
	size, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil {
		return fmt.Errorf("list files: %w", err)
	}
	if s.bytes += size; s.bytes > s.limits.Bytes {
		return errTooManyBytes(s.limits.Bytes)
	}
	if mode := fields[0]; mode == "100644" || mode == "100755" {
		s.paths = append(s.paths, path)
	}
	return nil
}

// maxPart bounds one part of a path, in bytes, as Linux does.
const maxPart = 255

// makeGitDir makes an empty git directory; `git init` would do no more.
func makeGitDir(dir string) error {
	for _, sub := range []string{"objects/info", "objects/pack", "refs/heads"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil { //nolint:gosec // the sandbox's user reads it
			return err
		}
	}
	config := "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"
	for name, content := range map[string]string{"HEAD": "ref: refs/heads/main\n", "config": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil { //nolint:gosec // the sandbox's user reads it
			return err
		}
	}
	return nil
}

// probeTimeout bounds the question whether a repository exists.
const probeTimeout = 20 * time.Second
