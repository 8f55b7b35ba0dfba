package web_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/store"
)

const review = "Review this code for errors."

// An archive goes with the form, once: it stays when another field is refused,
// and the same form sent again makes no second task.
func TestOrderWithAnArchive(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	s.Agent(t, "code_review")
	buyer := s.Buyer(t, 10_000)
	v := newVisitor(t, s.URL, buyer)
	tree := workTree(t, map[string]string{"main.go": "package main\n"})

	order := v.open("/tasks/new").form("Submit and hold the budget").
		set("Kind of work", "Code review").set("Budget at most ($)", "7").set("What should be done", review).set("Deadline (minutes)", "1").
		tick("Archive").attach("File", "shop <b>.zip", tree)
	kept := order.send().says(http.StatusUnprocessableEntity, "1 field needs another look", "must be between 5 and 240", "shop &lt;b&gt;.zip", "is here already", review)
	if kept.status != http.StatusUnprocessableEntity {
		t.FailNow()
	}
	if n := len(archivesOf(t, s)); n != 1 {
		t.Errorf("%d archives are kept", n)
	}
	again := kept.form("Submit and hold the budget").set("Deadline (minutes)", "30")
	first := again.send().says(http.StatusOK, "waiting for the agent", "uploaded archive")
	second := again.send().says(http.StatusOK, "This form had been sent already")
	if first.path != second.path {
		t.Errorf("sent twice: %s and %s", first.path, second.path)
	}

	// A form that was sent with its file twice is the same, too; a changed one is another order.
	order = v.open("/tasks/new").form("Submit and hold the budget").
		set("Kind of work", "Code review").set("Budget at most ($)", "7").set("What should be done", review).tick("Archive").attach("File", "shop.zip", tree)
	first, second = order.send(), order.send()
	if !strings.HasPrefix(first.path, "/tasks/tsk_") || first.path != second.path {
		t.Errorf("sent twice: %s and %s", first.path, second.path)
	}
	if third := order.set("What should be done", review+" Be brief."); third.send().path == first.path {
		t.Error("a changed form is taken for the one before")
	}
	if n := len(archivesOf(t, s)); n != 1 {
		t.Errorf("%d archives are kept of one tree", n)
	}
}

// The same file under another id, as when a form is sent twice at once, orders
// nothing more.
func TestOneOrderForTheSameContent(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	s.Agent(t, "code_review")
	v := newVisitor(t, s.URL, s.Buyer(t, 10_000))
	order := v.open("/tasks/new").form("Submit and hold the budget").set("Kind of work", "Code review").set("What should be done", review).
		tick("Archive").attach("File", "shop.zip", workTree(t, map[string]string{"main.go": "package main\n"}))
	first := order.send().says(http.StatusOK, "uploaded archive")
	err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE archives SET id = 'arc_06h0hyvkhxtf5f6tmsavhjd81m'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if second := order.send(); second.path != first.path {
		t.Errorf("sent twice: %s and %s", first.path, second.path)
	}
	body, kind := order.parts()
	boundary := kind[strings.Index(kind, "boundary=")+len("boundary="):]
	again := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"archive\"; filename=\"y.zip\"\r\n\r\nPK\r\n"
	body = append([]byte(again+again), body...)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/tasks/new", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", s.URL)
	v.do(r).want(t, http.StatusBadRequest, "takes one file")
}

// What is no archive, or too large, is said to be so beside its field, and
// everything else stays.
func TestRefusedArchives(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	s.Agent(t, "code_review")
	v := newVisitor(t, s.URL, s.Buyer(t, 10_000))
	large := append([]byte("PK\x03\x04"), make([]byte, 50<<20)...)
	for name, c := range map[string]struct {
		content []byte
		status  int
		says    string
	}{
		"text":             {[]byte("package main"), http.StatusUnprocessableEntity, "neither a tar.gz nor a zip"},
		"empty":            {[]byte{}, http.StatusUnprocessableEntity, "neither a tar.gz nor a zip"},
		"broken":           {[]byte("PK\x03\x04 and then nothing"), http.StatusUnprocessableEntity, "cannot be used"},
		"leads out":        {workTree(t, map[string]string{"../x": "y"}), http.StatusUnprocessableEntity, "cannot be used"},
		"too large":        {large, http.StatusRequestEntityTooLarge, "larger than 50 MiB"},
		"larger than that": {bytes.Repeat(large, 5), http.StatusRequestEntityTooLarge, "its archive may have 50 MiB"},
	} {
		form := v.open("/tasks/new").form("Submit and hold the budget").set("Kind of work", "Code review").set("What should be done", review).
			tick("Archive").attach("File", "x.zip", c.content)
		p := form.send().says(c.status, c.says)
		if name == "larger than that" {
			continue // the page says the limit, the form is lost
		}
		p.says(c.status, review, `aria-describedby="archive-hint"`, `aria-invalid="true"`)
		if strings.Contains(p.body, "is here already") {
			t.Errorf("%s: it is kept", name)
		}
	}
	if left := archivesOf(t, s); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	v.open("/tasks").says(http.StatusOK, "No tasks yet")
}

// A source is named, and there; what other sources hold does not count.
func TestSources(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	s.Agent(t, "code_review")
	v := newVisitor(t, s.URL, s.Buyer(t, 10_000))
	form := func() *filled {
		return v.open("/tasks/new").form("Submit and hold the budget").set("Kind of work", "Code review").set("What should be done", review)
	}
	form().send().says(http.StatusUnprocessableEntity, "say where your code is")
	form().tick("Git repository").send().says(http.StatusUnprocessableEntity, "give its address")
	form().tick("Archive").send().says(http.StatusUnprocessableEntity, "choose a file")
	form().tick("Pasted code").send().says(http.StatusUnprocessableEntity, "paste it")
	form().tick("Git repository").set("Address", "file:///etc").set("Budget at most ($)", "0.10").send().
		says(http.StatusUnprocessableEntity, "must be between $0.50 and $100,000.00", `value="file:///etc"`)
	form().tick("Pasted code").set("Code", "package main\n").set("Address", "https://unused.invalid/x.git").attach("File", "x.zip", []byte("no archive")).
		send().says(http.StatusOK, "waiting for the agent", "pasted code")
	form().tick("None").send().says(http.StatusOK, "waiting for the agent")
	if left := archivesOf(t, s); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// An archive belongs to its owner: another one's id orders nothing.
func TestOthersArchives(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	s.Agent(t, "code_review")
	other := s.Buyer(t, 1000)
	theirs, err := other.Tasks.UploadArchive(t.Context(), workTree(t, map[string]string{"a.go": "package a\n"}))
	if err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, s.URL, s.Buyer(t, 1000))
	order := v.open("/tasks/new").form("Submit and hold the budget").set("What should be done", review).tick("Archive").values()
	order.Set("archiveId", theirs.ID)
	got := v.post("/tasks/new", order)
	got.want(t, http.StatusUnprocessableEntity, "You have no such archive")
	got.never(t, "is here already", theirs.ID)
}

// Files come from our own pages only.
func TestForeignUploadsAreRefused(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v := newVisitor(t, s.URL, s.Buyer(t, 1000))
	body, kind := v.open("/tasks/new").form("Submit and hold the budget").set("What should be done", review).tick("Archive").
		attach("File", "x.zip", workTree(t, map[string]string{"a.go": "package a\n"})).parts()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/tasks/new", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", "https://elsewhere.example")
	v.do(r).want(t, http.StatusForbidden, "another site")
}

// archivesOf are the files of uploads that a city keeps.
func archivesOf(t *testing.T, s *apptest.Server) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.Data, "archives"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
