package httpapi_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	aicity "aicity.dev/aicity/sdk/go"
)

const (
	blob  = "\x00\x01\xfe\xff binary"
	greet = "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello\")\n}\n"
	home  = "/home/user"
)

func parcel() map[string]string {
	return map[string]string{
		"README.md": "# Parcels\n\nThey are counted.\n", "cmd/main.go": greet, "docs/old.md": "to be removed\n", "data/blob.bin": blob,
		".gitignore": "*.log\n",
	}
}

// job is a task whose agent is about to work on it.
type job struct {
	*apptest.Server
	buyer *apptest.Person
	agent *apptest.Worker
	id    string
	box   string // once provisioned
}

func newJob(t *testing.T, s *apptest.Server, buyer *apptest.Person, input aicity.TaskInput) *job {
	t.Helper()
	j := &job{Server: s, buyer: buyer, agent: s.Agent(t, "bug_fix")}
	input.Description = "Make the parcel service greet in capitals, and say so in the README."
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "bug_fix", MaxBudget: 700, AgentID: j.agent.ID, Input: input})
	if err != nil {
		t.Fatal(err)
	}
	j.id = order.ID
	return j
}

func (j *job) provision(t *testing.T) {
	t.Helper()
	box, err := j.agent.Tasks.ProvisionSandbox(t.Context(), j.id)
	if err != nil {
		t.Fatal(err)
	}
	if box.SandboxID == "" || box.Status != "ready" || box.ExpiresAt == nil || j.box != "" && j.box != box.SandboxID {
		t.Fatalf("sandbox %+v, want %q", box, j.box)
	}
	j.box = box.SandboxID
}

func (j *job) start(t *testing.T) {
	t.Helper()
	if _, err := j.agent.Tasks.Executing(t.Context(), j.id, j.box); err != nil {
		t.Fatal(err)
	}
}

func (j *job) exec(t *testing.T, in aicity.Exec) *aicity.ExecResult {
	t.Helper()
	result, err := j.agent.Tasks.Exec(t.Context(), j.id, in)
	if err != nil {
		t.Fatalf("%+v: %v", in, err)
	}
	return result
}

func (j *job) read(t *testing.T, file string) string {
	t.Helper()
	got, err := j.agent.Tasks.ReadFile(t.Context(), j.id, file, aicity.ReadOptions{})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	raw, err := got.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func (j *job) write(t *testing.T, file, content string) {
	t.Helper()
	if err := j.agent.Tasks.WriteFile(t.Context(), j.id, file, []byte(content)); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// allRefused tries every call at the sandbox's content as an agent.
func (j *job) allRefused(t *testing.T, when string, agent *apptest.Worker, code string) {
	t.Helper()
	ctx, tasks, file := t.Context(), agent.Tasks, aicity.RepoDir+"/README.md"
	_, err := tasks.ListFiles(ctx, j.id, aicity.RepoDir, aicity.ListOptions{})
	wantCode(t, when+": list", err, code)
	_, err = tasks.ReadFile(ctx, j.id, file, aicity.ReadOptions{})
	wantCode(t, when+": read", err, code)
	wantCode(t, when+": write", tasks.WriteFile(ctx, j.id, file, []byte("x")), code)
	_, err = tasks.Stat(ctx, j.id, file)
	wantCode(t, when+": stat", err, code)
	_, err = tasks.SearchFiles(ctx, j.id, "x", aicity.RepoDir)
	wantCode(t, when+": search", err, code)
	wantCode(t, when+": mkdir", tasks.Mkdir(ctx, j.id, aicity.RepoDir+"/x"), code)
	wantCode(t, when+": move", tasks.Move(ctx, j.id, file, file+"x", true), code)
	wantCode(t, when+": delete", tasks.Delete(ctx, j.id, file, true), code)
	_, err = tasks.Exec(ctx, j.id, aicity.Exec{Command: "true"})
	wantCode(t, when+": exec", err, code)
}

// A task with a repository goes from order to patch through its sandbox.
func TestSandbox(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	needSandbox(t, s)
	host := newGitHost(t, "127.0.0.1", "")
	repo := host.add(t, "parcels.git", "main", parcel())
	j := newJob(t, s, s.Buyer(t, 10_000), aicity.TaskInput{Repo: repo})
	j.allRefused(t, "before provisioning", j.agent, aicity.CodeTaskSealed)
	j.provision(t)
	j.provision(t)
	j.allRefused(t, "before the commitment", j.agent, aicity.CodeTaskSealed)
	j.start(t)
	j.provision(t)
	t.Run("inside", func(t *testing.T) {
		for name, f := range map[string]func(*testing.T, *job){
			"list": testList, "pages": testPages, "read": testRead, "write": testWrite, "exec": testExec, "timeout": testExecTimeout, "limits": testLimits,
			"cancel": testExecCancel,
			"stream": testStreams, "blocked": testBlocked, "no network": testNoNetwork, "escapes": testEscapes, "links": testLinks,
			"strangers": testStrangers, "change": testChange, "broken download": testBrokenDownload,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f(t, j)
			})
		}
	})
	if !t.Failed() {
		testDelivery(t, j, host)
	}
}

