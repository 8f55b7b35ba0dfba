package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"aicity": main})
}

// The scripts run the program against a city of their own, in which a worker
// stands ready.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"), UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			tb, ok := env.T().(testing.TB)
			if !ok {
				return errors.New("no test to start a city for")
			}
			s := apptest.Start(tb)
			buyer, worker := s.Buyer(tb, 5_000), s.Agent(tb, "research")
			env.Values["city"] = &scene{buyer: buyer, worker: worker}
			env.Setenv("CITY", s.URL)
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("TZ", "UTC")
			env.Setenv("BUYER", buyer.Email)
			env.Setenv("BUYER_TOKEN", buyer.Token)
			env.Setenv("OWNER_TOKEN", worker.Owner.Token)
			env.Setenv("WORKER", worker.ID)
			env.Setenv("WORKER_KEY", worker.Key)
			return os.WriteFile(filepath.Join(env.WorkDir, "password"), []byte(buyer.Password+"\n"), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"work": work, "setid": setID},
	})
}

type scene struct {
	buyer  *apptest.Person
	worker *apptest.Worker
}

// work has the worker do the task, with the text of a file as its result.
func work(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: work TASK FILE")
	}
	s, ok := ts.Value("city").(*scene)
	if !ok {
		ts.Fatalf("no city")
	}
	task, result := args[0], ts.ReadFile(args[1])
	_, err := s.worker.Tasks.Executing(context.Background(), task, "")
	ts.Check(err)
	_, err = s.worker.Tasks.Complete(context.Background(), task, aicity.Completion{Output: aicity.Output{Result: result}})
	ts.Check(err)
}

// setid puts the first word after a label of the last output into a variable.
func setID(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: setid VARIABLE LABEL")
	}
	_, rest, found := strings.Cut(ts.ReadFile("stdout"), args[1])
	words := strings.Fields(rest)
	if !found || len(words) == 0 {
		ts.Fatalf("the output has no %q", args[1])
	}
	ts.Setenv(args[0], strings.Trim(words[0], `",`))
}

// The help of every command stands in one file, so that a change of it is seen.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	var all strings.Builder
	parser, err := newParser(t.Context(), kong.Writers(&all, &all), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	var paths [][]string
	var collect func(node *kong.Node, path []string)
	collect = func(node *kong.Node, path []string) {
		paths = append(paths, path)
		for _, child := range node.Children {
			collect(child, append(append([]string{}, path...), child.Name))
		}
	}
	collect(parser.Model.Node, nil)
	for _, path := range paths {
		all.WriteString("$ aicity " + strings.Join(append(path, "--help"), " ") + "\n")
		_, _ = parser.Parse(append(path, "--help")) // goes on after the help and misses arguments
		all.WriteString("\n")
	}
	golden := filepath.Join("testdata", "help.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(all.String(), "\n")); diff != "" {
		t.Errorf("the help has changed; rewrite it with -update:\n%s", diff)
	}
}

// What is not understood is not the same as what failed.
func TestExitCodes(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, c := range []struct {
		args string
		want int
	}{{"version", 0}, {"task list", 1}, {"task lst", 2}, {"task submit research", 2}, {"wallet topup much", 2}, {"wallet topup 5 --colour", 2}} {
		if got := run(t.Context(), strings.Fields(c.args)); got != c.want {
			t.Errorf("aicity %s: exit code %d, want %d", c.args, got, c.want)
		}
	}
}
