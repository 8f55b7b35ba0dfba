package attack

import (
	"strings"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

// processesTheme attacks the first process of the sandbox, which runs the
// commands of its agent.
func processesTheme() theme {
	return theme{name: "processes", attempts: []attempt{
		{"Trace the first process", "`EPERM`", firstProcess("trace")},
		{"Seize the first process", "`EPERM`", firstProcess("seize")},
		{"Read the first process's memory", "`EPERM`", firstProcess("memory")},
		{"Write to the first process's memory", "`EPERM` or `EACCES`", firstProcess("memory-file")},
		{"Steal its descriptors", "`EPERM` or `ENOSYS`", firstProcess("steal-descriptor")},
		{"Forged frames on inherited descriptors", "the answer is the program's own", forged("forge")},
		{"Forged frames to the first process's descriptors", "the answer is the program's own", forged("forge-first")},
		{"Forged frames in the output", "output is output", forgedOutput},
		{"Kill the first process", "it lives on, or the sandbox is replaced on the same files", lethal("signal", "1", "9")},
		{"Stop the first process", "commands go on", lethal("signal", "1", "19")},
		{"Interrupt the first process", "commands go on", lethal("signal", "1", "2")},
		{"Kill everything (`kill -9 -1`)", "the command ends, the next one runs", lethal("signal", "-1", "9")},
		{"Stop everything (`kill -STOP -1`)", "the next command runs", lethal("signal", "-1", "19")},
		{"End everything (`kill -TERM -1`)", "the next command runs", lethal("signal", "-1", "15")},
		{"A flood of commands that are open at once", "`SANDBOX_LIMIT`", flood},
	}}
}

// firstProcess tries what needs power over process 1.
func firstProcess(way string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		tries("EPERM|EACCES|ENOSYS|ESRCH", way, "1")(t, s)
		s.stillWorks(t)
	}
}

// forged writes what a runner might take for its own words, and ends with a
// code of its own.
func forged(way string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		result, err := s.exec(t, aicity.Exec{Command: inside + " " + way + "; echo end; exit 7"})
		if err != nil || result.ExitCode != 7 || !strings.HasSuffix(result.Stdout, "end\n") || result.Truncated {
			t.Errorf("got %+v, %v", result, err)
		}
		s.stillWorks(t)
	}
}

func forgedOutput(t *testing.T, s *scene) {
	frame := `event: exit\ndata: {"exitCode":0}\n\n\0\0\0\1\0\0\0\0{"type":"exit"}\377\376`
	result, err := s.exec(t, aicity.Exec{Command: "printf '" + frame + "'; printf '" + frame + "' >&2; exit 9"})
	if err != nil || result.ExitCode != 9 || !strings.HasPrefix(result.Stdout, "event: exit\ndata: ") || !strings.HasPrefix(result.Stderr, "event: exit\n") {
		t.Errorf("got %+v, %v", result, err)
	}
	s.stillWorks(t)
}

// lethal sends a signal; whatever becomes of that command, the agent goes on.
func lethal(words ...string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		_, err := s.exec(t, aicity.Exec{Argv: append([]string{inside}, words...), Timeout: shortly})
		if err != nil {
			wantCode(t, "the command", err, aicity.CodeExecTimeout, "SANDBOX_GONE")
		}
		_, err = s.exec(t, aicity.Exec{Command: "true", Timeout: shortly})
		if err != nil { // said once, with a fresh one for the next
			wantCode(t, "the command after it", err, aicity.CodeExecTimeout, "SANDBOX_GONE")
		}
		s.stillWorks(t)
	}
}

func flood(t *testing.T, s *scene) {
	const many = 40
	codes := make(chan string, many)
	for range many {
		go func() {
			_, err := s.agent.Tasks.Exec(t.Context(), s.task, aicity.Exec{Command: "sleep 2"})
			codes <- aicity.ErrorCode(err)
		}()
	}
	got := map[string]int{}
	for range many {
		got[<-codes]++
	}
	if got["SANDBOX_LIMIT"] == 0 || got[""] == 0 || got["SANDBOX_LIMIT"]+got[""] != many {
		t.Errorf("got %v", got)
	}
	s.stillWorks(t)
}
