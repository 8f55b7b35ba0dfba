package gocheck_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/seedagent/inspect/gocheck"
	"aicity.dev/aicity/internal/seedagent/inspect/inspecttest"
)

// goTests are sources with the places that must be found, and nothing else.
// The first line of each source is line 1.
var goTests = []struct {
	name string
	src  string
	mod  string
	want []string
}{
	{name: "dropped errors", src: `package p
import ("encoding/json"; "net/http"; "strconv"; "database/sql")
func f(w http.ResponseWriter, r *http.Request, tx *sql.Tx) {
	var v any
	json.NewDecoder(r.Body).Decode(&v)
	tx.Commit()
	n, _ := strconv.Atoi("1")
	g()
	_ = g()
	defer tx.Rollback()
	_, _ = w.Write([]byte{byte(n)})
}
func g() error { return nil }
`, want: []string{"go-dropped-error:5", "go-dropped-error:6", "go-dropped-error:7", "go-dropped-error:8"}},
	{name: "names of other packages are not ours", src: `package p
import ("flag"; "sync")
func f(wg *sync.WaitGroup) { flag.Parse(); wg.Wait() }
func Parse() error { return nil }
func Wait() error { return nil }
`, want: []string{"go-missing-doc:4"}},
	{name: "swallowed", src: `package p
func f() (int, error) {
	if err := g(); err != nil { return 0, err }
	err := g()
	if err != nil {
		return 0, nil
	}
	return 1, nil
}
func g() error { return nil }
`, want: []string{"go-swallowed-error:5"}},
	{name: "defer in a loop", src: `package p
import "os"
func f(names []string) {
	for _, n := range names {
		h, err := os.Open(n)
		if err != nil { continue }
		defer h.Close()
		func() { defer h.Close() }()
	}
}
`, want: []string{"go-defer-in-loop:7"}},
	{name: "rows", src: `package p
import "database/sql"
func f(rows *sql.Rows) error {
	for rows.Next() {
		if err := rows.Scan(); err != nil { return err }
	}
	return nil
}
func g(rows *sql.Rows) error {
	for rows.Next() {
		if err := rows.Scan(); err != nil { return err }
	}
	return rows.Err()
}
`, want: []string{"go-rows-err:4"}},
	{name: "bodies and timeouts", src: `package p
import ("net/http"; "time")
func f() (int, error) {
	res, err := http.Get("https://example.com")
	if err != nil { return 0, err }
	return res.StatusCode, nil
}
func g(client *http.Client, req *http.Request) (int, error) {
	res, err := client.Do(req)
	if err != nil { return 0, err }
	defer res.Body.Close()
	return res.StatusCode, nil
}
func h(api http.Handler) error { return http.ListenAndServe(":1", api) }
func i() *http.Client { return &http.Client{} }
func j() *http.Server { return &http.Server{ReadHeaderTimeout: time.Second} }
func k() *http.Server { return &http.Server{Addr: ":1"} }
`, want: []string{"go-body-close:4", "go-http-no-timeout:14", "go-http-no-timeout:15", "go-http-no-timeout:17", "go-http-no-timeout:4"}},
	{name: "sql", src: `package p
import "fmt"
func f(name string, id int) []string {
	return []string{
		fmt.Sprintf("SELECT * FROM t WHERE name = '%s'", name),
		fmt.Sprintf("SELECT * FROM t WHERE id = %d", id),
		"DELETE FROM t WHERE name = '" + name + "'",
		"SELECT 1 FROM t " + "WHERE TRUE",
		fmt.Sprintf("update %s", name),
	}
}
`, want: []string{"go-sql-built:5", "go-sql-built:7"}},
	{name: "locks", src: `package p
import "sync"
// T is.
type T struct { mu sync.Mutex; n map[string]int; k int }
func (t *T) Add(s string) { t.mu.Lock(); defer t.mu.Unlock(); t.n[s]++; t.add() }
func (t *T) add() { t.k++ }
func (t *T) Get(s string) int { return t.n[s] }
func (t T) Copy() int { t.mu.Lock(); defer t.mu.Unlock(); return t.n[""] }
func take(t T) {}
`, want: []string{"go-missing-doc:5", "go-mutex-copy:8", "go-mutex-copy:9", "go-unguarded-field:7"}},
	{name: "goroutines", mod: "module m\n\ngo 1.20\n", src: `package p
import "sync"
func f(all []int) {
	var wg sync.WaitGroup
	for _, n := range all {
		go func() {
			wg.Add(1)
			defer wg.Done()
			println(n)
		}()
	}
	for _, n := range all {
		n := n
		wg.Add(1)
		go func() { defer wg.Done(); println(n) }()
	}
	wg.Wait()
}
`, want: []string{"go-add-in-goroutine:7", "go-loop-variable:6"}},
	{name: "loop variables since 1.22", mod: "module m\n\ngo 1.22\n", src: `package p
func f(all []int) { for _, n := range all { go func() { println(n) }() } }
`, want: []string{}},
	{name: "contexts", src: `package p
import ("context"; "net/http"; "time")
type t struct { ctx context.Context }
func f(n int, ctx context.Context) { <-context.Background().Done() }
func g(w http.ResponseWriter, r *http.Request) { ctx, _ := context.WithTimeout(r.Context(), time.Second); <-ctx.Done() }
func h() context.Context { return context.Background() }
`, want: []string{"go-background:4", "go-ctx-field:3", "go-ctx-field:4", "go-lost-cancel:5"}},
	{name: "handlers", src: `package p
import ("io"; "net/http"; "os"; "os/exec"; "path/filepath")
func f(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil { http.Error(w, err.Error(), http.StatusInternalServerError); return }
	http.Error(w, err.Error(), http.StatusBadRequest)
	p := filepath.Join("/srv", r.URL.Query().Get("p"))
	name := r.FormValue("name")
	_, err = os.Open(name)
	_ = exec.Command("sh", "-c", "ls "+string(b)+p)
	_ = exec.Command("ls", "-c", p)
}
func g(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1)
	_, _ = io.ReadAll(r.Body)
	_, _ = os.Open(filepath.Base(r.FormValue("n")))
}
`, want: []string{"go-error-to-client:5", "go-path-from-request:7", "go-path-from-request:9", "go-shell:10", "go-unbounded-body:4"}},
	{name: "crypto", src: `package p
import ("crypto/md5"; "crypto/tls"; "math/rand")
func newToken() int { return rand.Int() }
func shuffle() int { return rand.Int() }
func f() ([16]byte, *tls.Config) { return md5.Sum(nil), &tls.Config{InsecureSkipVerify: true} }
`, want: []string{"go-tls-skip-verify:5", "go-weak-crypto:5", "go-weak-random:3"}},
	{name: "libraries and errors", src: `package p
import ("database/sql"; "fmt"; "io"; "log"; "net/http"; "text/template")
func f(err error) error {
	if err == sql.ErrNoRows { log.Fatal(err) }
	if err == io.EOF { return nil }
	return fmt.Errorf("read: %v", err)
}
func g(w http.ResponseWriter, t *template.Template) error { return t.Execute(w, nil) }
`, want: []string{"go-error-compare:4", "go-error-compare:6", "go-exit-in-library:4", "go-text-template:8"}},
	{name: "size", src: "package p\nfunc f(a, b int) {\n" + strings.Repeat("\tprintln()\n", 90) +
		"\tif a > 0 {\n\t\tfor {\n\t\t\tif b > 0 {\n\t\t\t\tswitch {\n\t\t\t\tcase a > b:\n\t\t\t\t\tif a > 1 {\n\t\t\t\t\t}\n\t\t\t\t}\n\t\t\t}\n\t\t}\n\t}\n}\n",
		want: []string{"go-deep-nesting:98", "go-long-function:2"}},
	{name: "else if is not nesting", src: `package p
func f(a int) {
	if a == 1 {} else if a == 2 {} else if a == 3 {} else if a == 4 {} else if a == 5 {} else { println() }
}
`, want: []string{}},
}

