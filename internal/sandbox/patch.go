package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// MaxPatch bounds a patch, in bytes; what is beyond it is cut off.
	MaxPatch     = 4 << 20
	patchTimeout = 2 * time.Minute
)

// patchScript prints the difference between the code as it was delivered and
// the files as they are, new ones included, ignored ones not. It uses the
// baseline's git directory, which programs in the sandbox cannot change, and
// none of the workspace's configuration. The index is a copy: new files are
// only noted in it, their content is not copied.
const patchScript = `
set -e
own=$(mktemp -d /tmp/patch.XXXXXX)
trap 'rm -rf "$own"' EXIT
cat "$1/index" > "$own/index"
mkdir "$own/objects"
export GIT_DIR="$1" GIT_WORK_TREE="$2" GIT_INDEX_FILE="$own/index"
export GIT_OBJECT_DIRECTORY="$own/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="$1/objects"
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 GIT_OPTIONAL_LOCKS=0 LC_ALL=C
cd "$2"
git() { command git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.excludesFile=/dev/null \
	-c core.bigFileThreshold=16m -c core.quotePath=false "$@"; }
if ! git add --intent-to-add --ignore-errors -- . 2>/dev/null; then
	# Files that cannot be read are passed over; a full /tmp is not.
	head -c 65536 /dev/zero > "$own/room"
fi
git diff --no-ext-diff --no-textconv --no-color --full-index --no-renames $4 "$3" --
`

// Patch is what was changed in the repository since it was delivered, as `git
// diff` prints it; truncated when it is longer than MaxPatch. It is made inside
// the sandbox. Errors: SANDBOX_NOT_FOUND, SANDBOX_UNAVAILABLE, SANDBOX_OOM.
func (s *Service) Patch(ctx context.Context, taskID string) (patch []byte, truncated bool, err error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return nil, false, err
	}
	defer release()
	patch, truncated, err = s.patch(ctx, l, "--binary")
	if err == nil || ctx.Err() != nil {
		return patch, truncated, err
	}
	// Programs may have filled /tmp or the memory: a fresh sandbox has neither,
	// and leaving binary files out asks for less.
	if err := s.park(ctx, l); err != nil {
		return nil, false, err
	}
	return s.patch(ctx, l, "--patch")
}

func (s *Service) patch(ctx context.Context, l *live, option string) ([]byte, bool, error) {
	var patch, complaint bytes.Buffer
	result, err := s.runIn(ctx, l, Command{
		Argv: []string{"/bin/sh", "-c", patchScript, "patch", BaselineDir, RepoDir, l.box.Commit, option}, Dir: "/", Timeout: patchTimeout,
	}, MaxPatch, func(stream Stream, p []byte) {
		if stream == Stdout {
			patch.Write(p)
		} else if complaint.Len() < 1<<10 {
			complaint.Write(p)
		}
	})
	if errors.Is(err, errTimedOut) {
		return nil, false, errUnavailable(errors.New("making the patch took too long"))
	}
	if err != nil {
		return nil, false, err
	}
	if result.ExitCode != 0 {
		return nil, false, fmt.Errorf("make patch: exit code %d: %s", result.ExitCode, complaint.String())
	}
	return patch.Bytes(), result.Truncated, nil
}
