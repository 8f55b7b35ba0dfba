package attack

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	aicity "aicity.dev/aicity/sdk/go"
)

// edgesTheme goes to the edge of what a file, a command or a call may be.
func edgesTheme() theme {
	return theme{name: "edges", attempts: []attempt{
		{"A working folder that is a FIFO", "refused at once", fifoFolder},
		{"NUL, `=` and nothing in words, variables and folders of a command", "`VALIDATION_ERROR`", oddCommands},
		{"A word of 2 MB, a million words, 10,000 variables", "`VALIDATION_ERROR`, or the body is too large", hugeCommands},
		{"Shell syntax nested as deep as 64 KiB allow", "looked through in bounded time; the server lives", nestedSyntax},
		{"Move, replace or unmount `/home/user` itself", "a mount cannot be replaced: `EBUSY` or `EPERM`", replacedHome},
		{"The repository replaced by a link to the root", "nothing of the root is read or found; the patch says that everything is gone", replacedRepository(`ln -s / /home/user/repo`)},
		{"The repository replaced by a FIFO", "the same, at once", replacedRepository(`mkfifo /home/user/repo`)},
		{"The repository replaced by a file", "the same", replacedRepository(`echo x > /home/user/repo`)},
		{"Folders that nobody may enter", "the patch comes, and the sandbox goes", closedFolders},
		{"Names of 255 bytes, of no UTF-8 and of a line, listed, searched and in the patch", "valid JSON; git quotes them", oddNames},
		{"Times before the epoch and in the year 292277026596", "valid JSON, times within four digits of a year", oddTimes},
		{"10,000 hard links to a large file", "takes its room once; searched within the bounds; the patch says what it leaves out", hardLinks},
		{"A file mapped beyond the room of the disk", "its own process ends; nobody else", mappedHoles},
		{"A lock on a file that the city reads and writes", "read and written at once", lockedFile},
		{"Extended attributes that give rights (`security.capability`, `trusted.x`)", "refused", attributes},
		{"Limits of the first process (`prlimit`), its priority and processors", "`EPERM`; commands go on", limitsOfFirst},
		{"The descriptors of another command", "another's output can be written to by the same agent only; the first process's not at all", othersDescriptors},
		{"Offsets and limits of a read at the ends of 64 bits", "`VALIDATION_ERROR`, or nothing", oddRanges},
		{"Cursors made up by hand", "`VALIDATION_ERROR`, or a page of the same folder", forgedCursors},
		{"Globs and expressions that explode", "bounded: `VALIDATION_ERROR` or an answer", explodingPatterns},
		{"A `.gitignore` of a million stars", "a search comes to its end", explodingIgnore},
		{"Move and delete through links, onto themselves and into themselves", "nothing outside moves; `/home/user` stays", movesOut},
		{"A client that asks for a stream and never reads", "others go on, its command ends with it", deafClient},
		{"Streams left open when the task is completed", "they end; the work is taken", openStreams},
		{"The name of a command, twice at once, of another task, or a path", "refused; only its own task's can be cancelled", commandNames},
		{"A repository in the repository, to hide what was changed", "what git knew shows", nestedRepository},
		{"A patch that writes to `.git/hooks` or `.GIT`", "git applies no such path", patchIntoGit},
		{"Zip with a link and a file through it", "refused whole at the upload: `ARCHIVE_INVALID`", zipThroughLink},
		{"A gzip stream of 100,000 empty members", "`ARCHIVE_INVALID`, at once", emptyMembers},
		{"1,500 folders below each other, listed, searched, deleted and judged", "looked at 100 deep, and said; a deletion is refused: `PATH_NOT_ALLOWED`", endlessFolders},
		{"A hundred texts of 500 MB in holes, when work is judged", "there without their lines, and said", hugeTexts},
		{"10,000 new files that come before the one that counts", "the code's own folders are looked at first", manyFolders},
		{"The longest command and environment of control characters alone", "runs", controlCharacters},
	}}
}

func fifoFolder(t *testing.T, s *scene) {
	s.must(t, "mkfifo /home/user/inner")
	at := filepath.Join(s.workspace(), "outer")
	if err := unix.Mkfifo(at, 0o666); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Remove(at) }()
	for _, dir := range []string{"/home/user/inner", "/home/user/outer", "/home/user/repo/main.go", "/dev/null"} {
		result, err := s.exec(t, aicity.Exec{Command: "echo ran", Cwd: dir})
		if err == nil && result.ExitCode == 0 {
			t.Errorf("%s: ran in what is no folder: %+v", dir, result)
		}
	}
	s.stillWorks(t)
}

