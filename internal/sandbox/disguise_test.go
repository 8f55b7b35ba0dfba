package sandbox

import (
	"os"
	"path/filepath"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox/workspace"
)

// A link in the workspace is seen through, however many there are on the way.
func TestBlockedToolsBehindLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := workspace.At(dir)
	if err := os.MkdirAll(filepath.Join(dir, "repo", "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"y": "/usr/bin/wget", "z": "y", "bin/a": "../z", "out": "/etc/passwd", "g": "/usr/bin/git", "loop": "loop", "rel": "../../../usr/bin/curl", "mine": "bin/host", "etc": "/etc",
	} {
		if err := os.Symlink(target, filepath.Join(dir, "repo", name)); err != nil {
			t.Fatal(err)
		}
	}
	for command, want := range map[string]city.Code{
		"./y x": city.CodeCommandBlocked, RepoDir + "/z": city.CodeCommandBlocked, "cd bin; ./a x": city.CodeCommandBlocked, "nice -n 5 ./rel x": city.CodeCommandBlocked,
		"./out": "", "./g log": "", "./loop": "", "./mine": "", "./none": "", "./etc/host": city.CodeCommandBlocked, "cat ./y": "", "/tmp/y": "", "../../../../x": "",
	} {
		citytest.WantCode(t, command, Request{Command: command}.check(&in), want)
	}
	citytest.WantCode(t, "another folder", Request{Argv: []string{"./a"}, Dir: RepoDir + "/bin"}.check(&in), city.CodeCommandBlocked)
	citytest.WantCode(t, "the wrong folder", Request{Argv: []string{"./a"}, Dir: Home}.check(&in), "")
}
