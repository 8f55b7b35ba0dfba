// Command bench measures the city against a raw limit taken in the same run on
// the same machine, and prints the ratios: machines differ, ratios much less.
//
//	go run ./bench [-seconds 5] [-only city|hot|ledger|gate|sandbox[/part]] [-write bench/RESULTS.md]
//
// PostgreSQL is measured when AICITY_TEST_POSTGRES names a server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/config"
)

// measurement is one line of the results.
type measurement struct {
	what  string
	got   string
	limit string
	ratio float64
	aim   string
	met   bool
}

// engine is a database to measure on.
type engine struct {
	name string
	url  string // "" for SQLite
}

type settings struct {
	seconds time.Duration
	workers int
	dir     string
	adjust  func(*config.Config) // of the city's settings, nil for none
}

func main() {
	seconds := flag.Float64("seconds", 5, "how long each rate is measured")
	write := flag.String("write", "", "also write the results to this file")
	only := flag.String("only", "", "measure only city, hot, ledger, gate, sandbox or one part of it: sandbox/start, exec, read, large, crowd, warm or git")
	transfers := flag.Int("transfers", 2_000_000, "how many transfers the grown ledger has")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the whole run to this file")
	flag.Parse()
	app.TradeMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := profiled(*profile, func() error {
		return run(ctx, time.Duration(*seconds*float64(time.Second)), *write, parts{*only, *transfers})
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// profiled runs f, with a CPU profile when file is not "".
func profiled(file string, f func() error) error {
	if file == "" {
		return f()
	}
	out, err := os.Create(file) //nolint:gosec // the file that the caller names
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	err = f()
	pprof.StopCPUProfile()
	return errors.Join(err, out.Close())
}

func run(ctx context.Context, seconds time.Duration, file string, what parts) error {
	dir, err := os.MkdirTemp("", "aicity-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s := settings{seconds: seconds, workers: 16, dir: dir}
	engines := []engine{{name: "SQLite"}}
	if url := os.Getenv("AICITY_TEST_POSTGRES"); url != "" {
		engines = append(engines, engine{name: "PostgreSQL", url: url})
	} else {
		fmt.Fprintln(os.Stderr, "AICITY_TEST_POSTGRES is not set: PostgreSQL is not measured")
	}
	all, err := measureAll(ctx, s, engines, what)
	if err != nil {
		return err
	}
	text := render(all)
	fmt.Print(text)
	if file == "" {
		return nil
	}
	return os.WriteFile(file, []byte(header()+text), 0o644) //nolint:gosec // a document for everybody
}

// measureAll runs the parts that are asked for, on each engine they concern.
func measureAll(ctx context.Context, s settings, engines []engine, what parts) ([]measurement, error) {
	var all []measurement
	for _, e := range engines {
		lines, err := measureDatabase(ctx, s, e, what)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		all = append(all, lines...)
	}
	if what.wants("gate") {
		fmt.Fprintln(os.Stderr, "gate …")
		lines, err := measureGate(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("gate: %w", err)
		}
		all = append(all, lines...)
	}
	if what.wants("sandbox") {
		fmt.Fprintln(os.Stderr, "sandbox …")
		lines, err := measureSandbox(ctx, s, what)
		if err != nil {
			return nil, fmt.Errorf("sandbox: %w", err)
		}
		all = append(all, lines...)
	}
	slices.SortStableFunc(all, func(a, b measurement) int { return strings.Compare(a.what, b.what) })
	return all, nil
}

// measureDatabase runs the parts that concern an engine.
func measureDatabase(ctx context.Context, s settings, e engine, what parts) ([]measurement, error) {
	var all []measurement
	for _, part := range []struct { // always in this order: what one leaves, the next one meets
		name    string
		measure func() ([]measurement, error)
	}{
		{"city", func() ([]measurement, error) { return measureEngine(ctx, s, e) }},
		{"hot", func() ([]measurement, error) { return measureHot(ctx, s, e) }},
		{"ledger", func() ([]measurement, error) { return measureLedger(ctx, s, e, what.transfers) }},
	} {
		if !what.wants(part.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s …\n", e.name, part.name)
		lines, err := part.measure()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		all = append(all, lines...)
	}
	return all, nil
}

// parts says what is measured.
type parts struct {
	only      string // one of city, hot, ledger, gate, sandbox or sandbox/part, or "" for all
	transfers int    // of the grown ledger
}

func (p parts) wants(name string) bool {
	part, _, _ := strings.Cut(p.only, "/")
	return part == "" || part == name
}

// sandbox picks what is wanted of the sandbox's measurements, in order of name.
func (p parts) sandbox(all map[string]measure) []measure {
	_, only, _ := strings.Cut(p.only, "/")
	var wanted []measure
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if only == "" || only == name {
			wanted = append(wanted, all[name])
		}
	}
	return wanted
}

func header() string {
	return fmt.Sprintf("# Measured\n\n`make bench` on %s, %d CPUs (%s), %s. Each ratio is against a raw limit taken in the same run.\n\n",
		time.Now().UTC().Format("2006-01-02"), runtime.NumCPU(), cpuModel(), runtime.Version())
}

// cpuModel names the processor, for the reader of the results.
func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func render(lines []measurement) string {
	var b strings.Builder
	b.WriteString("| what | measured | raw limit | ratio | aim | |\n|---|---|---|---|---|---|\n")
	for _, m := range lines {
		mark := "met"
		if !m.met {
			mark = "missed"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %.2f | %s | %s |\n", m.what, m.got, m.limit, m.ratio, m.aim, mark)
	}
	return b.String()
}
