package trial

import (
	"context"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/gate"
)

// tool builds and tests code of one kind.
type tool struct {
	name   string
	env    string // goes before each command
	build  string
	test   string
	only   func(tests []string) string // tests a few, nil when it cannot
	parse  func(output string) map[string]bool
	read   func(output string) string // the output as people read it; nil is as it is
	lacks  *regexp.Regexp             // output that says what the sandbox does not have
	lang   language
	local  func(module string) bool // whether a missing module is the code's own
	refine func(ctx context.Context, room Room, t *tool) error
}

// Env is the environment of every command: tools are found where they are
// commonly put, and none of them waits for a network that is not there.
func Env() map[string]string {
	return map[string]string{
		"PATH":    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin:/usr/lib/go/bin:/usr/local/cargo/bin",
		"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "CGO_ENABLED": "0",
		"PYTHONDONTWRITEBYTECODE": "1", "PIP_NO_INDEX": "1", "npm_config_offline": "true", "npm_config_update_notifier": "false",
		"CARGO_NET_OFFLINE": "true", "CI": "true", "LC_ALL": "C.UTF-8",
	}
}

// anyTool judges commands of which nothing is known.
var anyTool = &tool{lacks: lacksAny}

// What a run says when something is missing that only a network could bring.
var (
	lacksGo     = regexp.MustCompile(`module lookup disabled by GOPROXY=off|no required module provides package|missing go\.sum entry|requires go >= |toolchain not available|cannot find module providing`)
	lacksNode   = regexp.MustCompile(`Cannot find (?:module|package) '[^./'][^']*'|ERR_MODULE_NOT_FOUND|command not found|: not found|ENOTFOUND|EAI_AGAIN|could not determine executable to run`)
	lacksPython = regexp.MustCompile(`No module named '?([A-Za-z0-9_]+)`)
	lacksCargo  = regexp.MustCompile(`no matching package|attempting to make an HTTP request, but --offline|failed to (?:download|get|load source)|Unable to update registry|can't find crate for`)
	lacksAny    = regexp.MustCompile(strings.Join([]string{lacksGo.String(), lacksNode.String(), lacksCargo.String(), `ModuleNotFoundError`, `Could not resolve host`}, "|"))
)

// judge says how a run went. What the sandbox lacks, or what took too long, says
// nothing about the work.
func (t *tool) judge(r Result) gate.Run {
	run := gate.Run{Outcome: gate.OutcomeOK, ExitCode: r.ExitCode, DurationMs: r.DurationMs, Output: lastOf(r.Output)}
	switch {
	case r.Refused != "":
		run.Outcome, run.Why = gate.OutcomeNotRun, r.Refused
	case r.TimedOut:
		run.Outcome, run.Why = gate.OutcomeNotRun, "It took too long."
	case r.ExitCode == 127:
		run.Outcome, run.Why = gate.OutcomeNotRun, "The sandbox does not have the program."
	case r.ExitCode != 0 && t.missing(r.Output):
		run.Outcome, run.Why = gate.OutcomeNotRun, "Dependencies are missing, and the sandbox has no network."
	case r.ExitCode != 0:
		run.Outcome = gate.OutcomeFailed
	}
	return run
}

func (t *tool) missing(output string) bool {
	m := t.lacks.FindStringSubmatch(output)
	if m == nil {
		return false
	}
	return t.local == nil || len(m) < 2 || !t.local(m[1])
}

func (t *tool) results(output string) map[string]bool {
	if t.parse == nil {
		return parseLines(output)
	}
	return t.parse(output)
}

func (t *tool) readable(output string) string {
	if t.read == nil {
		return output
	}
	return t.read(output)
}

// detect finds the tool for code with these files, nil when there is none.
func detect(files []string, read func(string) ([]byte, error)) *tool {
	at := func(name string) bool { return slices.Contains(files, name) }
	switch {
	case at("go.mod"):
		return goTool()
	case at("Cargo.toml"):
		return &tool{name: "cargo", build: "cargo build --offline --all-targets", test: "cargo test --offline", lacks: lacksCargo, lang: rust}
	case at("package.json"):
		if t := nodeTool(files, read); t != nil {
			return t
		}
	}
	if t := pythonTool(files); t != nil {
		return t
	}
	if slices.ContainsFunc(files, javaScript.isTest) && slices.ContainsFunc(files, javaScript.isSource) {
		return &tool{name: "node", test: "node --test", lacks: lacksNode, lang: javaScript}
	}
	for _, name := range []string{"Makefile", "makefile", "GNUmakefile"} {
		if text, err := read(name); at(name) && err == nil && makeTest.Match(text) {
			return &tool{name: "make", test: "make test", lacks: lacksAny, lang: anyLanguage(files)}
		}
	}
	return nil
}

