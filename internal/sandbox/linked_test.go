package sandbox_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/gvisor"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store/storetest"
)

// A data folder behind a link is the folder itself: a server that was killed finds
// its volumes mounted, mounts none a second time, and takes them away at the end.
func TestDataFolderBehindALink(t *testing.T) {
	t.Parallel()
	parent := sandboxtest.Dir(t)
	dir, link := filepath.Join(parent, "real"), filepath.Join(parent, "link")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", link); err != nil {
		t.Fatal(err)
	}
	mounts := func() (points []string) {
		t.Helper()
		table, err := os.ReadFile("/proc/self/mountinfo")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(table)) {
			if point := strings.Fields(line)[4]; strings.HasPrefix(point, dir+"/sbx_") {
				points = append(points, point)
			}
		}
		return points
	}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) {
		c.Dir = link
		c.Backend = gvisor.New(gvisor.Options{
			Runsc: sandboxtest.Runsc(t), Runner: sandboxtest.Runner(t), Dir: filepath.Join(link, "gvisor"), Clock: city.SystemClock{}, Logger: slog.New(slog.DiscardHandler),
		})
	})
	box := b.provision(t, goCode)
	b.sh(t, "echo work > note")
	before := mounts()
	b.Service = restart(t, b.cfg) // the server was killed
	sandboxtest.NothingRuns(t, box.ID)
	if after := mounts(); len(after) != len(before) {
		t.Errorf("mounted after a restart: %q, before it: %q", after, before)
	}
	if got := b.sh(t, "cat note"); got != "work\n" {
		t.Errorf("after a restart: got %q", got)
	}
}
