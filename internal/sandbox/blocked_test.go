package sandbox

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

func TestBlockedTools(t *testing.T) {
	t.Parallel()
	for _, tool := range BlockedTools() {
		for _, command := range []string{
			tool + " example.com", "/usr/bin/" + tool + " x", "echo a && " + tool + " x", "cat x | " + tool, "a=1 " + tool, "( " + tool + " )", "$(" + tool + " x)",
			"echo \"`" + tool + " x`\"", "if true; then " + tool + "; fi", "f() { " + tool + "; }; f", "sudo -u x " + tool + " y", "env A=b " + tool, "xargs -n 1 " + tool,
			"timeout 5 " + tool + " x", "sh -c '" + tool + " x'", "bash -ec \"true; " + tool + " x\"", "nohup " + tool + " &", "'" + tool + "' x", `\` + tool + " x",
			"eval '" + tool + " x'", "busybox " + tool + " x", "while " + tool + " x; do :; done", "exec " + tool, "command " + tool + " x", "cat <(" + tool + " x)",
		} {
			wantCode(t, command, Request{Command: command}.check(), city.CodeCommandBlocked)
		}
		for _, argv := range [][]string{{tool, "x"}, {"/bin/" + tool}, {"env", "A=b", tool}, {"sh", "-c", tool + " x"}, {"timeout", "-k", "1", "5", tool}} {
			wantCode(t, argv[0], Request{Argv: argv}.check(), city.CodeCommandBlocked)
		}
	}
}

func TestHarmlessCommands(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"echo curl", "grep -rn wget .", "git log --grep=ssh", "ls curl", "cat curl/README", "./curl-tests.sh", "pytest -k ping", "curlew x", "# curl\ntrue",
		"cat <<EOF\ncurl x\nEOF", "echo 'ssh x'", "host=x; echo $host", "find . -name 'nc*'", "go test ./ping/...", "node ping.js", "syntax ( error", "rg ftp | head", "which curl", "command -v curl", "env A=b grep host x", "time go test -run ping", "xargs grep host", "timeout 5 git log host",
		"sudo -u me cat ssh",
	} {
		wantCode(t, command, Request{Command: command}.check(), "")
	}
	for _, argv := range [][]string{{"echo", "curl"}, {"grep", "-r", "ssh", "."}, {"git", "log"}, {"sh", "script.sh"}} {
		wantCode(t, argv[0], Request{Argv: argv}.check(), "")
	}
}
