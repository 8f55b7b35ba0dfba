package httpapi_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// Before the commitment nothing tells two repositories of one size class apart:
// every answer to the agent is the same, byte for byte, but for ids and times.
func TestAnswersBeforeTheCommitmentAreTheSame(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	needSandbox(t, s)
	host, buyer := newGitHost(t, "127.0.0.1", ""), s.Buyer(t, 10_000)
	one := host.add(t, "one.git", "main", parcel())
	other := host.add(t, "a-much-longer-name/of-another.git", "trunk", map[string]string{
		"lib.py": "def add(a, b):\n    return a + b\n", "tests/test_lib.py": strings.Repeat("assert add(1, 2) == 3\n", 40), "logo.bin": blob,
		"deep/er/and/deeper/notes.txt": "nothing alike\n", "run.sh": "#!/bin/sh\n",
	})
	heard := func(input aicity.TaskInput, lost string) []string {
		j := newJob(t, s, buyer, input)
		if lost != "" {
			if err := os.RemoveAll(filepath.Join(host.root, lost)); err != nil {
				t.Fatal(err)
			}
		}
		return j.heard(t)
	}
	for name, inputs := range map[string][2]aicity.TaskInput{
		"repositories": {{Repo: one}, {Repo: other, Ref: "trunk"}},
		"archives": {
			{ArchiveID: upload(t, s, buyer, tarGz(t, members(parcel())...))},
			{ArchiveID: upload(t, s, buyer, tarGz(t, members(map[string]string{"x/y.txt": "z\n"})...))},
		},
	} {
		want, got := heard(inputs[0], ""), heard(inputs[1], "")
		if len(want) < 20 || !strings.Contains(want[0], `"status":"ready"`) {
			t.Errorf("%s: not provisioned: %.300q", name, want)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-one +other):\n%s", name, diff)
		}
	}
	want, got := heard(aicity.TaskInput{Repo: one}, "one.git"), heard(aicity.TaskInput{Repo: other, Ref: "trunk"}, "a-much-longer-name/of-another.git")
	if !strings.Contains(want[0], aicity.CodeRepoUnreachable) {
		t.Errorf("of lost repositories: %.300q", want[0])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("of lost repositories (-one +other):\n%s", diff)
	}
}

// heard is all that the agent is told before it commits, without ids and times.
func (j *job) heard(t *testing.T) []string {
	t.Helper()
	const file, at = "?path=" + aicity.RepoDir + "/README.md", "/sandbox/files"
	agent := asAgent(j.Server, j.agent)
	calls := append([]taskCall{{method: http.MethodPost, path: "/sandbox/provision"}, {method: http.MethodPost, path: "/sandbox/provision"}}, taskCalls()...)
	calls = append(calls,
		taskCall{method: http.MethodGet, path: at + "/stat" + file},
		taskCall{method: http.MethodGet, path: at + "/search?q=x"},
		taskCall{method: http.MethodPost, path: at + "/mkdir", body: `{"path":"` + aicity.RepoDir + `/x"}`},
		taskCall{method: http.MethodPost, path: at + "/move", body: `{"from":"` + aicity.RepoDir + `/x","to":"` + aicity.RepoDir + `/y"}`},
		taskCall{method: http.MethodDelete, path: at + file},
		taskCall{method: http.MethodGet, path: "/access-log"},
	)
	var heard []string
	for _, c := range calls {
		r := c.by(t, agent, j.id)
		heard = append(heard, c.method+" "+c.path+" "+http.StatusText(r.status)+" "+anonymous(string(r.body)))
	}
	return append(heard, anonymous(string(agent.call(t, http.MethodGet, "/tasks/submitted", "").body)))
}

var (
	anyID   = regexp.MustCompile(`\b[a-z]{3,4}_[0-9a-z]{20,}\b`)
	anyTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)
	anySeq  = regexp.MustCompile(`"seq":\d+`)
)

// anonymous is an answer without ids and times.
func anonymous(body string) string {
	return anySeq.ReplaceAllString(anyTime.ReplaceAllString(anyID.ReplaceAllString(body, "ID"), "TIME"), `"seq":N`)
}