func testList(t *testing.T, j *job) {
	for _, test := range []struct {
		path      string
		recursive bool
		want      []string
	}{
		{aicity.RepoDir, false, []string{"directory .git", "file .gitignore", "file README.md", "directory cmd", "directory data", "directory docs"}},
		{aicity.RepoDir, true, []string{
			"directory .git", "file .gitignore", "file README.md", "directory cmd", "file cmd/main.go", "directory data", "file data/blob.bin",
			"directory docs", "file docs/old.md",
		}},
		{aicity.RepoDir + "/cmd/../docs/", false, []string{"file docs/old.md"}},
	} {
		listing, err := j.agent.Tasks.ListFiles(t.Context(), j.id, test.path, aicity.ListOptions{Recursive: test.recursive})
		if err != nil {
			t.Errorf("%s: %v", test.path, err)
			continue
		}
		var got []string
		for _, e := range listing.Entries {
			rel := strings.TrimPrefix(e.Path, aicity.RepoDir+"/")
			got = append(got, e.Type+" "+rel)
			if want, ok := parcel()[rel]; ok && e.SizeBytes != int64(len(want)) || e.Name != filepath.Base(rel) || e.ModifiedAt.IsZero() {
				t.Errorf("entry %+v", e)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s, recursive %v: %s", test.path, test.recursive, diff)
		}
	}
}

// Pages of two entries are the same list as one page.
func testPages(t *testing.T, j *job) {
	agent := asAgent(j.Server, j.agent)
	names := func(limit int) (all []string) {
		cursor := ""
		for {
			query := url.Values{"path": {aicity.RepoDir}, "recursive": {"true"}, "limit": {strconv.Itoa(limit)}}
			if cursor != "" {
				query.Set("cursor", cursor)
			}
			got := agent.call(t, http.MethodGet, "/tasks/"+j.id+"/sandbox/files?"+query.Encode(), "")
			var answer struct{ Data aicity.Listing }
			if err := json.Unmarshal(got.body, &answer); err != nil || got.status != http.StatusOK || len(answer.Data.Entries) > limit {
				t.Fatalf("%d %s, %v", got.status, got.body, err)
			}
			for _, e := range answer.Data.Entries {
				all = append(all, e.Path)
			}
			if cursor = answer.Data.NextCursor; cursor == "" {
				return all
			}
		}
	}
	if diff := cmp.Diff(names(1000), names(2)); diff != "" {
		t.Error(diff)
	}
}

func testRead(t *testing.T, j *job) {
	for _, test := range []struct {
		file          string
		offset, limit int
		want          string
		encoding      string
	}{
		{"README.md", 0, 0, parcel()["README.md"], "utf-8"},
		{"README.md", 2, 7, "Parcels", "utf-8"},
		{"README.md", 11, 0, "They are counted.\n", "utf-8"},
		{"README.md", 1000, 0, "", "utf-8"},
		{"data/blob.bin", 0, 0, blob, "base64"},
		{"data/blob.bin", 1, 3, blob[1:4], "base64"},
		{"data/blob.bin", 5, 6, "binary", "utf-8"},
		{"../repo/cmd/main.go", 0, 0, greet, "utf-8"},
	} {
		got, err := j.agent.Tasks.ReadFile(t.Context(), j.id, aicity.RepoDir+"/"+test.file, aicity.ReadOptions{Offset: test.offset, Limit: test.limit})
		if err != nil {
			t.Errorf("%s: %v", test.file, err)
			continue
		}
		raw, err := got.Bytes()
		sum := sha256.Sum256([]byte(test.want))
		if err != nil || string(raw) != test.want || got.Encoding != test.encoding || got.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%s from %d, %d bytes: got %+v, %v", test.file, test.offset, test.limit, got, err)
		}
		if want, ok := parcel()[test.file]; ok && got.SizeBytes != int64(len(want)) {
			t.Errorf("%s: size %d, want %d", test.file, got.SizeBytes, len(want))
		}
	}
}

