package sandbox_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/store/storetest"
)

// What an earlier command has linked to or copied is refused by any name, as long as
// it is that.
func TestBlockedToolsOfEarlierCommands(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	b.sh(t, "cd /tmp && ln -s /usr/bin/curl link && ln -s link again && ln -s /tmp dir && ln -s /bin/true harmless && ln -s /tmp/link "+sandbox.Home+"/out")
	// Whether the tool is installed or not: its copy is empty.
	b.sh(t, ": > /tmp/copy; cp /usr/bin/wget /tmp/copy || true; chmod 755 /tmp/copy; : > mine; cp /usr/bin/wget mine || true; chmod 755 mine")
	try := func(r sandbox.Request, want city.Code) {
		t.Helper()
		result, err := b.Exec(t.Context(), b.task, r)
		citytest.WantCode(t, r.Command, err, want)
		if err == nil && result.ExitCode != 0 {
			t.Errorf("%s: %+v", r.Command, result)
		}
	}
	for _, command := range []string{"/tmp/link -V", "cd /tmp; ./again", "nice /tmp/dir/link", "true && sh -c '/tmp/link x'", sandbox.Home + "/out", "/tmp/copy", "./mine"} {
		try(sandbox.Request{Command: command}, city.CodeCommandBlocked)
	}
	try(sandbox.Request{Argv: []string{"./link"}, Dir: "/tmp"}, city.CodeCommandBlocked)
	for _, command := range []string{"/tmp/harmless", "cat /tmp/copy", "/tmp/none || true", "cat /bin/true > /tmp/copy; cat /bin/true > mine", "/tmp/copy", "./mine", "ln -sf /bin/true /tmp/link", "/tmp/again"} {
		try(sandbox.Request{Command: command}, "")
	}
}
