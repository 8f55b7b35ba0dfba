package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox/source"
)

// deepTree makes a workspace with folders of one letter, so many below each other,
// and a file in the last. The path is longer than one call may take.
func deepTree(t *testing.T, levels int) Dir {
	t.Helper()
	w := Dir{dir: t.TempDir()}
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	dirs := []*os.Root{root}
	defer func() {
		for _, dir := range dirs {
			_ = dir.Close()
		}
	}()
	for range levels {
		last := dirs[len(dirs)-1]
		if err := last.Mkdir("d", 0o755); err != nil {
			t.Fatal(err)
		}
		next, err := last.OpenRoot("d")
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, next)
	}
	if err := dirs[levels].WriteFile("bottom.txt", []byte("needle\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return w
}

func measured(t *testing.T, w Dir, delivered ...string) *measurer {
	t.Helper()
	var baseline source.Baseline
	for _, name := range delivered {
		baseline.Files = append(baseline.Files, source.File{Path: name})
	}
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	m := newMeasurer(baseline)
	m.names, m.most = w.maxNames(), 50
	if err := m.measure(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	return m
}

// Whoever looks through a workspace comes to an end of folders below each other,
// and says that there is more.
func TestDepthIsBounded(t *testing.T) {
	t.Parallel()
	w := deepTree(t, 300)
	for _, limit := range []int{0, 30} {
		var all []Entry
		var said Bound
		for cursor := ""; ; {
			page, err := w.List(t.Context(), ListOptions{Path: Home, Recursive: true, Limit: limit, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			all, said = append(all, page.Entries...), page.Truncated
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(all) != maxNesting+1 || said != BoundDepth {
			t.Errorf("pages of %d: got %d entries, truncated %q", limit, len(all), said)
		}
	}
	found, err := w.Search(t.Context(), SearchOptions{Path: Home, Query: "needle"})
	if err != nil || len(found.Matches) > 0 || found.Truncated != string(BoundDepth) {
		t.Errorf("search: got %+v, %v", found, err)
	}
	if m := measured(t, w); len(m.added) > 0 || m.left != BoundDepth {
		t.Errorf("facts: got %q, left %q", m.added, m.left)
	}
	shallow := deepTree(t, maxNesting)
	page, err := shallow.List(t.Context(), ListOptions{Path: Home, Recursive: true})
	if err != nil || len(page.Entries) != maxNesting+1 || page.Truncated != "" {
		t.Errorf("as deep as may be: %d entries, truncated %q, %v", len(page.Entries), page.Truncated, err)
	}
	if m := measured(t, shallow); len(m.added) != 1 || m.left != "" {
		t.Errorf("as deep as may be: got %q, left %q", m.added, m.left)
	}
}

// Of a folder that holds too much it is always the same part that is looked at,
// in whatever order the file system has it.
func TestNamesAreBounded(t *testing.T) {
	t.Parallel()
	const held = 300 // of what a folder may hold
	w := Dir{dir: t.TempDir(), names: held}
	many := filepath.Join(w.dir, "many")
	if err := os.Mkdir(many, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 10 * held {
		if err := os.WriteFile(filepath.Join(many, fmt.Sprintf("%06d", i)), []byte("needle\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	count, last, cursor, said := 0, "", "", Bound("")
	for {
		page, err := w.List(t.Context(), ListOptions{Path: Home + "/many", Limit: 90, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		count, last, said = count+len(page.Entries), page.Entries[len(page.Entries)-1].Name, page.Truncated
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if want := fmt.Sprintf("%06d", held-1); count != held || last != want || said != BoundNames {
		t.Errorf("got %d entries up to %s, truncated %q; want %d up to %s", count, last, said, held, want)
	}
	if found, err := w.Search(t.Context(), SearchOptions{Path: Home, Query: "needle"}); err != nil || len(found.Matches) != held || found.Truncated != string(BoundNames) {
		t.Errorf("search: got %+v, %v", found, err)
	}
	if m := measured(t, w); len(m.added) != 50 || m.added[49] != "many/000049" || m.left != BoundFiles {
		t.Errorf("facts: %d files, left %q", len(m.added), m.left)
	}
	if removed, err := w.Remove(t.Context(), Home+"/many", true); err != nil || removed != 10*held+1 {
		t.Errorf("removed %d, %v", removed, err)
	}
}

// firstOf keeps the first in order of what comes in any order.
func TestFirstOf(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 10, 11, 20, 21, 1_000, 10_001} {
		next := size
		read := func(n int) (some []int, err error) {
			for ; next > 0 && len(some) < min(n, 7); next-- {
				some = append(some, next*7919%10_007)
			}
			if len(some) == 0 {
				err = io.EOF
			}
			return some, err
		}
		kept, more, err := firstOf(t.Context(), read, 10, func(a, b int) int { return a - b })
		var want []int
		for i := 1; i <= size; i++ {
			want = append(want, i*7919%10_007)
		}
		slices.Sort(want)
		want = want[:min(10, size)]
		if !slices.Equal(kept, want) || more != (size > 10) || err != nil {
			t.Errorf("of %d: got %v, %v, %v; want %v", size, kept, more, err, want)
		}
	}
	broken := errors.New("broken")
	if _, _, err := firstOf(t.Context(), func(int) ([]int, error) { return []int{1}, broken }, 10, nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	endless := func(int) ([]int, error) { cancel(); return []int{1}, nil }
	if _, _, err := firstOf(ctx, endless, 10, func(a, b int) int { return a - b }); !errors.Is(err, context.Canceled) {
		t.Errorf("an endless folder: got %v", err)
	}
}

// What takes too much reading is there without its lines, however large it seems.
func TestFactBytesAreBounded(t *testing.T) {
	t.Parallel()
	w := Dir{dir: t.TempDir()}
	text := strings.Repeat("line\n", 2_000)
	for name, size := range map[string]int64{"a.txt": 0, "huge.txt": 1 << 40, "now/huge.txt": 1 << 40, "z.txt": 0} {
		full := filepath.Join(w.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o755), os.WriteFile(full, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
		if size > 0 {
			if err := os.Truncate(full, size); err != nil {
				t.Fatal(err)
			}
		}
	}
	m := measured(t, w, "now/huge.txt")
	if diff := cmp.Diff([]string{"a.txt", "huge.txt", "z.txt"}, m.added); diff != "" || m.left != BoundBytes {
		t.Errorf("left %q (-want +got):\n%s", m.left, diff)
	}
	for name, lines := range map[string]int{"a.txt": 2_000, "huge.txt": 0, "now/huge.txt": 0, "z.txt": 2_000} {
		if m.found[name].Lines != lines {
			t.Errorf("%s: got %d lines, want %d", name, m.found[name].Lines, lines)
		}
	}
	// Each is small enough; together they are not.
	m = newMeasurer(source.Baseline{})
	m.bytes = int64(len(text)) + 1
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	if err := m.measure(t.Context(), root); err != nil || m.found["a.txt"].Lines != 2_000 || m.found["z.txt"].Lines != 0 || m.left != BoundBytes {
		t.Errorf("got %+v, left %q, %v", m.found, m.left, err)
	}
}

// What an agent builds beside the code does not hide what it adds to it.
func TestFactsOfTheCodeComeFirst(t *testing.T) {
	t.Parallel()
	w := Dir{dir: t.TempDir()}
	for i := range 60 {
		dir := filepath.Join(w.dir, "build", fmt.Sprint(i%10))
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"src/old.go", "src/new.go", "src/lib", "zzz.go"} {
		full := filepath.Join(w.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o755), os.WriteFile(full, []byte("x\n"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	m := measured(t, w, "src/lib/gone.go", "src/old.go") // src/lib was a folder
	for _, name := range []string{"src/new.go", "src/lib", "zzz.go"} {
		if !slices.Contains(m.added, name) {
			t.Errorf("%s is not among what was added", name)
		}
	}
	if slices.Contains(m.added, "src/old.go") || len(m.added) != 50 || m.left != BoundFiles || !slices.IsSorted(m.added) {
		t.Errorf("got %d files, left %q", len(m.added), m.left)
	}
}

// soon is a context that is over after somebody has asked so many times.
type soon struct {
	context.Context
	left int
}

func (s *soon) Err() error {
	if s.left--; s.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// A page whose time is over ends early, and the next goes on from there: together
// they are the whole. Without an entry it is an error.
func TestListTimeIsBounded(t *testing.T) {
	t.Parallel()
	w := Dir{dir: t.TempDir()}
	for i := range 30 {
		dir := filepath.Join(w.dir, fmt.Sprintf("%02d", i))
		if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "file"), nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	var all []string
	for cursor := ""; ; {
		page, err := w.listUntil(t.Context(), &soon{t.Context(), 40}, ListOptions{Path: Home, Recursive: true, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 && page.Next == "" {
			t.Error("one page had it all")
		}
		for _, e := range page.Entries {
			all = append(all, e.Path)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(all) != 60 || len(slices.Compact(all)) != 60 {
		t.Errorf("got %d entries, want 60: %q", len(all), all)
	}
	_, err := w.listUntil(t.Context(), &soon{t.Context(), 0}, ListOptions{Path: Home})
	citytest.WantCode(t, "no entry in its time", err, city.CodeSandboxLimit)
}
