package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

const (
	// MaxPatch bounds a patch, in bytes. Changes of whole files are left out
	// where it would be longer, so that the rest can be applied.
	MaxPatch = 4 << 20
	// maxDiff bounds what is looked at to choose from.
	maxDiff = 4 * MaxPatch
	// PatchTimeout bounds the making of a patch: its agent waits for the answer.
	PatchTimeout = 20 * time.Second
)

// patchScript prints the difference between the code as it was delivered and
// the files as they are, new ones included, ignored ones not. It uses the
// baseline's objects, which programs in the sandbox cannot change, a git
// directory of its own and none of the workspace's configuration. The index is
// a copy: new files are only noted in it, their content is not copied.
const patchScript = `
set -e
own=$(mktemp -d /tmp/patch.XXXXXX)
trap 'rm -rf "$own"' EXIT
cat "$1/index" > "$own/index"
mkdir -p "$own/objects" "$own/git/info" "$own/git/refs"
echo 'ref: refs/heads/main' > "$own/git/HEAD"
if [ "$5" = as-binary ]; then
	echo '* -diff' > "$own/git/info/attributes" # stronger than those of the tree
fi
tree=$2
if [ ! -d "$tree" ] || [ -L "$tree" ]; then # what was delivered is gone, and a link leads elsewhere
	tree="$own/none"
	mkdir "$tree"
fi
export GIT_DIR="$own/git" GIT_WORK_TREE="$tree" GIT_INDEX_FILE="$own/index"
export GIT_OBJECT_DIRECTORY="$own/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="$1/objects"
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 GIT_OPTIONAL_LOCKS=0 LC_ALL=C
cd "$tree"
git() { command git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.excludesFile=/dev/null \
	-c core.bigFileThreshold=16m -c diff.renameLimit=1000 "$@"; }
if ! git add --intent-to-add --ignore-errors -- . 2>/dev/null; then
	# Files that cannot be read are passed over; a full /tmp is not.
	head -c 65536 /dev/zero > "$own/room"
fi
git -c core.quotePath=$6 diff --no-ext-diff --no-textconv --no-color --full-index --find-renames $4 "$3" --
`

// Patch is what was changed in the repository since it was delivered, as `git
// diff` prints it and `git apply` takes it; it is text, so what is not UTF-8 is
// in it as a binary change. It is made inside the sandbox, of a workspace that
// nobody changes meanwhile: what the agent runs is ended. Left are the files whose
// changes were left out, at least, because it is no longer than MaxPatch and made
// within PatchTimeout. Errors: SANDBOX_NOT_FOUND, SANDBOX_UNAVAILABLE, SANDBOX_OOM.
func (s *Service) Patch(ctx context.Context, taskID string) (patch []byte, left int, err error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return nil, 0, err
	}
	defer release()
	bounded, cancel := context.WithTimeout(ctx, s.patchTime)
	defer cancel()
	patch, left, err = s.quietPatch(bounded, l)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return nil, 1, nil // it took too long to begin
	}
	return patch, left, err
}

// quietPatch is the patch of a workspace that nobody changes. A command that does
// not end goes with its sandbox.
func (s *Service) quietPatch(ctx context.Context, l *live) (patch []byte, left int, err error) {
	still, lift, err := l.hush(ctx, min(hushTimeout, s.patience))
	if err != nil {
		return nil, 0, err
	}
	defer lift()
	if still {
		patch, left, err = s.patch(ctx, l, "--binary")
		if err == nil || ctx.Err() != nil {
			return patch, left, err
		}
	}
	// Programs may have filled /tmp or the memory: a fresh sandbox has neither,
	// and leaving binary files out asks for less.
	if err := s.park(ctx, l); err != nil {
		return nil, 0, err
	}
	option := "--binary"
	if still {
		option = "--patch"
	}
	return s.patch(ctx, l, option)
}

func (s *Service) patch(ctx context.Context, l *live, option string) ([]byte, int, error) {
	diff, more, err := s.diff(ctx, l, option, "as-it-is", "false")
	if err != nil {
		return nil, 0, err
	}
	files := splitDiff(diff)
	if !isText(diff) {
		// The same changes in the same order, but as binary ones.
		again, _, err := s.diff(ctx, l, option, "as-binary", "true")
		if err != nil {
			return nil, 0, err
		}
		files = preferText(files, splitDiff(again))
	}
	left := 0
	if more { // the last is not whole, and there may be others
		files, left = files[:max(0, len(files)-1)], 1
	}
	var patch bytes.Buffer
	for _, file := range files {
		if patch.Len()+len(file) > MaxPatch || !isText(file) {
			left++
			continue
		}
		patch.Write(file)
	}
	return patch.Bytes(), left, nil
}

// isText reports whether every database keeps it as text.
func isText(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

// preferText takes each file's change as text where it is UTF-8, else as binary.
func preferText(text, binary [][]byte) [][]byte {
	if len(text) != len(binary) {
		return text
	}
	for i := range text {
		if !isText(text[i]) {
			text[i] = binary[i]
		}
	}
	return text
}

// splitDiff cuts a diff into the changes of single files. No line of a file's
// content begins as their first lines do.
func splitDiff(diff []byte) [][]byte {
	const begin = "diff --git "
	var files [][]byte
	for len(diff) > 0 {
		next := bytes.Index(diff[1:], []byte("\n"+begin))
		if next < 0 {
			return append(files, diff)
		}
		files, diff = append(files, diff[:next+2]), diff[next+2:]
	}
	return files
}

// diff runs the script; more says that it had more to print than maxDiff, or
// than it came to in its time.
func (s *Service) diff(ctx context.Context, l *live, option, how, quote string) (diff []byte, more bool, err error) {
	var patch, complaint bytes.Buffer
	result, err := s.runIn(ctx, l, Command{
		Argv: []string{"/bin/sh", "-c", patchScript, "patch", BaselineDir, RepoDir, l.box.Commit, option, how, quote}, Dir: "/",
	}, maxDiff, func(stream Stream, p []byte) {
		if stream == Stdout {
			patch.Write(p)
		} else if complaint.Len() < 1<<10 {
			complaint.Write(p)
		}
	})
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errOverflow) {
		// Whoever makes much, or makes it slow, does not get away without a patch.
		return patch.Bytes(), true, nil
	}
	if err != nil {
		return nil, false, err
	}
	if result.ExitCode != 0 {
		return nil, false, fmt.Errorf("make patch: exit code %d: %s", result.ExitCode, complaint.String())
	}
	return patch.Bytes(), result.Truncated, nil
}
