package httpapi_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	aicity "aicity.dev/aicity/sdk/go"
)

// testChange finds, makes, moves and deletes files over HTTP.
func testChange(t *testing.T, j *job) {
	ctx, tasks, dir := t.Context(), j.agent.Tasks, home+"/change"
	j.write(t, dir+"/a/one.go", "first\nTheWord here\n")
	j.write(t, dir+"/two.txt", "theword\n")
	found, err := tasks.Search(ctx, j.id, `the[w]ord`, dir, aicity.SearchOptions{IgnoreCase: true, Globs: []string{"*.go"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]aicity.Match{{Path: dir + "/a/one.go", Line: 2, Column: 1, Text: "TheWord here"}}, found.Matches); diff != "" {
		t.Errorf("search (-want +got):\n%s", diff)
	}
	if found, err = tasks.Search(ctx, j.id, "(?i)word", dir, aicity.SearchOptions{Limit: 1}); err != nil || found.Truncated != "matches" {
		t.Errorf("search with a limit: got %+v, %v", found, err)
	}
	_, err = tasks.SearchFiles(ctx, j.id, "(", dir)
	wantCode(t, "a bad expression", err, aicity.CodeValidation)

	if err := tasks.Mkdir(ctx, j.id, dir+"/made/deep"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "move onto a file", tasks.Move(ctx, j.id, dir+"/two.txt", dir+"/a/one.go", false), aicity.CodeFileExists)
	if err := tasks.Move(ctx, j.id, dir+"/two.txt", dir+"/made/deep/moved.txt", false); err != nil {
		t.Fatal(err)
	}
	entry, err := tasks.Stat(ctx, j.id, dir+"/made/deep/moved.txt")
	if err != nil || entry.Type != "file" || entry.SizeBytes != 8 {
		t.Errorf("stat: got %+v, %v", entry, err)
	}
	wantCode(t, "delete a full folder", tasks.Delete(ctx, j.id, dir+"/made", false), aicity.CodeDirectoryNotEmpty)
	if err := tasks.Delete(ctx, j.id, dir+"/made", true); err != nil {
		t.Fatal(err)
	}
	_, err = tasks.Stat(ctx, j.id, dir+"/made")
	wantCode(t, "stat of what is gone", err, aicity.CodeFileNotFound)

	agent := asAgent(j.Server, j.agent)
	for part, want := range map[string]string{"": "first\nTheWord here\n", "&offset=6": "TheWord here\n", "&offset=6&limit=3": "The", "&offset=99": ""} {
		got := agent.call(t, http.MethodGet, "/tasks/"+j.id+"/sandbox/files/read?path="+dir+"/a/one.go"+part, "", "Accept", "application/octet-stream")
		if string(got.body) != want {
			t.Errorf("stream%s: got %q", part, got.body)
		}
	}
}

// A file that is cut off while it is sent does not pass for a whole one.
func testBrokenDownload(t *testing.T, j *job) {
	const size = 128 << 20 // more than is under way on a connection
	j.exec(t, aicity.Exec{Command: "truncate -s 128M " + home + "/broken"})
	agent := asAgent(j.Server, j.agent)
	at := "/api/v1/tasks/" + j.id + "/sandbox/files/read?path=" + home + "/broken"
	open := func(part string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, agent.base+at+part, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(agent.header, agent.secret)
		r.Header.Set("Accept", "application/octet-stream")
		res, err := (&http.Client{}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = res.Body.Close() })
		return res
	}
	for part, want := range map[string]int64{"": size, "&offset=100": size - 100, "&offset=100&limit=7": 7, "&offset=999999999": 0} {
		if res := open(part); res.ContentLength != want {
			t.Errorf("the whole%s: length %d, want %d", part, res.ContentLength, want)
		}
	}
	res := open("")
	if _, err := io.ReadFull(res.Body, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	j.exec(t, aicity.Exec{Command: "truncate -s 0 " + home + "/broken"})
	if n, err := io.Copy(io.Discard, res.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("after %d bytes of a file that was cut off: %v, want an unexpected end", n, err)
	}
}