func oddCommands(t *testing.T, s *scene) {
	for name, in := range map[string]aicity.Exec{
		"NUL in a command": {Command: "echo a\x00b"}, "NUL in a word": {Argv: []string{"echo", "\x00"}}, "no program": {Argv: []string{""}},
		"NUL in a variable": {Command: "true", Env: map[string]string{"A": "\x00"}}, "= in a name": {Command: "true", Env: map[string]string{"A=B": "x"}},
		"no name": {Command: "true", Env: map[string]string{"": "x"}}, "NUL in a folder": {Command: "true", Cwd: "/home/user/\x00"}, "relative folder": {Command: "true", Cwd: "repo"},
	} {
		_, err := s.exec(t, in)
		wantCode(t, name, err, aicity.CodeValidation)
	}
	s.stillWorks(t)
}

func hugeCommands(t *testing.T, s *scene) {
	variables := map[string]string{}
	for i := range 10_000 {
		variables["V"+strconv.Itoa(i)] = "value"
	}
	for name, in := range map[string]aicity.Exec{
		"a long word": {Argv: []string{"echo", strings.Repeat("x", 2<<20)}}, "many words": {Argv: strings.Split(strings.Repeat("x ", 1_000_000), " ")},
		"many variables": {Command: "true", Env: variables},
	} {
		_, err := s.exec(t, in)
		wantCode(t, name, err, aicity.CodeValidation, "BODY_TOO_LARGE", "PAYLOAD_TOO_LARGE", "REQUEST_TOO_LARGE")
	}
	s.stillWorks(t)
}

func nestedSyntax(t *testing.T, s *scene) {
	for _, open := range []string{"(", "{ ", "$(", "$((", "${a:-", "\"$(", "if ", "! ", "[[ (", "<(", "f() ", "case x in x) ", "a=(", "`"} {
		_, err := s.exec(t, aicity.Exec{Command: "exit 0\n" + strings.Repeat(open, (64<<10-8)/len(open)), Timeout: 10 * time.Second})
		if code := aicity.ErrorCode(err); err != nil && code != aicity.CodeCommandBlocked && code != aicity.CodeExecTimeout && code != aicity.CodeSandboxOOM {
			t.Errorf("%q: %v", open, err)
		}
	}
	s.stillWorks(t)
}

func limitsOfFirst(t *testing.T, s *scene) {
	got := s.sh(t, `python3 -c "
import os, resource
for name in ('RLIMIT_NOFILE', 'RLIMIT_CPU', 'RLIMIT_AS', 'RLIMIT_NPROC'):
    try: resource.prlimit(1, getattr(resource, name), (1, 1)); print('lowered', name)
    except OSError: pass
try: os.setpriority(os.PRIO_PROCESS, 1, 19); print('slowed')
except OSError: pass
try: os.sched_setaffinity(1, {0}); print('bound')
except OSError: pass
try: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)); print('idled')
except OSError: pass
"`)
	if got != "" {
		t.Errorf("got %q", got)
	}
	s.stillWorks(t)
}

func othersDescriptors(t *testing.T, s *scene) {
	ended := make(chan *aicity.ExecResult, 1)
	go func() {
		result, _ := s.agent.Tasks.Exec(t.Context(), s.task, aicity.Exec{Command: "touch /home/user/begun; while ! [ -e /home/user/enough ]; do sleep 0.05; done; exit 7"})
		ended <- result
	}()
	s.until(t, "ls /home/user/begun 2>/dev/null")
	// A frame that says that every command has ended well.
	s.sh(t, `for p in /proc/[0-9]*; do for fd in 0 1 2 3 4 5 6 7 8 9; do timeout 1 sh -c "printf '\\000\\000\\000\\004X\\000\\000\\000\\001\\000\\000\\000\\000' > $p/fd/$fd" 2>/dev/null; done; done; touch /home/user/enough`)
	if result := <-ended; result == nil || result.ExitCode != 7 {
		t.Errorf("got %+v", result)
	}
	s.stillWorks(t)
}

