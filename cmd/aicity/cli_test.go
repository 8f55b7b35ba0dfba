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

// printed runs `aicity` with arguments and returns what it printed. Where the
// command line is not understood, that is the error.
func printed(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	parser, err := newParser(t.Context(), kong.Writers(&out, &out))
	if err != nil {
		t.Fatal(err)
	}
	command, err := parser.Parse(args)
	if err == nil {
		err = command.Run()
	}
	return out.String(), err
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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"work": work, "decline": decline, "setid": setID},
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

// decline hands a task back as the city's worker: no command does that.
func decline(ts *testscript.TestScript, _ bool, args []string) {
	s, ok := ts.Value("city").(*scene)
	if !ok || len(args) != 1 {
		ts.Fatalf("usage: decline TASK, in a city")
	}
	ts.Check(s.worker.Tasks.Decline(context.Background(), args[0]))
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

// The help of each command stands in a file, so that a change of it is seen.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	var text strings.Builder
	parser, err := newParser(t.Context(), kong.Writers(&text, &text), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	help := func(path ...string) {
		text.WriteString("$ aicity " + strings.Join(append(path, "--help"), " ") + "\n")
		_, _ = parser.Parse(append(path, "--help")) // goes on after the help and misses arguments
		text.WriteString("\n")
	}
	help()
	golden(t, filepath.Join("testdata", "help", "aicity.txt"), text.String())
	for _, command := range parser.Model.Children {
		text.Reset()
		help(command.Name)
		for _, child := range command.Children {
			help(command.Name, child.Name)
			for _, grandchild := range child.Children {
				help(command.Name, child.Name, grandchild.Name)
			}
		}
		golden(t, filepath.Join("testdata", "help", command.Name+".txt"), text.String())
	}
}

// golden compares text with a file, or with -update writes it.
func golden(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%s is not kept, write it with -update: %v", path, err)
		return
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("%s has changed, rewrite it with -update:\n%s", path, diff)
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

// Whoever mistypes is sent to the help of what they meant.
func TestHelpForWhatWasMeant(t *testing.T) {
	t.Parallel()
	parser, err := newParser(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"":                    "aicity",
		"nosuch":              "aicity",
		"task":                "aicity task",
		"task submit review":  "aicity task submit",
		"wallet topup 5 --by": "aicity wallet topup",
	} {
		_, err := parser.Parse(strings.Fields(args))
		if got := understood(err); err == nil || got != want {
			t.Errorf("aicity %s: %v, sent to %q, want %q", args, err, got, want)
		}
	}
}
