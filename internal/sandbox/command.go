package sandbox

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/workspace"
)

// Request is a command that an agent wants run; one of Command and Argv is set.
type Request struct {
	ID      string            // by which it can be cancelled; "" is one of ours
	Command string            // for the shell
	Argv    []string          // a program and its arguments
	Dir     string            // absolute path; "" is RepoDir
	Env     map[string]string // on top of the sandbox's own few
	Stdin   string
	Timeout time.Duration // 0 is DefaultTimeout, or what the server allows when that is less
}

// Result is how a command ended and what it printed.
type Result struct {
	ExitCode   int    `json:"exitCode" doc:"128 plus the signal when one killed it"`
	Stdout     string `json:"stdout" doc:"What it printed, as text"`
	Stderr     string `json:"stderr" doc:"What it printed as errors, as text"`
	DurationMs int64  `json:"durationMs"`
	Truncated  bool   `json:"truncated" doc:"Whether output was cut off"`
	ExecID     string `json:"execId" doc:"By which the command could be cancelled"`
	// Limit says why the command may have failed.
	Limit city.Code `json:"limit,omitempty" enum:"SANDBOX_DISK_FULL,SANDBOX_PROCESSES" doc:"The limit of the sandbox that the command ran into"`
}

// The bounds of a command.
const (
	DefaultTimeout = time.Minute
	MaxTimeout     = 10 * time.Minute
	// DefaultExecs is how many commands run in one sandbox at once.
	DefaultExecs = 8
	// DefaultOutput is how much a command may print before it is ended, in bytes.
	DefaultOutput = 64 << 20
	// MaxOutput bounds what is kept of each of the two outputs, in bytes.
	MaxOutput = 1 << 20
	// MaxStream bounds what is streamed of each, in bytes.
	MaxStream  = 16 << 20
	maxCommand = 64 << 10 // all words together, in bytes
	maxWords   = 1_000
	maxEnv     = 64 << 10 // names and values together, in bytes
	maxStdin   = 4 << 20  // bytes
)

// CommandLimits bound the commands of a sandbox.
type CommandLimits struct {
	Commands         int   `json:"commands" doc:"Commands at once"`
	TimeoutMs        int64 `json:"timeoutMs" doc:"How long a command may run that names no timeoutMs"`
	LongestTimeoutMs int64 `json:"longestTimeoutMs" doc:"The longest timeoutMs"`
	OutputBytes      int64 `json:"outputBytes" doc:"What a command may print before it is ended"`
	IdleMs           int64 `json:"idleMs" doc:"Unused for this long, the sandbox is stopped and its files are kept; 0 is never"`
}

// CommandLimits are those of all sandboxes here.
func (s *Service) CommandLimits() CommandLimits {
	c := s.cfg
	return CommandLimits{
		Commands: c.Execs, TimeoutMs: min(DefaultTimeout, c.ExecTime).Milliseconds(), LongestTimeoutMs: c.ExecTime.Milliseconds(),
		OutputBytes: c.Output, IdleMs: c.Idle.Milliseconds(),
	}
}

var execID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// validate checks the request's bounds. Errors: VALIDATION_ERROR.
func (r Request) validate(longest time.Duration) error {
	var v city.Invalid
	v.Check(r.ID == "" || execID.MatchString(r.ID), "execId", "1 to 64 letters, digits, - and _")
	v.Check((r.Command == "") != (len(r.Argv) == 0), "command", "give either command or argv")
	v.Check(len(r.Command) <= maxCommand && !strings.ContainsRune(r.Command, 0), "command", "at most %d bytes, without NUL", maxCommand)
	total := 0
	for _, word := range r.Argv {
		total += len(word)
		v.Check(!strings.ContainsRune(word, 0), "argv", "without NUL")
	}
	v.Check(total <= maxCommand && len(r.Argv) <= maxWords, "argv", "at most %d words and %d bytes", maxWords, maxCommand)
	v.Check(len(r.Argv) == 0 || r.Argv[0] != "", "argv", "its first word must name a program")
	v.Check(len(r.Stdin) <= maxStdin, "stdin", "at most %d bytes", maxStdin)
	v.Check(r.Dir == "" || path.IsAbs(r.Dir) && len(r.Dir) <= workspace.MaxPath && !strings.ContainsRune(r.Dir, 0), "cwd", "must be an absolute path")
	v.Check(r.Timeout >= 0 && r.Timeout <= longest, "timeoutMs", "at most %d", longest.Milliseconds())
	total = 0
	for name, value := range r.Env {
		total += len(name) + len(value)
		v.Check(envName.MatchString(name), "env", "%.60q is no name of a variable", name)
		v.Check(!strings.ContainsRune(value, 0), "env", "values without NUL")
	}
	v.Check(total <= maxEnv, "env", "at most %d bytes", maxEnv)
	return v.Err()
}

// bound gives the request a time that the server allows: its own, or the default.
func (r *Request) bound(longest time.Duration) {
	r.Timeout = min(cmp.Or(r.Timeout, DefaultTimeout), longest)
}

// shown is the command as people read it.
func (r Request) shown() string {
	if r.Command != "" {
		return r.Command
	}
	words := make([]string, len(r.Argv))
	for i, word := range r.Argv {
		words[i] = word
		if !plainWord.MatchString(word) {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// plainWord is a word that a shell leaves as it is.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`)

// command is the request as the backend runs it.
func (r Request) command() Command {
	c := Command{Argv: r.Argv, Dir: r.Dir, Timeout: r.Timeout}
	if r.Command != "" {
		c.Argv = []string{"/bin/sh", "-c", r.Command}
	}
	if c.Dir == "" {
		c.Dir = RepoDir
	}
	if r.Stdin != "" {
		c.Stdin = strings.NewReader(r.Stdin)
	}
	for name, value := range r.Env {
		c.Env = append(c.Env, name+"="+value)
	}
	slices.Sort(c.Env)
	return c
}

// capped passes on the first bytes and drops the rest, so that a command that
// prints much still comes to its end; one that prints without end is ended.
type capped struct {
	pass    func([]byte)
	left    int
	dropped bool
	total   *int64 // of both outputs, still allowed; no backend writes to both at once
	over    func()
}

func (c *capped) Write(p []byte) (int, error) {
	if *c.total -= int64(len(p)); *c.total < 0 {
		c.over()
	}
	keep := p[:min(len(p), c.left)]
	c.left -= len(keep)
	c.dropped = c.dropped || len(keep) < len(p)
	if len(keep) > 0 {
		c.pass(keep)
	}
	return len(p), nil
}

// text is output as a JSON string can carry it.
func text(b *bytes.Buffer) string { return strings.ToValidUTF8(b.String(), "\ufffd") }

// lastOf is the end of an output, short enough for an error's details.
func lastOf(output string) string {
	const kept = 4 << 10
	if len(output) <= kept {
		return output
	}
	cut := output[len(output)-kept:]
	for len(cut) > 0 && !utf8.RuneStart(cut[0]) {
		cut = cut[1:]
	}
	return "…" + cut
}