func oddRanges(t *testing.T, s *scene) {
	s.must(t, "truncate -s 400M /home/user/sparse")
	for _, query := range []string{"offset=9223372036854775807", "offset=-1", "limit=-1", "limit=9223372036854775807", "offset=9223372036854775807&limit=9223372036854775807", "offset=18446744073709551615", "limit=0", "offset=419430399"} {
		raw := s.call(t, http.MethodGet, "/api/v1/tasks/"+s.task+"/sandbox/files/read?path=/home/user/sparse&"+query, "")
		if !json.Valid([]byte(raw)) || len(raw) > 32<<20 || strings.Contains(raw, "INTERNAL") {
			t.Errorf("%s: %d bytes, %.200s", query, len(raw), raw)
		}
	}
}

func forgedCursors(t *testing.T, s *scene) {
	for _, cursor := range []string{"../../../etc", "/etc", "..", "\x00", strings.Repeat("../", 1000), "a/../../..", "W10"} {
		for _, given := range []string{cursor, base64.RawURLEncoding.EncodeToString([]byte(cursor)), base64.StdEncoding.EncodeToString([]byte(cursor))} {
			for _, more := range []string{"", "&recursive=true"} {
				raw := s.call(t, http.MethodGet, "/api/v1/tasks/"+s.task+"/sandbox/files?path=/home/user/repo"+more+"&cursor="+url.QueryEscape(given), "")
				if !json.Valid([]byte(raw)) || strings.Contains(raw, "INTERNAL") || strings.Contains(raw, "passwd") {
					t.Errorf("%q: got %.200s", given, raw)
				}
			}
		}
	}
}

func explodingPatterns(t *testing.T, s *scene) {
	s.must(t, "mkdir -p "+strings.Repeat("aaaaaaaa/", 60)+"; name=$(head -c 200 /dev/zero | tr '\\0' a); echo aaaa > $name; echo aaaa > "+strings.Repeat("aaaaaaaa/", 60)+"$name; head -c 1000000 /dev/zero | tr '\\0' a > line")
	base := "/api/v1/tasks/" + s.task + "/sandbox/files/search?path=/home/user/repo&"
	for _, query := range []string{
		"q=a&glob=" + url.QueryEscape(strings.Repeat("**/", 60)+"b"), "q=a&glob=" + url.QueryEscape(strings.Repeat("*a", 99)+"b"), "q=a&glob=" + url.QueryEscape(strings.Repeat("**/*a", 39)+"b"),
		"q=a&glob=" + url.QueryEscape("{a,"+strings.Repeat("*a,", 50)+"}"+strings.Repeat("*{a,b}", 2)), "q=" + url.QueryEscape(strings.Repeat("(a*)*", 150)+"b"), "q=" + url.QueryEscape("(((((a{1,1000}){1,1000})))))"),
		"q=" + url.QueryEscape("a{1000}"), "q=" + url.QueryEscape(strings.Repeat("a?", 300)+strings.Repeat("a", 300)), "q=" + url.QueryEscape(`\pL{1,300}\b\B`),
	} {
		if raw := s.call(t, http.MethodGet, base+query, ""); !json.Valid([]byte(raw)) || strings.Contains(raw, "INTERNAL") {
			t.Errorf("%s: got %.200s", query, raw)
		}
	}
}

func explodingIgnore(t *testing.T, s *scene) {
	s.must(t, `python3 -c "
open('.gitignore', 'w').write(('*a' * 120 + 'b\n') * 250 + ('**/' * 80 + 'b\n') * 250)
import os
for i in range(300): open('a' * 200 + str(i), 'w').write('needle')"`)
	raw := s.call(t, http.MethodGet, "/api/v1/tasks/"+s.task+"/sandbox/files/search?q=needle&path=/home/user/repo", "")
	if !json.Valid([]byte(raw)) {
		t.Errorf("got %.300s", raw)
	}
	s.stillWorks(t)
}

func movesOut(t *testing.T, s *scene) {
	s.must(t, "ln -sfn "+filepath.Dir(s.canary)+" /home/user/out; ln -sfn / /home/user/top; mkdir -p /home/user/a/b; echo x > /home/user/x")
	base := "/api/v1/tasks/" + s.task + "/sandbox/files"
	for _, pair := range [][2]string{
		{"/home/user/x", "/home/user/out/owned"}, {"/home/user/out/canary", "/home/user/stolen"}, {"/home/user/top" + s.canary, "/home/user/stolen"}, {"/home/user", "/home/user/a/b/c"},
		{"/home/user/a", "/home/user/a/b/c"}, {"/home/user/x", "/tmp/x"}, {"/home/user/x", "/home/user"}, {"/home/user/.", "/home/user/y"}, {"/home/user/a/..", "/home/user/y"},
	} {
		body, err := json.Marshal(map[string]any{"from": pair[0], "to": pair[1], "overwrite": true})
		if err != nil {
			t.Fatal(err)
		}
		if raw := s.call(t, http.MethodPost, base+"/move", string(body)); !strings.Contains(raw, `"success":false`) || strings.Contains(raw, "INTERNAL") {
			t.Errorf("%v: got %s", pair, raw)
		}
	}
	for _, path := range []string{"/home/user", "/home/user/", "/home/user/.", "/home/user/a/..", "/home/user/out/canary", "/home/user/top" + s.canary, "/"} {
		raw := s.call(t, http.MethodDelete, base+"?recursive=true&path="+url.QueryEscape(path), "")
		if !strings.Contains(raw, `"success":false`) || strings.Contains(raw, "INTERNAL") {
			t.Errorf("delete %s: got %s", path, raw)
		}
	}
	s.stillWorks(t)
}

