package httpapi_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	aicity "aicity.dev/aicity/sdk/go"
)

func testExec(t *testing.T, j *job) {
	const limit = 1 << 20 // of each output
	long := strings.Repeat("x", limit)
	for name, test := range map[string]struct {
		in   aicity.Exec
		want aicity.ExecResult
	}{
		"command":        {aicity.Exec{Command: "echo out; echo err >&2; exit 7"}, aicity.ExecResult{ExitCode: 7, Stdout: "out\n", Stderr: "err\n"}},
		"argv":           {aicity.Exec{Argv: []string{"printf", "%s|", "a b", "$HOME", "*"}}, aicity.ExecResult{Stdout: "a b|$HOME|*|"}},
		"at the code":    {aicity.Exec{Command: "pwd"}, aicity.ExecResult{Stdout: aicity.RepoDir + "\n"}},
		"cwd":            {aicity.Exec{Command: "pwd; cat old.md", Cwd: aicity.RepoDir + "/docs"}, aicity.ExecResult{Stdout: aicity.RepoDir + "/docs\nto be removed\n"}},
		"env":            {aicity.Exec{Command: `echo "$A $HOME"`, Env: map[string]string{"A": "x y"}}, aicity.ExecResult{Stdout: "x y " + home + "\n"}},
		"stdin":          {aicity.Exec{Argv: []string{"cat"}, Stdin: "line\n"}, aicity.ExecResult{Stdout: "line\n"}},
		"no stdin":       {aicity.Exec{Argv: []string{"cat"}}, aicity.ExecResult{}},
		"killed":         {aicity.Exec{Command: "kill -9 $$"}, aicity.ExecResult{ExitCode: 128 + 9}},
		"git":            {aicity.Exec{Command: "git status --short && git log --oneline | wc -l && git remote"}, aicity.ExecResult{Stdout: "1\n"}},
		"all it may say": {aicity.Exec{Command: fmt.Sprintf("head -c %d /dev/zero | tr '\\0' x", limit)}, aicity.ExecResult{Stdout: long}},
		"one more": {
			aicity.Exec{Command: fmt.Sprintf("head -c %d /dev/zero | tr '\\0' x; echo end >&2; exit 3", limit+1)},
			aicity.ExecResult{ExitCode: 3, Stdout: long, Stderr: "end\n", Truncated: true},
		},
	} {
		got := j.exec(t, test.in)
		if got.DurationMs < 0 || got.ExecID == "" {
			t.Errorf("%s: took %d ms, id %q", name, got.DurationMs, got.ExecID)
		}
		got.DurationMs, got.ExecID = 0, ""
		if *got != test.want {
			t.Errorf("%s: got %.200q, want %.200q", name, fmt.Sprintf("%+v", *got), fmt.Sprintf("%+v", test.want))
		}
	}
	_, err := j.agent.Tasks.Exec(t.Context(), j.id, aicity.Exec{Command: "true", Argv: []string{"true"}})
	wantCode(t, "command and argv", err, aicity.CodeValidation)
	_, err = j.agent.Tasks.Exec(t.Context(), j.id, aicity.Exec{Command: "true", Cwd: aicity.RepoDir + "/nowhere"})
	wantCode(t, "cwd that is not there", err, aicity.CodeFileNotFound)
}

// A command that runs too long ends with all it has started.
func testExecTimeout(t *testing.T, j *job) {
	_, err := j.agent.Tasks.Exec(t.Context(), j.id, aicity.Exec{Command: "setsid sleep 7654 & sleep 7654", Timeout: 700 * time.Millisecond})
	wantCode(t, "timeout", err, aicity.CodeExecTimeout)
	var failure *aicity.Error
	if !errors.As(err, &failure) || failure.Status != http.StatusUnprocessableEntity || failure.Details["timeoutMs"] != 700.0 {
		t.Errorf("got %+v", failure)
	}
	if left := j.exec(t, aicity.Exec{Command: `cat /proc/[0-9]*/cmdline | tr '\0' ' '`}); strings.Contains(left.Stdout, "7654") {
		t.Errorf("left running: %s", left.Stdout)
	}
}

