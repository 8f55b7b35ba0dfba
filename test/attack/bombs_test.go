package attack

import (
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// shortly bounds what would go on for ever.
const shortly = 5 * time.Second

func bombsTheme() theme {
	return theme{
		name: "bombs", limits: func(c *config.Config) { c.SandboxMemoryMB, c.SandboxPIDs = 256, 64 },
		attempts: []attempt{
			{"Fork bomb", "costs its own sandbox at most; the next command runs", bomb("fork")},
			{"Fork bomb of a shell", "the same", bombScript("bash -c ':(){ :|:& };:; wait'")},
			{"Thread bomb", "the same", bomb("threads")},
			{"Memory bomb", "`SANDBOX_OOM`: replaced on the same files, others do not notice", bomb("memory-bomb")},
			{"Memory in a file without a name", "counts as memory: `SANDBOX_OOM`", bomb("memory-file-bomb")},
			{"Fill `/tmp`", "`ENOSPC` at its size", bomb("fill", "/tmp/x")},
			{"Fill `/dev/shm`", "counts as memory, or is not there", bombScript("head -c 4000000000 /dev/zero > /dev/shm/x")},
			{"Pipes full of bytes", "the limit of descriptors, or `SANDBOX_OOM`", bomb("pipes")},
			{"Descriptors without end", "`EMFILE`", bomb("descriptors")},
			{"One large file", "`EFBIG` at the size a file may have", bomb("fill", "/home/user/x")},
			{"A sparse file of a terabyte", "`EFBIG`", bomb("sparse", "/home/user/x")},
			{"Many large files", "`ENOSPC` at the workspace's size", quota("many-large")},
			{"A million small files", "`ENOSPC` at the workspace's number of files", quota("many-small")},
			{"Folders deeper than a path may be long", "no path leads to the bottom; they go with the sandbox", deepFolders},
			{"Output without end", "cut off at its bound, said with `truncated`; at 64 MiB the command is killed: `EXEC_OUTPUT_LIMIT`", endlessOutput},
			{"A line without end, on both outputs", "cut off, the exit code still comes", endlessLine},
			{"A program that never reads its input", "ends as usual", says("ok", "sleep 0.1 < /dev/zero; echo ok")},
			{"A shell that expands a word to gigabytes", "`SANDBOX_OOM` or the shell's own error", bombScript("a=xxxxxxxx; while :; do a=$a$a; done")},
			{"A regular expression that never ends", "`EXEC_TIMEOUT`", spin},
		},
	}
}

// bomb lets the attacking program go off, and sees that neither the agent's
// sandbox nor another's is worse for it.
func bomb(words ...string) func(*testing.T, *scene) {
	return goOff(aicity.Exec{Argv: append([]string{inside}, words...), Timeout: shortly})
}

func bombScript(script string) func(*testing.T, *scene) {
	return goOff(aicity.Exec{Command: script, Timeout: shortly})
}

func goOff(in aicity.Exec) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		result, err := s.exec(t, in)
		if err != nil {
			wantCode(t, "the bomb", err, aicity.CodeExecTimeout, aicity.CodeSandboxOOM, aicity.CodeSandboxGone, aicity.CodeSandboxLimit)
		} else if strings.HasSuffix(strings.TrimSpace(result.Stdout), "done") {
			t.Errorf("it had its will: %+v", result)
		}
		s.exec(t, aicity.Exec{Command: "rm -rf /home/user/x* /tmp/*", Timeout: time.Minute}) //nolint:errcheck // may be told that the sandbox is gone
		s.stillWorks(t)
	}
}

// quota fills the workspace until it may not; the agent tidies up and goes on.
func quota(way string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		came, all := s.attack(t, way, "/home/user/x")
		if !whole("ENOSPC|EDQUOT", came) {
			t.Errorf("got %q", all)
		}
		s.must(t, "rm -rf /home/user/x*")
		s.stillWorks(t)
	}
}

func deepFolders(t *testing.T, s *scene) {
	tries("done|ENAMETOOLONG|ENOMEM|ENOSPC|EMLINK", "deep", "/home/user/repo")(t, s)
	if _, err := s.agent.Tasks.ListFiles(t.Context(), s.task, "/home/user/repo", aicity.ListOptions{Recursive: true}); err != nil {
		wantCode(t, "list", err, "PATH_NOT_ALLOWED", "FILE_NOT_FOUND")
	}
	_, err := s.agent.Tasks.ReadFile(t.Context(), s.task, "/home/user/repo/"+strings.Repeat("d/", 2500)+"x", aicity.ReadOptions{})
	wantCode(t, "read at the bottom", err, "PATH_NOT_ALLOWED", "FILE_NOT_FOUND")
	s.stillWorks(t)
	if err := s.agent.Tasks.DestroySandbox(t.Context(), s.task, s.box); err != nil {
		t.Errorf("destroy: %v", err)
	}
}

func endlessOutput(t *testing.T, s *scene) {
	_, err := s.exec(t, aicity.Exec{Command: "yes", Timeout: 2 * time.Second})
	wantCode(t, "yes", err, aicity.CodeExecTimeout, "EXEC_OUTPUT_LIMIT")
	result, err := s.exec(t, aicity.Exec{Command: "yes | head -c 50000000; exit 3"})
	if err != nil || !result.Truncated || result.ExitCode != 3 || len(result.Stdout) > 1<<20 {
		t.Errorf("got %d bytes, truncated %v, code %d, %v", len(result.Stdout), result.Truncated, result.ExitCode, err)
	}
	s.stillWorks(t)
}

func endlessLine(t *testing.T, s *scene) {
	result, err := s.exec(t, aicity.Exec{Command: "head -c 30000000 /dev/zero | tee /dev/stderr; exit 4", Timeout: time.Minute})
	if err != nil || !result.Truncated || result.ExitCode != 4 {
		t.Errorf("got %d bytes, truncated %v, code %d, %v", len(result.Stdout), result.Truncated, result.ExitCode, err)
	}
	s.stillWorks(t)
}

func spin(t *testing.T, s *scene) {
	_, err := s.exec(t, aicity.Exec{Command: "while :; do :; done", Timeout: time.Second})
	wantCode(t, "the loop", err, aicity.CodeExecTimeout)
	s.stillWorks(t)
}