var makeTest = regexp.MustCompile(`(?m)^test\s*:`)

func goTool() *tool {
	return &tool{
		name: "go", build: "go build ./...", test: "go test -json ./...",
		only: func(tests []string) string {
			return "go test -json -run '^(" + strings.Join(names(tests), "|") + ")$' ./..."
		},
		parse: parseGo, read: readGo, lacks: lacksGo, lang: golang,
	}
}

// names are the functions of tests that are called package.Function.
func names(tests []string) []string {
	var all []string
	for _, t := range tests {
		name := t[strings.LastIndexByte(t, '.')+1:]
		if word.MatchString(name) && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

var word = regexp.MustCompile(`^\w+$`)

// nodeTool runs the project's own script, or Node's test runner.
func nodeTool(files []string, read func(string) ([]byte, error)) *tool {
	text, err := read("package.json")
	if err != nil {
		return nil
	}
	var pkg struct{ Scripts map[string]string }
	if json.Unmarshal(text, &pkg) != nil {
		return nil
	}
	t := &tool{name: "node", lacks: lacksNode, lang: javaScript}
	script := pkg.Scripts["test"]
	switch {
	case script != "" && !strings.Contains(script, "no test specified"):
		t.test = "npm test --silent"
	case slices.ContainsFunc(files, javaScript.isTest):
		t.test = "node --test"
	}
	if pkg.Scripts["build"] != "" {
		t.build = "npm run build --silent"
	}
	if t.test == "" && t.build == "" {
		return nil
	}
	return t
}

// pythonTool runs pytest where there is one, else unittest.
func pythonTool(files []string) *tool {
	var sources, tests []string
	for _, f := range files {
		switch {
		case python.isTest(f):
			tests = append(tests, f)
		case python.isSource(f):
			sources = append(sources, f)
		}
	}
	if len(sources)+len(tests) == 0 {
		return nil
	}
	t := &tool{
		name: "python", env: "PYTHONPATH=.:src ", build: "python3 -m compileall -q --invalidation-mode checked-hash .", lacks: lacksPython, lang: python,
		local: func(module string) bool {
			return slices.ContainsFunc(files, func(f string) bool {
				return path.Base(f) == module+".py" || strings.HasPrefix(f, module+"/") || strings.Contains(f, "/"+module+"/")
			})
		},
	}
	t.refine = func(ctx context.Context, room Room, t *tool) error {
		r, err := room.Run(ctx, "python3 -c 'import pytest'", 30*time.Second)
		switch {
		case err != nil:
			return err
		case r.ExitCode == 0:
			t.test = "python3 -m pytest -q -rA -p no:cacheprovider"
		case len(tests) > 0 && slices.ContainsFunc(tests, func(f string) bool { return !strings.Contains(f, "/") }):
			t.test = "python3 -m unittest discover -v"
		default:
			t.test = "python3 -m unittest discover -v -s " + folderOf(tests)
		}
		return nil
	}
	return t
}

// folderOf is where tests are, the root when there are none yet or the folder
// has no plain name.
func folderOf(tests []string) string {
	if len(tests) == 0 {
		return "."
	}
	if dir, _, ok := strings.Cut(tests[0], "/"); ok && word.MatchString(dir) {
		return dir
	}
	return "."
}

// lastOf is the end of an output, from the beginning of a line on.
func lastOf(output string) string {
	output = strings.TrimSpace(output)
	if len(output) <= keptOutput {
		return output
	}
	output = output[len(output)-keptOutput:]
	if i := strings.IndexByte(output, '\n'); i >= 0 {
		output = output[i+1:]
	}
	return "…\n" + strings.ToValidUTF8(output, "")
}
