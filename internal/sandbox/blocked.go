package sandbox

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/workspace"
)

// errBlocked refuses a network tool. Error: COMMAND_BLOCKED.
func errBlocked(tool string) *city.Error {
	return city.Errorf(city.CodeCommandBlocked,
		"%s is blocked: the sandbox has no network. Work with the files that are there.", tool).WithDetail("tool", tool)
}

// wrappers run the program named by one of their later words. The number says
// how many words that are no options come before it.
var wrappers = map[string]int{
	"sudo": 0, "doas": 0, "env": 0, "command": 0, "exec": 0, "nohup": 0, "nice": 0, "ionice": 0, "time": 0, "timeout": 0, "stdbuf": 0, "setsid": 0,
	"xargs": 0, "parallel": 0, "busybox": 0, "toybox": 0, "builtin": 0, "strace": 0, "ltrace": 0, "watch": 0, "unshare": 0, "chroot": 1, "flock": 1,
	"taskset": 1, "setpriv": 0, "runuser": 0, "unbuffer": 0, "catchsegv": 0, "gdb": 0, "winpty": 0, "torsocks": 0, "proxychains": 0, "dbus-run-session": 0,
}

// loaders run the program that they are given the path of.
var loaders = regexp.MustCompile(`^(ld\.so|ld-linux.*\.so.*|ld-musl-.*\.so.*)$`)

// shells take a script as the word after -c, or on their standard input.
var shells = []string{"sh", "bash", "dash", "zsh", "ash", "ksh", "mksh", "rbash"}

// takesValue are the wrappers' options whose value is the next word.
var takesValue = []string{"-u", "-g", "-n", "-k", "-s", "-P", "-I", "-d", "-L", "-C", "-a", "-E", "-w", "-o", "--user", "--signal", "--kill-after", "--argv0"}