func testWrite(t *testing.T, j *job) {
	for name, content := range map[string]string{
		"new/folder/a.txt": "text\n", "new/bin": blob, "new/empty": "", "new/größe ✓.txt": "umlauts", "-rf": "no option",
	} {
		file := home + "/write/" + name
		j.write(t, file, "first")
		j.write(t, file, content)
		if got := j.read(t, file); got != content {
			t.Errorf("%s: got %q", name, got)
		}
		seen := j.exec(t, aicity.Exec{Argv: []string{"sh", "-c", `sha256sum < "$0" && echo more >> "$0"`, file}})
		sum := sha256.Sum256([]byte(content))
		if seen.ExitCode != 0 || !strings.HasPrefix(seen.Stdout, hex.EncodeToString(sum[:])) {
			t.Errorf("%s: programs see %+v", name, seen)
		}
	}
}

func testStrangers(t *testing.T, j *job) {
	other := j.Agent(t, "bug_fix")
	j.allRefused(t, "another agent", other, aicity.CodeTaskNotFound)
	_, err := other.Tasks.ProvisionSandbox(t.Context(), j.id)
	wantCode(t, "provision", err, aicity.CodeTaskNotFound)
	_, err = other.Tasks.Sandbox(t.Context(), j.id)
	wantCode(t, "sandbox", err, aicity.CodeTaskNotFound)
	wantCode(t, "destroy", other.Tasks.DestroySandbox(t.Context(), j.id, j.box), aicity.CodeTaskNotFound)
}

// The work becomes a patch that fits the buyer's repository, and the sandbox ends.
func testDelivery(t *testing.T, j *job, host *gitHost) {
	ctx := t.Context()
	if _, err := j.buyer.Tasks.Patch(ctx, j.id); aicity.ErrorCode(err) != aicity.CodePatchNotReady {
		t.Errorf("patch before delivery: %v", err)
	}
	want := map[string]string{
		"README.md": "# Parcels\n\nThey are counted.\nIt greets in capitals.\n", "cmd/main.go": strings.ReplaceAll(greet, "hello", "HELLO"),
		"data/blob.bin": blob + "\x00more", "docs/new one.md": "new\n", ".gitignore": "*.log\n",
	}
	for name, content := range want {
		j.write(t, aicity.RepoDir+"/"+name, content)
	}
	j.exec(t, aicity.Exec{Command: "rm docs/old.md; echo noise > build.log; git add -A; git commit -qm work"})
	done, err := j.agent.Tasks.Complete(ctx, j.id, aicity.Completion{Output: aicity.Output{Result: fixed}})
	if err != nil || done.Status != aicity.TaskCompleted {
		t.Fatalf("done %+v, %v", done, err)
	}
	j.allRefused(t, "after the delivery", j.agent, aicity.CodeInvalidState)
	for range 2 {
		if err := j.agent.Tasks.DestroySandbox(ctx, j.id, j.box); err != nil {
			t.Errorf("destroy: %v", err)
		}
	}
	if box, err := j.agent.Tasks.Sandbox(ctx, j.id); err != nil || box.Status != "destroyed" {
		t.Errorf("sandbox %+v, %v", box, err)
	}
	sandboxtest.NothingLeft(t, j.box)
	patch, err := j.buyer.Tasks.Patch(ctx, j.id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, applied(t, host, patch)); diff != "" {
		t.Errorf("patch: %s\n%s", diff, patch)
	}
}

const fixed = `# The parcel service greets in capitals

- cmd/main.go:6 printed "hello" in small letters; main now calls fmt.Println("HELLO").
- README.md says that the parcel service greets in capitals.
- docs/old.md had no reader and is removed; docs/new one.md takes its place.

Checked by reading cmd/main.go again: the package still has one main function and imports fmt only.
`

