package httpapi_test

import (
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
