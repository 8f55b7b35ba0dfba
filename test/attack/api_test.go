package attack

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	aicity "aicity.dev/aicity/sdk/go"
)

// apiTheme comes through the calls that an agent has.
func apiTheme() theme {
	return theme{name: "api", shared: true, attempts: []attempt{
		{"Paths that lead out (`..`, absolute, `//`, NUL, 5,000 bytes)", "`PATH_NOT_ALLOWED`", badPaths},
		{"Read through a link to the host", "`PATH_NOT_ALLOWED`", readLink},
		{"Write through a link to the host", "the link is replaced, or `PATH_NOT_ALLOWED`", writeLink},
		{"List through a link to the host", "`PATH_NOT_ALLOWED`", listLink},
		{"Read through a chain of links and `..`", "`PATH_NOT_ALLOWED`", readChain},
		{"Links in a circle", "`PATH_NOT_ALLOWED`", linkLoop},
		{"A folder that turns into a link while it is read", "never the host's content", raceRead},
		{"A folder that turns into a link while it is written", "never the host's file", raceWrite},
		{"Read a FIFO made inside", "it is there inside only: `FILE_NOT_FOUND`, at once", madeInside("mkfifo /home/user/special")},
		{"Read a socket made inside", "it is there inside only: `FILE_NOT_FOUND`, at once", madeInside(inside + " bind-socket /home/user/special")},
		{"Read or replace a FIFO that got into the workspace", "`NOT_A_FILE`, at once", special(func(at string) error { return unix.Mkfifo(at, 0o666) })},
		{"Read or replace a socket that got into the workspace", "`NOT_A_FILE`, at once", special(func(at string) error { return unix.Mknod(at, unix.S_IFSOCK|0o666, 0) })},
		{"A working folder that is a link out", "runs inside, where it leads nowhere", linkedFolder},
		{"A file that grows while it is read", "what was there, within its bound", growing},
		{"Another task's sandbox, by its id", "`TASK_NOT_FOUND`", othersTask},
		{"Destroy another task's sandbox, by its id", "`SANDBOX_NOT_FOUND`, and it lives", othersSandbox},
		{"Another agent's work after it was passed on", "`TASK_NOT_FOUND`", passedOn},
		{"Look at the code before the commitment", "`TASK_SEALED`", beforeCommitment},
		{"Environment that loads a library into the runner (`LD_PRELOAD`, `PATH`, `IFS`)", "for the command alone", hostileEnvironment},
		{"A command of 64 KiB, a thousand words, an input of 512 KiB", "runs; one more is `VALIDATION_ERROR`", largeCommands},
	}}
}

func (s *scene) readCode(t *testing.T, path string) (string, string) {
	t.Helper()
	f, err := s.agent.Tasks.ReadFile(t.Context(), s.task, path, aicity.ReadOptions{})
	if err != nil {
		return "", aicity.ErrorCode(err)
	}
	raw, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), ""
}

func (s *scene) refuses(t *testing.T, path string, codes ...string) {
	t.Helper()
	content, code := s.readCode(t, path)
	if strings.Contains(content, secretText) {
		t.Errorf("%s: read the host's secret", path)
	}
	if slices.Contains(codes, code) {
		return
	}
	t.Errorf("%s: got %q, want %v", path, code, codes)
}

func badPaths(t *testing.T, s *scene) {
	for _, path := range []string{
		s.secret, "/home/user/../.." + s.secret, "/", "/etc/passwd", "//etc/passwd", "/home/userx", "/home/user/\x00", "/" + strings.Repeat("a", 5000),
		"/proc/self/environ", "/home/user/repo/../../../etc/passwd", "README.md",
	} {
		s.refuses(t, path, "PATH_NOT_ALLOWED")
	}
}

func readLink(t *testing.T, s *scene) {
	s.must(t, "ln -sf "+s.secret+" /home/user/out")
	s.refuses(t, "/home/user/out", "PATH_NOT_ALLOWED")
	s.must(t, "ln -sfn / /home/user/top")
	s.refuses(t, "/home/user/top"+s.secret, "PATH_NOT_ALLOWED")
}

func writeLink(t *testing.T, s *scene) {
	s.must(t, "ln -sf "+s.canary+" /home/user/out; ln -sfn / /home/user/top")
	if err := s.agent.Tasks.WriteFile(t.Context(), s.task, "/home/user/out", []byte("x")); err != nil {
		wantCode(t, "over the link", err, "PATH_NOT_ALLOWED")
	}
	wantCode(t, "below the link", s.agent.Tasks.WriteFile(t.Context(), s.task, "/home/user/top"+s.canary, []byte("x")), "PATH_NOT_ALLOWED")
	if got, err := os.ReadFile(s.canary); err != nil || string(got) != canaryText {
		t.Errorf("the host's file holds %q, %v", got, err)
	}
}

