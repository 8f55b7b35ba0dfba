package sandbox

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"aicity.dev/aicity/internal/city"
)

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

// takesValue are the wrappers' options whose value is the next word.
var takesValue = []string{"-u", "-g", "-n", "-k", "-s", "-P", "-I", "-d", "-L", "-C", "-a"}

// checkArgv refuses a program that is a network tool, also behind a wrapper or
// inside a shell's -c. Errors: COMMAND_BLOCKED.
func checkArgv(argv []string) error {
	if len(argv) == 0 {
		return nil
	}
	name := path.Base(argv[0])
	switch {
	case slices.Contains(blockedTools, name):
		return errBlocked(name)
	case slices.Contains(shells, name):
		return checkShellWords(argv[1:])
	case slices.Contains(wrappers, name):
		return checkArgv(wrapped(argv[1:]))
	default:
		return nil
	}
}

// wrapped are a wrapper's words from the program on that it runs, none when it
// only looks for one.
func wrapped(words []string) []string {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "-v" || word == "-V":
			return nil
		case slices.Contains(takesValue, word):
			i++
		case !strings.HasPrefix(word, "-") && !setting.MatchString(word):
			return words[i:]
		}
	}
	return nil
}

// setting is a word that comes before the program: A=b, or how long or often.
var setting = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*=.*|[0-9.]+[smhd]?)$`)

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
