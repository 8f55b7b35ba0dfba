package attack

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/sandbox"
)

// host is the machine under attack: a city on it, and what an attacker would
// like to reach.
type host struct {
	*apptest.Server
	data    string // the city's folder
	secret  string // a file that everybody on the host may read
	canary  string // a file that must stay as it is
	service string // host:port on which the host serves, on all addresses
	reached *atomic.Int64
}

const (
	secretText = "the-hosts-own-secret-9f2c"
	canaryText = "alive"
)

// newHost starts a city. When the test is over the city is stopped, and
// whatever is left of its sandboxes fails the test.
func newHost(t *testing.T, limits func(*config.Config)) *host {
	t.Helper()
	dir, err := os.MkdirTemp("", "host") // not the test's own folder: others must be able to read it
	if err != nil {
		t.Fatal(err)
	}
	h := &host{data: filepath.Join(dir, "data"), secret: filepath.Join(dir, "secret"), canary: filepath.Join(dir, "canary"), reached: &atomic.Int64{}}
	err = errors.Join(os.Chmod(dir, 0o755), os.WriteFile(h.secret, []byte(secretText), 0o644), os.WriteFile(h.canary, []byte(canaryText), 0o666), os.Chmod(h.canary, 0o666))
	if err != nil {
		t.Fatal(err)
	}
	h.serve(t)
	cfg := apptest.Config(h.data)
	cfg.SandboxMax = 16
	if limits != nil {
		limits(&cfg)
	}
	before := hostState(t)
	h.Server = apptest.StartWith(t, cfg)
	if err := h.App.Sandboxes.Available(t.Context()); err != nil {
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("no sandbox runs here: " + err.Error())
	}
	t.Cleanup(func() {
		if err := h.App.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop the city: %v", err)
		}
		h.unharmed(t, before)
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove what the city left: %v", err)
		}
	})
	return h
}

// serve makes the host answer on all its addresses and count who comes.
func (h *host) serve(t *testing.T) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	h.service = listener.Addr().String()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Listener = listener
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			h.reached.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
}

// port is where the host serves.
func (h *host) port(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(h.service)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// addresses are the host's own, as host:port of its service.
func (h *host) addresses(t *testing.T) []string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, address := range all {
		if prefix, ok := address.(*net.IPNet); ok && prefix.IP.To4() != nil && !prefix.IP.IsLoopback() {
			found = append(found, net.JoinHostPort(prefix.IP.String(), h.port(t)))
		}
	}
	return found
}

// state is what an attack could leave behind on a host.
type state struct {
	clock    time.Time
	settings map[string]string
	shared   []string // in the folders that everybody may write to
}

// hostSettings are what programs of a host could change in its kernel.
var hostSettings = []string{"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/kernel/modprobe", "/proc/sys/vm/swappiness", "/proc/swaps", "/proc/modules"}

func hostState(t *testing.T) state {
	t.Helper()
	s := state{clock: time.Now(), settings: map[string]string{}}
	for _, name := range hostSettings {
		content, err := os.ReadFile(name)
		if err == nil {
			s.settings[name] = string(content)
		}
	}
	for _, pattern := range []string{"/dev/shm/*", "/var/tmp/*", "/core*", "/owned*", "/tmp/owned*", "/home/user*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		s.shared = append(s.shared, found...)
	}
	return s
}

// unharmed says that the host is as it was and nothing of a sandbox is left.
func (h *host) unharmed(t *testing.T, before state) {
	t.Helper()
	after := hostState(t)
	for name, was := range before.settings {
		if after.settings[name] != was && name != "/proc/modules" {
			t.Errorf("%s was %q and is %q", name, was, after.settings[name])
		}
	}
	if passed := after.clock.Sub(before.clock); passed < 0 || passed > time.Hour {
		t.Errorf("the clock moved by %s", passed)
	}
	for _, name := range after.shared {
		others := strings.Contains(name, "PostgreSQL") || strings.Contains(name, "chromium") || strings.Contains(name, "aicity-bench") // tests, measurements
		if !slices.Contains(before.shared, name) && !others {
			t.Errorf("new on the host: %s", name)
		}
	}
	if got, err := os.ReadFile(h.canary); err != nil || string(got) != canaryText {
		t.Errorf("the canary holds %q, %v", got, err)
	}
	if n := h.reached.Load(); n != 0 {
		t.Errorf("the host was reached %d times", n)
	}
	h.nothingLeft(t)
}

// nothingLeft says that no process, mount, cgroup or folder of a sandbox of
// this city is there any more.
func (h *host) nothingLeft(t *testing.T) {
	t.Helper()
	for _, sign := range []string{h.data, inside} {
		others := "[" + sign[:1] + "]" + sign[1:] // does not match the same question of a test beside this one
		if out, err := exec.Command("pgrep", "-a", "-f", others).Output(); err == nil && strings.TrimSpace(string(out)) != "" {
			t.Errorf("processes left:\n%s", out)
		}
	}
	if os.Geteuid() == 0 {
		if out, err := exec.Command("pgrep", "-a", "-U", strconv.Itoa(sandbox.UID)).Output(); err == nil && strings.Contains(string(out), h.data) {
			t.Errorf("processes of the sandboxes' user left:\n%s", out)
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), h.data) {
		t.Error("mounts left")
	}
	ids, err := filepath.Glob(filepath.Join(h.data, "sandboxes", "sbx_*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range ids { // kept for the next start: their tasks are not over
		for _, pattern := range []string{"/sys/fs/cgroup/*", "/sys/fs/cgroup/*/*"} {
			if left, err := filepath.Glob(pattern + filepath.Base(dir) + "*"); err != nil || len(left) > 0 {
				t.Errorf("cgroups left: %v, %v", left, err)
			}
		}
	}
	states, err := filepath.Glob(filepath.Join(h.data, "sandboxes", "gvisor", "runsc", "*"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) || len(states) > 0 {
		t.Errorf("left of the runtime: %v, %v", states, err)
	}
}
