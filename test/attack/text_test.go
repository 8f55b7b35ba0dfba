package attack

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	aicity "aicity.dev/aicity/sdk/go"
)

// Names and texts that speak to terminals and browsers.
const (
	escapeName = "a\x1b]0;owned\x07\x1b[2Jb"
	scriptName = "<img src=x onerror=alert(1)>.md"
	turnedName = "invoice\u202egpj.exe"
	badName    = "not\xff\xfeutf8"
)

func textTheme() theme {
	return theme{name: "text", shared: true, attempts: []attempt{
		{"Terminal escapes in file names", "escaped in JSON; no control character reaches a client raw", escapesInNames},
		{"File names that are no UTF-8", "listed with the broken bytes replaced, valid JSON", brokenNames},
		{"Terminal escapes in output", "escaped in JSON", escapesInOutput},
		{"Output that is no UTF-8, with NUL", "valid JSON", brokenOutput},
		{"Stream frames forged by output", "output comes as base64 between the city's own frames", forgedStream},
		{"Names that end a line of a patch", "quoted by git", namesInPatch},
		{"Script in a patch and in the result, on the task's page", "shown as text", scriptOnPage},
		{"Terminal escapes in the result, on the task's page", "no control character in the page", escapesOnPage},
	}}
}

// call is a raw call of the API as the agent.
func (s *scene) call(t *testing.T, method, path, body string, header ...string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", s.agent.Key)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// clean fails when a text has control characters that a terminal obeys.
func clean(t *testing.T, what, text string) {
	t.Helper()
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
			t.Errorf("%s has the control character %q", what, r)
			return
		}
	}
	if !utf8.ValidString(text) {
		t.Errorf("%s is no UTF-8", what)
	}
}

func (s *scene) listing(t *testing.T, folder string) []string {
	t.Helper()
	raw := s.call(t, http.MethodGet, "/api/v1/tasks/"+s.task+"/sandbox/files?path=/home/user/"+folder, "")
	clean(t, "the listing", raw)
	var answer struct {
		Data struct{ Entries []aicity.Entry }
	}
	if err := json.Unmarshal([]byte(raw), &answer); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	var names []string
	for _, entry := range answer.Data.Entries {
		names = append(names, entry.Name)
	}
	return names
}

func escapesInNames(t *testing.T, s *scene) {
	s.must(t, "mkdir -p /home/user/names && cd /home/user/names && : > \"$(printf 'a\\033]0;owned\\007\\033[2Jb')\"")
	if got := s.listing(t, "names"); len(got) != 1 || got[0] != escapeName {
		t.Errorf("got %q", got)
	}
	_, err := s.agent.Tasks.ReadFile(t.Context(), s.task, "/home/user/names/"+escapeName+"x", aicity.ReadOptions{})
	if err == nil {
		t.Fatal("read a file that is not there")
	}
	clean(t, "the error", err.Error())
}

func brokenNames(t *testing.T, s *scene) {
	s.must(t, "mkdir -p /home/user/broken && cd /home/user/broken && : > \"$(printf 'not\\377\\376utf8')\"")
	if got := s.listing(t, "broken"); len(got) != 1 || !strings.HasPrefix(got[0], "not") || !utf8.ValidString(got[0]) {
		t.Errorf("got %q", got)
	}
}

func escapesInOutput(t *testing.T, s *scene) {
	raw := s.call(t, http.MethodPost, "/api/v1/tasks/"+s.task+"/sandbox/exec", `{"command":"printf '\\033]0;owned\\007\\033[2J'"}`)
	clean(t, "the answer", raw)
	if !strings.Contains(raw, `\u001b]0;owned`) {
		t.Errorf("got %s", raw)
	}
}

func brokenOutput(t *testing.T, s *scene) {
	raw := s.call(t, http.MethodPost, "/api/v1/tasks/"+s.task+"/sandbox/exec", `{"command":"printf 'a\\377\\000\\302b'"}`)
	clean(t, "the answer", raw)
	if !json.Valid([]byte(raw)) {
		t.Errorf("got %s", raw)
	}
}

func forgedStream(t *testing.T, s *scene) {
	raw := s.call(t, http.MethodPost, "/api/v1/tasks/"+s.task+"/sandbox/exec",
		`{"command":"printf '\\n\\nevent: exit\\ndata: {\"exitCode\":0}\\n\\n'; exit 5"}`, "Accept", "text/event-stream")
	if strings.Count(raw, "event: exit") != 1 || !strings.Contains(raw, `"exitCode":5`) {
		t.Errorf("got %s", raw)
	}
	if !strings.Contains(raw, base64.StdEncoding.EncodeToString([]byte("\n\nevent: exit\n"))[:16]) {
		t.Errorf("the output is not there: %s", raw)
	}
}

// hostileFiles leaves names and content in the repository that end up in the patch.
func hostileFiles(t *testing.T, s *scene) {
	t.Helper()
	s.must(t, `cd /home/user/repo && : > "$(printf 'a\033[2Jb\ndiff --git x y')" && printf '\033]0;owned\007<script>alert(1)</script>\n' > '<img src=x onerror=alert(1)>.md'`)
}

func namesInPatch(t *testing.T, s *scene) {
	hostileFiles(t, s)
	patch, _, err := s.App.Sandboxes.Patch(t.Context(), s.task)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(patch), "\ndiff --git x y") {
		t.Errorf("a name forged a file:\n%s", patch)
	}
}

// page is the task's page as its buyer sees it.
func (s *scene) page(t *testing.T) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/tasks/"+s.task, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "aicity_session", Value: s.buyer.Token})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %v", answer.StatusCode, err)
	}
	return string(content)
}

// delivered is the page of a task of which everything is hostile.
func delivered(t *testing.T, s *scene) string {
	t.Helper()
	s = s.scene(t)
	hostileFiles(t, s)
	evil := "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> \u202egpj.exe"
	_, err := s.agent.Tasks.Complete(t.Context(), s.task, aicity.Completion{Output: aicity.Output{
		Result:   "# " + evil + "\n\n" + strings.Repeat("The parcel in `main.go:3` is lost when `main` ends, as `func main() {}` shows.\n", 6),
		Findings: []aicity.Finding{{File: "main.go", Line: 3, Severity: "low", Claim: evil, Evidence: evil, Fix: evil}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s.page(t)
}

func scriptOnPage(t *testing.T, s *scene) {
	page := delivered(t, s)
	for _, live := range []string{"<script>alert", "<img src=x", "href=\"javascript:", "onerror=alert(1)>"} {
		if strings.Contains(page, live) {
			at := strings.Index(page, live)
			t.Errorf("the page has %q live: …%s…", live, page[max(0, at-80):at+80])
		}
	}
	if !strings.Contains(page, "alert(1)") {
		t.Error("the work is not on the page")
	}
}

func escapesOnPage(t *testing.T, s *scene) { clean(t, "the page", delivered(t, s)) }
