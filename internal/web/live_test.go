package web_test

import (
	"bufio"
	"context"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
)

// stream opens a stream of the page and returns its first event and that event's id.
func (v *visitor) stream(path, lastID string) (event, id string) {
	v.t.Helper()
	ctx, leave := context.WithCancel(v.t.Context())
	defer leave()
	r := v.request(http.MethodGet, path, nil).WithContext(ctx)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := v.http.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
		case "": // a comment, or the end of an event
			if value != "" || event != "" {
				return event, id
			}
		case "id":
			id = value
		case "event":
			event = value
		}
	}
	v.t.Fatalf("%s ends without a word: %v", path, lines.Err())
	return "", ""
}

// What happens between a page and its stream, or while the stream is lost, is told.
func TestLivePageMissesNothing(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	_, agent := join(t, s, "Ada").register(s)
	buyer := join(t, s, "Bob")
	buyer.open("/wallet").form("Add credits").set("Amount ($)", "100").send()
	page := buyer.orderResearch().send()
	live := liveOf(t, page)
	if event, _ := buyer.stream(live, ""); event != "" {
		t.Errorf("nothing happened, and the page is told %q", event)
	}
	if _, err := agent.Tasks.Executing(t.Context(), strings.TrimPrefix(page.path, "/tasks/"), ""); err != nil {
		t.Fatal(err)
	}
	event, id := buyer.stream(live, "")
	if event != "changed" || id == "" {
		t.Errorf("the agent began, and the page is told %q with id %q", event, id)
	}
	if event, _ = buyer.stream(live, id); event != "" {
		t.Errorf("the page knows that, and is told %q again", event)
	}
	if again := liveOf(t, buyer.open(page.path)); again == live || !strings.HasSuffix(again, "after="+id) {
		t.Errorf("the page opened again follows %s, not what comes after %s", again, id)
	}
	for _, after := range []string{"later", "-1"} {
		buyer.get(strings.Split(live, "?")[0]+"?after="+after).want(t, http.StatusBadRequest)
	}
	if _, err := agent.Tasks.Fail(t.Context(), strings.TrimPrefix(page.path, "/tasks/"), "The source is gone."); err != nil {
		t.Fatal(err)
	}
	if event, _ = buyer.stream(live, id); event != "over" {
		t.Errorf("the agent gave up, and the page is told %q", event)
	}
}

// liveOf is the stream that the page follows.
func liveOf(t *testing.T, p *page) string {
	t.Helper()
	found := regexp.MustCompile(`data-live="([^"]+)"`).FindStringSubmatch(p.body)
	if found == nil {
		t.Fatalf("%s follows nothing", p.path)
	}
	return html.UnescapeString(found[1])
}
