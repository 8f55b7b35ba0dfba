package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/source/smarthttp"
)

// fullCommit is a commit named by its whole id.
var fullCommit = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// origin is a repository on its host, and the way there.
type origin struct {
	*smarthttp.Remote
	net  *network
	ref  string
	refs smarthttp.Refs
}

// open asks the repository's host for the ref. Errors: those of Probe, but for
// REF_NOT_FOUND.
func (f *Fetcher) open(ctx context.Context, repo Repo) (_ *origin, err error) {
	if err := CheckURL(repo.URL, f.AllowPrivate); err != nil {
		return nil, err
	}
	if err := checkRef(repo.Ref); err != nil {
		return nil, err
	}
	r := &origin{net: newNetwork(f.AllowPrivate, f.Limits.Transfer), ref: repo.Ref}
	defer func() {
		if err != nil {
			r.net.close()
		}
	}()
	login := repo.Token
	if login != "" && !strings.Contains(login, ":") {
		// Hosts ignore the name that goes with a token, or want this one.
		login = "x-access-token:" + login
	}
	access := smarthttp.Access{URL: repo.URL, Login: login, PlainHTTP: f.AllowPrivate, Transport: r.net.transport}
	if r.Remote, err = smarthttp.Open(ctx, access, r.names()); err != nil {
		return nil, r.explain(ctx, err)
	}
	if r.refs, err = r.List(ctx, r.names()); err != nil {
		return nil, r.explain(ctx, err)
	}
	return r, nil
}

// names are what the ref may stand for, the first that is there wins, as in git.
// HEAD is there unless the repository is empty.
func (r *origin) names() []string {
	if r.ref == "" {
		return []string{"HEAD"}
	}
	return []string{r.ref, "refs/tags/" + r.ref, "refs/heads/" + r.ref, "HEAD"}
}

// object is the id of what the ref stands for now. A commit that no ref points
// at is taken on trust. Errors: REPO_EMPTY, REF_NOT_FOUND.
func (r *origin) object() (string, error) {
	if fullCommit.MatchString(r.ref) && r.refs.Any {
		return r.ref, nil
	}
	for _, name := range r.names() {
		if object := r.refs.Objects[name]; object != "" && (name != "HEAD" || r.ref == "" || r.ref == "HEAD") {
			return object, nil
		}
	}
	if r.refs.Any && r.ref != "" {
		return "", errRefNotFound()
	}
	return "", errEmpty()
}

// explain turns what went wrong with the host into what the buyer needs to know.
func (r *origin) explain(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case r.net.spent():
		return errTooLarge("more than the transfer limit came over the network").WithCause(err)
	case r.net.refused.Load(), errors.Is(err, smarthttp.ErrElsewhere):
		return errNotAllowed("it leads to an address that is not allowed").WithCause(err)
	case r.net.failed.Load(), ctx.Err() != nil:
		return errUnreachable().WithCause(err)
	case errors.Is(err, smarthttp.ErrDumb):
		return errDumb().WithCause(err)
	case errors.Is(err, smarthttp.ErrNotGit):
		return errEmpty().WithCause(err)
	case errors.Is(err, smarthttp.ErrNotFound):
		return errRepoNotFound().WithCause(err)
	case errors.Is(err, smarthttp.ErrPrivate):
		return errRepoPrivate().WithCause(err)
	case errors.Is(err, smarthttp.ErrNoObject):
		return errRefNotFound().WithCause(err)
	case noRoom(err):
		return errNoRoom().WithCause(err)
	default:
		return errUnreachable().WithCause(err)
	}
}

// Probe asks the remote whether the repository and the ref exist. A commit id
// that no ref points at is taken on trust until it is cloned. Errors:
// REPO_NOT_ALLOWED, REPO_NOT_FOUND, REPO_PRIVATE, REPO_UNREACHABLE, REPO_EMPTY, REF_NOT_FOUND.
func (f *Fetcher) Probe(ctx context.Context, repo Repo) error {
	ctx, cancel := context.WithTimeout(ctx, min(f.Limits.Time, probeTimeout))
	defer cancel()
	r, err := f.open(ctx, repo)
	if err != nil {
		return err
	}
	defer r.net.close()
	_, err = r.object()
	return err
}

// probeTimeout bounds the question whether a repository exists.
const probeTimeout = 20 * time.Second

// branch is the name the checked-out branch gets.
func branch(ref string) string {
	if ref == "" || fullCommit.MatchString(ref) || strings.HasPrefix(ref, "refs/") {
		return "main"
	}
	return ref
}