// A command is ended from another call, by the name it was given.
func testExecCancel(t *testing.T, j *job) {
	const id = "to-be-cancelled"
	ended := make(chan error, 1)
	go func() {
		_, err := j.agent.Tasks.Exec(t.Context(), j.id, aicity.Exec{ID: id, Command: "setsid sleep 8765 & touch /tmp/cancel-me; sleep 8765"})
		ended <- err
	}()
	j.exec(t, aicity.Exec{Command: "until test -e /tmp/cancel-me; do sleep 0.01; done"})
	wantCode(t, "another agent", j.Agent(t, "bug_fix").Tasks.CancelExec(t.Context(), j.id, id), aicity.CodeTaskNotFound)
	wantCode(t, "another command", j.agent.Tasks.CancelExec(t.Context(), j.id, "another"), aicity.CodeExecNotFound)
	if err := j.agent.Tasks.CancelExec(t.Context(), j.id, id); err != nil {
		t.Fatal(err)
	}
	err := <-ended
	wantCode(t, "the cancelled command", err, aicity.CodeExecCancelled)
	if left := j.exec(t, aicity.Exec{Command: `cat /proc/[0-9]*/cmdline | tr '\0' ' '`}); strings.Contains(left.Stdout, "sleep 8765") {
		t.Errorf("left running: %s", left.Stdout)
	}
	wantCode(t, "cancelled twice", j.agent.Tasks.CancelExec(t.Context(), j.id, id), aicity.CodeExecNotFound)
}

func testStreams(t *testing.T, j *job) {
	agent, at := asAgent(j.Server, j.agent), "/tasks/"+j.id+"/sandbox"
	got := agent.call(t, http.MethodGet, at+"/files/read?path="+aicity.RepoDir+"/data/blob.bin", "", "Accept", "application/octet-stream")
	if got.status != http.StatusOK || string(got.body) != blob {
		t.Errorf("file: %d %q", got.status, got.body)
	}
	got = agent.call(t, http.MethodPost, at+"/exec", `{"command":"printf hi; exit 4"}`, "Accept", "text/event-stream")
	for _, part := range []string{"event: stdout\ndata: {\"base64\":\"aGk=\"}\n\n", "event: exit\n", `"exitCode":4`} {
		if !strings.Contains(string(got.body), part) {
			t.Errorf("stream %q lacks %q", got.body, part)
		}
	}
}

func testBlocked(t *testing.T, j *job) {
	for _, in := range []aicity.Exec{
		{Command: "curl https://example.com"}, {Command: "cd docs && wget -q https://example.com"}, {Command: `sh -c "nc 127.0.0.1 80"`},
		{Argv: []string{"curl", "https://example.com"}}, {Argv: []string{"sh", "-c", "nc 127.0.0.1 80"}}, {Argv: []string{"/usr/bin/wget", "x"}},
		{Command: "A=1 env B=2 timeout 5 curl x"}, {Command: "echo $(ssh host)"},
	} {
		_, err := j.agent.Tasks.Exec(t.Context(), j.id, in)
		wantCode(t, fmt.Sprintf("%s %v", in.Command, in.Argv), err, aicity.CodeCommandBlocked)
	}
	if got := j.exec(t, aicity.Exec{Command: "echo curl wget nc"}); got.Stdout != "curl wget nc\n" {
		t.Errorf("words that only look so: %+v", got)
	}
}

// Nothing that listens on the host can be reached, whatever tries.
func testNoNetwork(t *testing.T, j *job) {
	var reached atomic.Int64
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			reached.Add(1)
		}
	}
	if everywhere, err := net.Listen("tcp", "0.0.0.0:0"); err == nil {
		_ = server.Listener.Close()
		server.Listener = everywhere
	}
	server.Start()
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		prefix, ok := address.(*net.IPNet)
		if !ok || prefix.IP.To4() == nil {
			continue
		}
		ip := prefix.IP.String()
		got := j.exec(t, aicity.Exec{Argv: []string{"bash", "-c", `exec 3<>"/dev/tcp/$0/$1" && echo open`, ip, port}})
		if got.ExitCode == 0 || got.Stdout != "" || got.Stderr == "" {
			t.Errorf("%s: %+v", ip, got)
		}
		if n := reached.Load(); n != 0 {
			t.Errorf("%s was reached %d times", ip, n)
		}
		res, err := server.Client().Get("http://" + net.JoinHostPort(ip, port)) // the host itself does reach it
		if err != nil || reached.Load() == 0 {
			t.Fatalf("%s: %v", ip, err)
		}
		_ = res.Body.Close()
		server.Client().CloseIdleConnections()
		reached.Store(0)
	}
}