func listLink(t *testing.T, s *scene) {
	s.must(t, "ln -sfn / /home/user/top")
	_, err := s.agent.Tasks.ListFiles(t.Context(), s.task, "/home/user/top", aicity.ListOptions{Recursive: true})
	wantCode(t, "list", err, "PATH_NOT_ALLOWED")
	page, err := s.agent.Tasks.ListFiles(t.Context(), s.task, "/home/user", aicity.ListOptions{Recursive: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range page.Entries {
		if strings.HasPrefix(entry.Path, "/home/user/top/") {
			t.Errorf("listed below a link: %s", entry.Path)
		}
	}
}

func readChain(t *testing.T, s *scene) {
	s.must(t, "mkdir -p /home/user/c/d && ln -sfn ../../../.. /home/user/c/d/up && ln -sfn d/up /home/user/c/e")
	s.refuses(t, "/home/user/c/e"+s.secret, "PATH_NOT_ALLOWED", "FILE_NOT_FOUND")
	s.refuses(t, "/home/user/c/d/up/etc/passwd", "PATH_NOT_ALLOWED")
}

func linkLoop(t *testing.T, s *scene) {
	s.must(t, "ln -sfn l2 /home/user/l1 && ln -sfn l1 /home/user/l2")
	s.refuses(t, "/home/user/l1", "PATH_NOT_ALLOWED")
	s.refuses(t, "/home/user/l1/x", "PATH_NOT_ALLOWED")
}

// race lets a folder turn into a link to the host and back while try goes on.
func race(t *testing.T, s *scene, target string, try func()) {
	t.Helper()
	name := target[strings.LastIndexByte(target, '/')+1:]
	folder := strings.TrimSuffix(target, "/"+name)
	s.must(t, "mkdir -p /home/user/race && echo inside > /home/user/race/"+name)
	over := make(chan error, 1)
	go func() {
		_, err := s.agent.Tasks.Exec(t.Context(), s.task, aicity.Exec{Command: "cd /home/user; touch swapping; while :; do mv race away; ln -s " + folder + " race; rm race; mv away race; done", Timeout: 3 * time.Second})
		over <- err
	}()
	s.until(t, "ls /home/user/swapping 2>/dev/null")
	for {
		select {
		case err := <-over:
			wantCode(t, "the swapping", err, aicity.CodeExecTimeout)
			s.must(t, "rm -rf /home/user/race /home/user/away /home/user/swapping")
			return
		default:
			try()
		}
	}
}

func raceRead(t *testing.T, s *scene) {
	var inside atomic.Int64
	race(t, s, s.secret, func() {
		content, code := s.readCode(t, "/home/user/race/secret")
		if strings.Contains(content, secretText) {
			t.Error("read the host's secret")
		}
		if code == "" {
			inside.Add(1)
		}
		page, err := s.agent.Tasks.ListFiles(t.Context(), s.task, "/home/user/race", aicity.ListOptions{Recursive: true})
		if err == nil {
			for _, entry := range page.Entries {
				if entry.Name == "canary" {
					t.Error("listed the host's folder")
				}
			}
		}
	})
	if inside.Load() == 0 {
		t.Error("never read anything: there was no race")
	}
}

func raceWrite(t *testing.T, s *scene) {
	race(t, s, s.canary, func() {
		_ = s.agent.Tasks.WriteFile(t.Context(), s.task, "/home/user/race/canary", []byte("dead"))
	})
	if got, err := os.ReadFile(s.canary); err != nil || string(got) != canaryText {
		t.Errorf("the host's file holds %q, %v", got, err)
	}
}

// madeInside makes a special file by a command.
func madeInside(script string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		s.must(t, "rm -f /home/user/special; "+script)
		s.refuses(t, "/home/user/special", "FILE_NOT_FOUND", "NOT_A_FILE")
		s.must(t, "rm -f /home/user/special")
	}
}

// special puts a special file there from outside, as if a flaw had let it through.
func special(put func(at string) error) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		at := filepath.Join(s.workspace(), "planted")
		if err := put(at); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.Remove(at) }()
		s.refuses(t, "/home/user/planted", "NOT_A_FILE")
		raw := s.call(t, http.MethodGet, "/api/v1/tasks/"+s.task+"/sandbox/files/read?path=/home/user/planted", "", "Accept", "application/octet-stream")
		if !strings.Contains(raw, "NOT_A_FILE") {
			t.Errorf("as a stream: %s", raw)
		}
		wantCode(t, "write", s.agent.Tasks.WriteFile(t.Context(), s.task, "/home/user/planted", []byte("x")), "NOT_A_FILE")
	}
}

func linkedFolder(t *testing.T, s *scene) {
	s.must(t, "ln -sfn "+strings.TrimSuffix(s.secret, "/secret")+" /home/user/elsewhere")
	result, err := s.exec(t, aicity.Exec{Command: "cat secret", Cwd: "/home/user/elsewhere"})
	if err != nil {
		wantCode(t, "exec", err, "PATH_NOT_ALLOWED", "FILE_NOT_FOUND")
	} else if strings.Contains(result.Stdout, secretText) || result.ExitCode == 0 {
		t.Errorf("got %+v", result)
	}
}