// Clone fetches one commit of the repository into dest. The tree keeps a .git
// that works but names no remote. Errors: REPO_NOT_ALLOWED, REPO_NOT_FOUND,
// REPO_UNREACHABLE, REPO_EMPTY, REF_NOT_FOUND, REPO_TOO_LARGE,
// SANDBOX_UNAVAILABLE; ErrMoved when dest holds something else than the ref names.
func (f *Fetcher) Clone(ctx context.Context, repo Repo, dest Dest) (Baseline, error) {
	ctx, cancel := context.WithTimeout(ctx, f.Limits.Time)
	defer cancel()
	r, err := f.open(ctx, repo)
	if err != nil {
		return Baseline{}, err
	}
	defer r.net.close()
	object, err := r.object()
	if err != nil {
		return Baseline{}, err
	}
	if f.Cache != nil {
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
	b, err := f.fetch(ctx, r, object, dest)
	if err != nil || f.Cache == nil {
		return b, err
	}
	// A cache that cannot keep it only makes the next clone slower.
	name := f.Cache.name(repo, object)
	if f.Cache.store(ctx, name, dest, b) == nil {
		f.Cache.remember(repo, name)
	}
	return b, nil
}

// fetch brings an object here and has a workshop make files of it.
func (f *Fetcher) fetch(ctx context.Context, r *origin, object string, dest Dest) (_ Baseline, err error) {
	b, err := f.bench(ctx)
	if err != nil {
		return Baseline{}, err
	}
	defer b.close(ctx, &err)
	pack, shallow, err := b.receive(ctx, r, object)
	if err != nil {
		return Baseline{}, r.explain(ctx, err)
	}
	r.net.close()
	commit, err := b.open(ctx, pack, object)
	if err == nil {
		err = b.run(ctx, "check out", checkOutScript, nil, commit)
	}
	var paths []string
	if err == nil {
		paths, err = b.unload(ctx, dest, commit)
	}
	if err != nil {
		return Baseline{}, worked(ctx, err)
	}
	if len(shallow) > 0 {
		lines := strings.Join(shallow, "\n") + "\n"
		if err := os.WriteFile(filepath.Join(dest.GitDir, "shallow"), []byte(lines), 0o644); err != nil { //nolint:gosec // the sandbox's user reads it
			return Baseline{}, fmt.Errorf("write shallow: %w", err)
		}
	}
	return f.finish(ctx, dest, commit, branch(r.ref), paths)
}

// worked explains why a workshop could make nothing of a repository.
func worked(ctx context.Context, err error) error {
	_, told := errors.AsType[*city.Error](err)
	switch {
	case errors.Is(ctx.Err(), context.Canceled), told:
		return err
	case noRoom(err):
		return errNoRoom().WithCause(err)
	default:
		return errUnreachable().WithCause(err)
	}
}

// receive writes the pack with an object to where git looks for packs, unseen,
// and returns its name there and what its history was cut off at.
func (b *bench) receive(ctx context.Context, r *origin, object string) (pack string, shallow []string, err error) {
	root, err := os.OpenRoot(b.w.Dir())
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = root.Close() }()
	folder := path.Join(shopGit, "objects/pack")
	incoming := path.Join(folder, "incoming")
	file, err := root.OpenFile(incoming, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = file.Close() }()
	out := bufio.NewWriterSize(file, 256<<10)
	if shallow, err = r.Fetch(ctx, object, out); err != nil {
		return "", nil, err
	}
	if err := out.Flush(); err != nil {
		return "", nil, err
	}
	// A pack is called after the checksum at its end.
	sum := make([]byte, len(object)/2)
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil && size < int64(len(sum)) {
		err = fmt.Errorf("%w: a pack of %d bytes", smarthttp.ErrHost, size)
	}
	if err == nil {
		_, err = file.ReadAt(sum, size-int64(len(sum)))
	}
	if err != nil {
		return "", nil, err
	}
	pack = "pack-" + hex.EncodeToString(sum) + ".pack"
	if len(shallow) > 0 {
		lines := strings.Join(shallow, "\n") + "\n"
		err = root.WriteFile(path.Join(shopGit, "shallow"), []byte(lines), 0o644)
	}
	return pack, shallow, errors.Join(err, root.Rename(incoming, path.Join(folder, pack)))
}

// open has the pack checked and returns the commit that the object names, once
// the number and size of its files are known. Errors: REF_NOT_FOUND, REPO_TOO_LARGE.
func (b *bench) open(ctx context.Context, pack, object string) (string, error) {
	list := &treeScanner{limits: b.limits}
	err := b.run(ctx, "open pack", openScript, list, pack, object)
	if list.err != nil {
		return "", list.err
	}
	if failure, ok := errors.AsType[*gitError](err); ok && failure.code == exitNoCommit {
		return "", errRefNotFound().WithCause(err)
	}
	if err == nil && list.commit == "" {
		err = fmt.Errorf("open pack: no commit was named")
	}
	return list.commit, err
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

// treeScanner reads what openScript prints and stops when the limits are passed.
type treeScanner struct {
	limits  Limits
	partial []byte
	commit  string
	entries int
	bytes   int64
	err     error
}

func (s *treeScanner) Write(p []byte) (int, error) {
	s.partial = append(s.partial, p...)
	for {
		entry, rest, ok := bytes.Cut(s.partial, []byte{0})
		if !ok {
			if len(s.partial) > 2*maxName {
				s.err = errLongName()
			}
			return len(p), s.err
		}
		s.partial = rest
		if s.err = s.add(string(entry)); s.err != nil {
			return 0, s.err
		}
	}
}

// add takes the commit and then "<mode> <type> <object> <size>\t<path>".
func (s *treeScanner) add(entry string) error {
	if s.commit == "" {
		if !fullCommit.MatchString(entry) {
			return errUnreachable().WithCause(errors.New("the commit has no proper name"))
		}
		s.commit = entry
		return nil
	}
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
		return errLongName()
	}
	if fields[1] != "blob" {
		return nil
	}
	size, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil || size < 0 {
		return fmt.Errorf("list files: a file of no size")
	}
	if s.bytes += size; s.bytes > s.limits.Bytes {
		return errTooManyBytes(s.limits.Bytes)
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