// applied are the files of a fresh clone after the patch.
func applied(t *testing.T, host *gitHost, patch string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	gitRun(t, dir, "clone", "--quiet", host.url+"/parcels.git", "clone")
	clone := filepath.Join(dir, "clone")
	if err := os.WriteFile(filepath.Join(dir, "work.patch"), []byte(patch), 0o600); err != nil {
		t.Fatal(err)
	}
	gitRun(t, clone, "apply", "--index", "../work.patch")
	files := map[string]string{}
	for name := range strings.SplitSeq(strings.TrimSuffix(gitRun(t, clone, "ls-files", "-z"), "\x00"), "\x00") {
		raw, err := os.ReadFile(filepath.Join(clone, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(raw)
	}
	return files
}

// The code comes inline, as an archive, or not at all.
func TestSandboxSources(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	needSandbox(t, s)
	buyer := s.Buyer(t, 10_000)
	archive := upload(t, s, buyer, tarGz(t, members(parcel())...))
	for name, test := range map[string]struct {
		input aicity.TaskInput
		want  map[string]string
	}{
		"inline":  {aicity.TaskInput{Code: greet}, map[string]string{"main.go": greet}},
		"archive": {aicity.TaskInput{ArchiveID: archive}, parcel()},
		"nothing": {aicity.TaskInput{}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJob(t, s, buyer, test.input)
			j.provision(t)
			j.start(t)
			if diff := cmp.Diff(test.want, j.files(t)); diff != "" {
				t.Error(diff)
			}
			testDestroy(t, j)
		})
	}
}

// files are all files of the repository, without git's own.
func (j *job) files(t *testing.T) map[string]string {
	t.Helper()
	listing, err := j.agent.Tasks.ListFiles(t.Context(), j.id, aicity.RepoDir, aicity.ListOptions{Recursive: true})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range listing.Entries {
		if e.Type == "file" {
			files[strings.TrimPrefix(e.Path, aicity.RepoDir+"/")] = j.read(t, e.Path)
		}
	}
	return files
}

// Destroying is for the task's own sandbox, and harmless when it is gone.
func testDestroy(t *testing.T, j *job) {
	t.Helper()
	destroy := func(ctx context.Context, id string) {
		t.Helper()
		if err := j.agent.Tasks.DestroySandbox(ctx, j.id, id); err != nil {
			t.Errorf("destroy %s: %v", id, err)
		}
	}
	destroy(t.Context(), "sbx_another")
	j.exec(t, aicity.Exec{Command: "true"}) // still there
	destroy(t.Context(), j.box)
	destroy(t.Context(), j.box)
	j.allRefused(t, "destroyed", j.agent, aicity.CodeSandboxNotFound)
	sandboxtest.NothingLeft(t, j.box)
}

// The token of a private repository is used once. Agents that hand the task on
// do not take the code with them.
func TestPrivateCodeOutlivesDeclines(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	needSandbox(t, s)
	host := newGitHost(t, "127.0.0.1", "x-access-token:secret")
	repo := host.add(t, "private", "main", parcel())
	agents := map[string]*apptest.Worker{}
	for range 2 {
		a := s.Agent(t, "bug_fix")
		agents[a.ID] = a
	}
	buyer := s.Buyer(t, 10_000)
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "bug_fix", MaxBudget: 700,
		Input: aicity.TaskInput{Description: "Make the parcel service greet in capitals.", Repo: repo, RepoToken: "secret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	first := &job{Server: s, buyer: buyer, agent: agents[order.AgentID], id: order.ID}
	first.provision(t)
	for range 2 {
		if err := first.agent.Tasks.DestroySandbox(t.Context(), order.ID, first.box); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.agent.Tasks.Decline(t.Context(), order.ID); err != nil {
		t.Fatal(err)
	}
	first.allRefused(t, "declined", first.agent, aicity.CodeTaskNotFound)
	delete(agents, order.AgentID)
	for _, other := range agents {
		second := &job{Server: s, buyer: buyer, agent: other, id: order.ID}
		second.provision(t)
		second.allRefused(t, "not started", other, aicity.CodeTaskSealed)
		second.start(t)
		if got := second.read(t, aicity.RepoDir+"/README.md"); got != parcel()["README.md"] {
			t.Errorf("the second agent reads %q", got)
		}
		testDestroy(t, second)
	}
}

// The gate judges against the code also when the agent has dropped its sandbox.
func TestGateSeesTheCodeWithoutASandbox(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	needSandbox(t, s)
	buyer := s.Buyer(t, 10_000)
	archive := upload(t, s, buyer, tarGz(t, members(parcel())...))
	const invented = "# Fixed the parcel service\n\nThe bug is in `src/parcel/count.go:41`, where `CountAll` misses the last parcel; `lib/greeting.go:17` calls it with nil. " +
		"I changed `src/parcel/count.go:44` and `lib/greeting.go:19` so that the greeting is in capitals, and described it in `docs/greeting.md:3`.\n"
	for name, drop := range map[string]bool{"dropped": true, "never made": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJob(t, s, buyer, aicity.TaskInput{ArchiveID: archive})
			if drop {
				j.provision(t)
			}
			if _, err := j.agent.Tasks.Executing(t.Context(), j.id, j.box); err != nil {
				t.Fatal(err)
			}
			if drop {
				if err := j.agent.Tasks.DestroySandbox(t.Context(), j.id, j.box); err != nil {
					t.Fatal(err)
				}
			}
			done, err := j.agent.Tasks.Complete(t.Context(), j.id, aicity.Completion{Output: aicity.Output{Result: invented}})
			if err != nil || done.Status != aicity.TaskFailed {
				t.Fatalf("%+v, %v", done, err)
			}
			report, err := buyer.Tasks.Gate(t.Context(), j.id)
			if err != nil {
				t.Fatal(err)
			}
			for _, ref := range report.References {
				if ref.Status == "unchecked" {
					t.Errorf("%s was not checked against the code", ref.Text)
				}
			}
			if len(report.References) == 0 {
				t.Error("no reference was found")
			}
		})
	}
}
