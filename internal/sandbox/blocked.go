package sandbox

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"aicity.dev/aicity/internal/city"
)

// blockedTools are the programs whose only use is a network. There is none in
// a sandbox, whatever runs there; refusing them early tells the agent so.
var blockedTools = []string{
	"curl", "wget", "nc", "ncat", "netcat", "socat", "ssh", "scp", "sftp", "telnet", "ftp",
	"dig", "nslookup", "host", "ping",
}

// BlockedTools are the names of the programs that are refused and hidden.
func BlockedTools() []string { return slices.Clone(blockedTools) }

// errBlocked refuses a network tool. Error: COMMAND_BLOCKED.
func errBlocked(tool string) *city.Error {
	return city.Errorf(city.CodeCommandBlocked,
		"%s is blocked: the sandbox has no network. Work with the files that are there.", tool).WithDetail("tool", tool)
}

// wrappers run the program named by one of their later words.
var wrappers = []string{
	"sudo", "doas", "env", "command", "exec", "nohup", "nice", "ionice", "time", "timeout", "stdbuf", "setsid", "xargs",
	"busybox", "toybox", "builtin", "strace", "watch", "unshare", "chroot",
}

// shells take a script as the word after -c.
var shells = []string{"sh", "bash", "dash", "zsh", "ash", "ksh", "eval"}

// checkArgv refuses a program that is a network tool, also behind a wrapper or
// inside a shell's -c. Errors: COMMAND_BLOCKED.
func checkArgv(argv []string) error {
	for i, word := range argv {
		name := path.Base(word)
		switch {
		case slices.Contains(blockedTools, name):
			return errBlocked(name)
		case slices.Contains(shells, name):
			return checkShellWords(argv[i+1:])
		case slices.Contains(wrappers, name), i > 0:
			// Which word of a wrapper is the program depends on its options;
			// a network tool's name in any place is taken for it.
			continue
		default:
			return nil
		}
	}
	return nil
}

// checkShellWords looks into what a shell is told to run.
func checkShellWords(words []string) error {
	for _, word := range words {
		if strings.HasPrefix(word, "-") {
			continue
		}
		return checkScript(word)
	}
	return nil
}

// checkScript refuses a script that calls a network tool by its plain name.
// One that hides the name gets past this, and finds no network. Errors:
// COMMAND_BLOCKED.
func checkScript(script string) error {
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		return nil //nolint:nilerr // the sandbox's own shell says better what is wrong with it
	}
	var blocked error
	syntax.Walk(file, func(node syntax.Node) bool {
		call, ok := node.(*syntax.CallExpr)
		if !ok || blocked != nil {
			return blocked == nil
		}
		blocked = checkArgv(literals(call.Args))
		return blocked == nil
	})
	return blocked
}

// literals are the words as the shell will see them, as far as that is known
// before it runs: quotes are resolved, expansions left empty.
func literals(words []*syntax.Word) []string {
	argv := make([]string, len(words))
	for i, word := range words {
		argv[i] = literal(word.Parts)
	}
	return argv
}

func literal(parts []syntax.WordPart) string {
	var text strings.Builder
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			text.WriteString(strings.ReplaceAll(p.Value, `\`, ""))
		case *syntax.SglQuoted:
			text.WriteString(p.Value)
		case *syntax.DblQuoted:
			text.WriteString(literal(p.Parts))
		}
	}
	return text.String()
}