func TestCheck(t *testing.T) {
	t.Parallel()
	var cases []inspecttest.Case
	for _, tt := range goTests {
		files := inspecttest.Files{"p.go": tt.src}
		if tt.mod != "" {
			files["go.mod"] = tt.mod
		}
		cases = append(cases, inspecttest.Case{Name: tt.name, Files: files, Want: tt.want})
	}
	inspecttest.Finds(t, gocheck.Check, gocheck.Rules(), cases)
}

// TestTestFilesAreSpared: tests may drop errors and use plain clients.
func TestTestFilesAreSpared(t *testing.T) {
	t.Parallel()
	for _, tt := range goTests {
		if tt.name == "goroutines" {
			continue // wrong in tests too
		}
		got := gocheck.Check(inspecttest.Load(t, inspecttest.Files{"p_test.go": tt.src}))
		if len(got.Hits) > 0 {
			t.Errorf("%s: %v", tt.name, inspecttest.Places(got))
		}
	}
}

func TestBrokenSource(t *testing.T) {
	t.Parallel()
	got := gocheck.Check(inspecttest.Load(t, inspecttest.Files{"a.go": "package", "b.go": "package p\nfunc f() {"}))
	if len(got.Unparsed) != 2 || len(got.Hits) != 0 {
		t.Errorf("unparsed %v, hits %v", got.Unparsed, got.Hits)
	}
}