// stream begins a command as a stream.
func (s *scene) stream(ctx context.Context, t *testing.T, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/api/v1/tasks/"+s.task+"/sandbox/exec", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"X-Api-Key": s.agent.Key, "Content-Type": "application/json", "Accept": "text/event-stream"} {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func deafClient(t *testing.T, s *scene) {
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	for range 4 {
		answer := s.stream(ctx, t, `{"command":"exec -a survivor yes","timeoutMs":60000}`)
		defer func() { _ = answer.Body.Close() }()
	}
	s.stillWorks(t)
	leave()
	s.noSurvivors(t, 500)
	s.stillWorks(t)
}

func openStreams(t *testing.T, s *scene) {
	s.must(t, "echo changed >> main.go")
	ended := make(chan string, 3)
	for range 3 {
		answer := s.stream(t.Context(), t, `{"command":"while :; do echo more; sleep 0.05; done","timeoutMs":120000}`)
		go func() {
			defer func() { _ = answer.Body.Close() }()
			all, err := io.ReadAll(answer.Body)
			if err != nil {
				all = []byte(err.Error())
			}
			ended <- string(all)
		}()
	}
	if _, err := s.agent.Tasks.Complete(t.Context(), s.task, aicity.Completion{Output: aicity.Output{Result: "The parcel service forgets a parcel that is lost, in main.go; it now keeps it."}}); err != nil {
		t.Fatal(err)
	}
	if err := s.App.Sandboxes.Destroy(t.Context(), s.task); err != nil {
		t.Error(err)
	}
	for range 3 {
		if got := <-ended; !strings.Contains(got, "event: error") && !strings.Contains(got, "event: exit") {
			t.Errorf("a stream ended with %.300q", got[max(0, len(got)-300):])
		}
	}
	sandboxtest.NothingRuns(t, s.box)
}

func commandNames(t *testing.T, s *scene) {
	base := "/api/v1/tasks/" + s.task + "/sandbox/exec"
	for _, id := range []string{"../x", "a/b", "a b", strings.Repeat("a", 65), "\x00", "é"} {
		body, err := json.Marshal(map[string]string{"execId": id, "command": "true"})
		if err != nil {
			t.Fatal(err)
		}
		if raw := s.call(t, http.MethodPost, base, string(body)); !strings.Contains(raw, "VALIDATION_ERROR") {
			t.Errorf("%q: got %s", id, raw)
		}
	}
	over := make(chan string, 1)
	go func() {
		over <- s.call(t, http.MethodPost, base, `{"execId":"mine","command":"touch /home/user/begun; sleep 3000"}`)
	}()
	s.until(t, "ls /home/user/begun 2>/dev/null")
	if raw := s.call(t, http.MethodPost, base, `{"execId":"mine","command":"echo second"}`); strings.Contains(raw, "second") {
		t.Errorf("the same name twice: %s", raw)
	}
	other := s.scene(t)
	if raw := other.call(t, http.MethodPost, "/api/v1/tasks/"+other.task+"/sandbox/exec/mine/cancel", ""); !strings.Contains(raw, "EXEC_NOT_FOUND") {
		t.Errorf("another's by its name: %s", raw)
	}
	if raw := other.call(t, http.MethodPost, base+"/mine/cancel", ""); !strings.Contains(raw, "TASK_NOT_FOUND") {
		t.Errorf("another's by its task: %s", raw)
	}
	if raw := s.call(t, http.MethodPost, base+"/mine/cancel", ""); !strings.Contains(raw, `"success":true`) {
		t.Errorf("its own: %s", raw)
	}
	<-over
}