// setting is a word that comes before the program: A=b, or how long or often.
var setting = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*=.*|(0x)?[0-9.]+[smhd]?)$`)

// maxDepth bounds how deep scripts in scripts are looked into.
const maxDepth = 8

// checker looks for network tools in what an agent wants run. It knows what can
// be known before the shell runs: one that hides the name gets past it, finds
// no such program, and no network.
type checker struct {
	vars      map[string][]string // what variables are, as far as it is plain
	functions map[string]bool     // names of functions, which hide programs
	made      map[string]string   // the tools that the script copied or linked, by the new name
	copied    map[string]string   // those that earlier ones did, if the files are still the same
	doubts    *[]string           // programs that only who is inside can tell from tools
	dir       string              // the folder that it is in
	in        *workspace.Dir      // or nil
	stdin     string
	depth     int  // of scripts in scripts
	nested    int  // of commands in words
	left      *int // commands that are still looked at, for all checkers of a request together
}

const (
	// maxLooks bounds how many commands of a script are looked at: loops in
	// loops have more than anybody could wait for.
	maxLooks = 20_000
	// maxKnown bounds how many variables are known, and words of a list.
	maxKnown = 256
	// maxValue bounds the length of what is known of a variable, in bytes: it may
	// be made of itself twice, again and again.
	maxValue = 256
)

func newChecker(env map[string]string, stdin, dir string, in *workspace.Dir) *checker {
	left := maxLooks
	c := &checker{
		vars: map[string][]string{}, functions: map[string]bool{}, made: map[string]string{}, doubts: &[]string{}, dir: dir, in: in, stdin: stdin, left: &left,
	}
	for name, value := range env {
		c.set(name, value)
	}
	return c
}

// set notes what a variable is, unless that is more than anybody needs.
func (c *checker) set(name string, values ...string) {
	delete(c.vars, name)
	long := func(value string) bool { return len(value) > maxValue }
	if len(c.vars) < maxKnown && len(values) <= maxKnown && !slices.ContainsFunc(values, long) {
		c.vars[name] = values
	}
}

// inner is a checker for a script within, with arguments of its own.
func (c *checker) inner(args []string, stdin string) *checker {
	n := &checker{
		vars: map[string][]string{}, functions: map[string]bool{}, made: c.made, copied: c.copied, doubts: c.doubts,
		dir: c.dir, in: c.in, stdin: stdin, depth: c.depth + 1, left: c.left,
	}
	maps.Copy(n.vars, c.vars)
	n.arguments(args)
	return n
}

// argv refuses a program that is a network tool, also behind a wrapper or
// inside a shell's -c. Errors: COMMAND_BLOCKED.
func (c *checker) argv(argv []string) error {
	if *c.left--; len(argv) == 0 || c.depth > maxDepth || *c.left < 0 {
		return nil
	}
	name := path.Base(argv[0])
	skip, wraps := wrappers[name]
	if c.functions[argv[0]] {
		return nil
	}
	if tool := c.tool(argv[0]); tool != "" {
		return errBlocked(tool)
	}
	switch {
	case slices.Contains(shells, name):
		return c.shell(argv[1:])
	case wraps:
		return c.wrapped(name, argv[1:], skip)
	case loaders.MatchString(name):
		return c.wrapped(name, argv[1:], 0)
	default:
		return c.builtin(name, argv[1:])
	}
}

// builtin looks into the commands that run a script or program in the midst of
// their words. Errors: COMMAND_BLOCKED.
func (c *checker) builtin(name string, words []string) error {
	switch name {
	case "cd":
		if len(words) == 1 {
			c.dir = c.abs(words[0])
		}
	case "ln", "cp", "mv", "install":
		c.makes(words)
	case "eval":
		return c.inner(nil, "").script(strings.Join(words, " "))
	case "trap":
		if len(words) > 1 {
			return c.inner(nil, "").script(words[0])
		}
	case "alias":
		return c.aliases(words)
	case "find", "fd", "fdfind":
		return c.forEachFound(words)
	case "su", "script":
		for i, word := range words[:max(0, len(words)-1)] {
			if word == "-c" || word == "--command" || name == "script" && strings.HasPrefix(word, "-") && strings.HasSuffix(word, "c") {
				return c.inner(nil, "").script(words[i+1])
			}
		}
	}
	return nil
}

// aliases looks at what the aliases stand for. Errors: COMMAND_BLOCKED.
func (c *checker) aliases(words []string) error {
	for _, word := range words {
		if _, value, is := strings.Cut(word, "="); is {
			if err := c.inner(nil, "").script(value); err != nil {
				return err
			}
		}
	}
	return nil
}

// forEachFound looks at what a search runs for what it finds. Errors: COMMAND_BLOCKED.
func (c *checker) forEachFound(words []string) error {
	for i, word := range words {
		if slices.Contains([]string{"-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec"}, word) {
			if err := c.argv(words[i+1:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrapped looks at a wrapper's words from the program on that it runs. Errors:
// COMMAND_BLOCKED.
func (c *checker) wrapped(wrapper string, words []string, skip int) error {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case wrapper == "command" && (word == "-v" || word == "-V"), wrapper == "busybox" && strings.HasPrefix(word, "--list"):
			return nil // it only looks for one
		case wrapper == "env" && (word == "-S" || strings.HasPrefix(word, "--split-string")) && i+1 < len(words):
			return c.inner(nil, "").script(strings.Join(words[i+1:], " "))
		case word == "-c" && (wrapper == "flock" || wrapper == "runuser") && i+1 < len(words):
			return c.inner(nil, "").script(words[i+1])
		case slices.Contains(takesValue, word) || word == "-c" && (wrapper == "ionice" || wrapper == "taskset"):
			i++
		case strings.HasPrefix(word, "-") && word != "-":
		case setting.MatchString(word) && skip == 0:
		case skip > 0:
			skip--
		case wrapper == "watch" || wrapper == "parallel": // each gives its words to a shell
			return c.inner(nil, "").script(strings.Join(words[i:], " "))
		default:
			return c.argv(words[i:])
		}
	}
	return nil
}

// shell looks into what a shell is told to run. Errors: COMMAND_BLOCKED.
func (c *checker) shell(words []string) error {
	command := false
	for i, word := range words {
		switch {
		case strings.HasPrefix(word, "--") || word == "-" || strings.HasPrefix(word, "+"):
		case strings.HasPrefix(word, "-"):
			command = command || strings.ContainsRune(word, 'c')
		case command:
			return c.inner(words[i+1:], c.stdin).script(word)
		case i > 0 && (words[i-1] == "-o" || words[i-1] == "-O" || words[i-1] == "+o"):
		default:
			return nil // a file
		}
	}
	return c.inner(nil, "").script(c.stdin)
}

// check refuses network tools, also behind links in the workspace, which may be
// nil. Errors: COMMAND_BLOCKED.
func (r Request) check(in *workspace.Dir) error {
	_, err := r.look(in, nil)
	return err
}

// look is check; it knows of copies that earlier commands made, and tells what it found.
func (r Request) look(in *workspace.Dir, copied map[string]string) (*checker, error) {
	c := newChecker(r.Env, r.Stdin, cmp.Or(r.Dir, RepoDir), in)
	c.copied = copied
	if r.Command != "" {
		return c, c.script(r.Command)
	}
	return c, c.argv(r.Argv)
}