func growing(t *testing.T, s *scene) {
	s.must(t, "(setsid sh -c 'i=0; while [ $i -lt 3000 ]; do echo more; i=$((i+1)); done > /home/user/grows' >/dev/null 2>&1 &) ; while ! [ -e /home/user/grows ]; do :; done")
	for range 20 {
		if _, code := s.readCode(t, "/home/user/grows"); code != "" {
			t.Errorf("got %s", code)
		}
	}
}

func othersTask(t *testing.T, s *scene) {
	other := s.scene(t)
	_, err := s.agent.Tasks.Exec(t.Context(), other.task, aicity.Exec{Command: "true"})
	wantCode(t, "exec", err, "TASK_NOT_FOUND")
	_, err = s.agent.Tasks.ProvisionSandbox(t.Context(), other.task)
	wantCode(t, "provision", err, "TASK_NOT_FOUND")
	wantCode(t, "write", s.agent.Tasks.WriteFile(t.Context(), other.task, "/home/user/x", nil), "TASK_NOT_FOUND")
	_, err = s.agent.Tasks.Sandbox(t.Context(), other.task)
	wantCode(t, "look", err, "TASK_NOT_FOUND")
}

func othersSandbox(t *testing.T, s *scene) {
	other := s.scene(t)
	if err := s.agent.Tasks.DestroySandbox(t.Context(), s.task, other.box); err != nil {
		wantCode(t, "destroy", err, "SANDBOX_NOT_FOUND")
	}
	wantCode(t, "destroy at the other task", s.agent.Tasks.DestroySandbox(t.Context(), other.task, other.box), "TASK_NOT_FOUND")
	other.stillWorks(t)
	s.stillWorks(t)
}

func passedOn(t *testing.T, s *scene) {
	first := s.order(t, aicity.TaskInput{Code: "package main\n"})
	if _, err := first.agent.Tasks.ProvisionSandbox(t.Context(), first.task); err != nil {
		t.Fatal(err)
	}
	if err := first.agent.Tasks.Decline(t.Context(), first.task); err != nil {
		t.Fatal(err)
	}
	_, err := first.agent.Tasks.Exec(t.Context(), first.task, aicity.Exec{Command: "true"})
	wantCode(t, "exec", err, "TASK_NOT_FOUND", "INVALID_STATE")
}

func beforeCommitment(t *testing.T, s *scene) {
	early := s.order(t, aicity.TaskInput{Code: "package main\n"})
	if _, err := early.agent.Tasks.ProvisionSandbox(t.Context(), early.task); err != nil {
		t.Fatal(err)
	}
	_, err := early.agent.Tasks.Exec(t.Context(), early.task, aicity.Exec{Command: "cat /home/user/repo/*"})
	wantCode(t, "exec", err, "TASK_SEALED")
	early.refuses(t, "/home/user/repo/main.go", "TASK_SEALED")
	if text := early.call(t, http.MethodGet, "/api/v1/tasks/"+early.task, ""); strings.Contains(text, "package main") {
		t.Errorf("the task tells the code: %s", text)
	}
}

func hostileEnvironment(t *testing.T, s *scene) {
	result, err := s.exec(t, aicity.Exec{Argv: []string{"/bin/sh", "-c", "echo ran"}, Env: map[string]string{
		"LD_PRELOAD": "/home/user/evil.so", "LD_AUDIT": "/home/user/evil.so", "LD_LIBRARY_PATH": "/home/user", "PATH": "/home/user", "IFS": "/", "ENV": "/home/user/evil.sh", "BASH_ENV": "/home/user/evil.sh", "GODEBUG": "x", "SHELL": "/home/user/x",
	}})
	if err != nil || result.ExitCode != 0 || result.Stdout != "ran\n" {
		t.Errorf("got %+v, %v", result, err)
	}
	s.stillWorks(t)
}

func largeCommands(t *testing.T, s *scene) {
	words := append([]string{"echo"}, strings.Split(strings.Repeat("x ", 998)+"x", " ")...)
	if _, err := s.exec(t, aicity.Exec{Argv: words}); err != nil {
		t.Error(err)
	}
	_, err := s.exec(t, aicity.Exec{Argv: append(words, "one", "two")})
	wantCode(t, "more words", err, aicity.CodeValidation)
	_, err = s.exec(t, aicity.Exec{Command: ": " + strings.Repeat("x", 64<<10)})
	wantCode(t, "a longer command", err, aicity.CodeValidation)
	result, err := s.exec(t, aicity.Exec{Command: "wc -c", Stdin: strings.Repeat("x", 512<<10)})
	if err != nil || strings.TrimSpace(result.Stdout) != strconv.Itoa(512<<10) {
		t.Errorf("got %+v, %v", result, err)
	}
}