func testEscapes(t *testing.T, j *job) {
	ctx := t.Context()
	for _, path := range []string{
		"../../etc/passwd", aicity.RepoDir + "/../../../etc/passwd", "/etc/passwd", "/", "/home/user2/x", "/home/userx", home + "/../x",
		"", "README.md", home + "/\x00", "/" + strings.Repeat("a", 5000), "/proc/self/environ", "//etc/passwd",
	} {
		_, err := j.agent.Tasks.ListFiles(ctx, j.id, path, aicity.ListOptions{})
		_, err2 := j.agent.Tasks.ReadFile(ctx, j.id, path, aicity.ReadOptions{})
		err3 := j.agent.Tasks.WriteFile(ctx, j.id, path, []byte("x"))
		for what, err := range map[string]error{"list": err, "read": err2, "write": err3} {
			code := aicity.ErrorCode(err)
			if code != aicity.CodePathNotAllowed && (path != "" || code != aicity.CodeValidation) {
				t.Errorf("%s of %.60q: %v", what, path, err)
			}
		}
	}
}

// A link that programs plant leads no reader and no writer out.
func testLinks(t *testing.T, j *job) {
	outside := filepath.Join(t.TempDir(), "host.txt")
	if err := os.WriteFile(outside, []byte("the host's"), 0o666); err != nil {
		t.Fatal(err)
	}
	dir := home + "/links"
	made := j.exec(t, aicity.Exec{Argv: []string{"sh", "-c", `mkdir -p "$0" && cd "$0" && ln -s /etc/passwd passwd && ln -s "$1" host && ln -s / root &&
		ln -s ../../../../../etc etc && ln -s loop loop && ln -s ../repo/README.md inside; cat "$1"`, dir, outside}})
	if made.ExitCode == 0 || strings.Contains(made.Stdout, "the host's") {
		t.Errorf("programs read the host's file: %+v", made)
	}
	if got := j.read(t, dir+"/inside"); got != parcel()["README.md"] {
		t.Errorf("a link that stays inside reads %q", got)
	}
	for path, code := range map[string]string{
		"passwd": aicity.CodePathNotAllowed, "host": aicity.CodePathNotAllowed, "root/etc/passwd": aicity.CodePathNotAllowed,
		"etc/passwd": aicity.CodePathNotAllowed, "root" + outside: aicity.CodePathNotAllowed, "loop": aicity.CodePathNotAllowed,
		"gone": aicity.CodeFileNotFound, ".": aicity.CodeNotAFile,
	} {
		_, err := j.agent.Tasks.ReadFile(t.Context(), j.id, dir+"/"+path, aicity.ReadOptions{})
		wantCode(t, "read "+path, err, code)
	}
	for path, code := range map[string]string{"root": aicity.CodePathNotAllowed, "etc": aicity.CodePathNotAllowed, "inside": aicity.CodeNotADirectory} {
		_, err := j.agent.Tasks.ListFiles(t.Context(), j.id, dir+"/"+path, aicity.ListOptions{Recursive: true})
		wantCode(t, "list "+path, err, code)
	}
	wantCode(t, "write below a link", j.agent.Tasks.WriteFile(t.Context(), j.id, dir+"/root"+outside, []byte("mine")), aicity.CodePathNotAllowed)
	j.write(t, dir+"/host", "mine") // takes the link's place
	if got, err := os.ReadFile(outside); err != nil || string(got) != "the host's" {
		t.Errorf("the host's file holds %q, %v", got, err)
	}
}
