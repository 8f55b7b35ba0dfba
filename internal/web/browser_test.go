package web_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	aicity "aicity.dev/aicity/sdk/go"
)

//go:embed testdata/axe.min.js
var axe string

var shots = flag.String("shots", "", "keep the screenshots in this folder")

// pageTimeout ends a browser that hangs. The largest page takes seconds, and a minute
// on a machine with ten times the work it can do.
const pageTimeout = 5 * time.Minute

// Every page of a city at work stands in a real browser: nothing serious for
// axe, nothing wider than the screen, no script or policy error.
func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	s := newScene(t)
	ctx := newBrowser(t)
	dir := *shots
	if dir == "" {
		dir = t.TempDir()
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, p := range s.pages() {
		t.Run(p.name, func(t *testing.T) {
			visit(t, ctx, s, p, dir)
		})
	}
}

// A task's page follows the work without being loaded again, and shows the
// deliverable when it comes.
func TestTaskPageFollowsTheWork(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	s := newScene(t)
	ctx, cancel := context.WithTimeout(newBrowser(t), pageTimeout)
	defer cancel()
	if err := s.enter(ctx, scenePage{path: "/tasks/" + s.waiting, as: s.buyer}); err != nil {
		t.Fatal(err)
	}
	shows := func(text string) chromedp.Action[chromedp.Void] {
		return chromedp.WaitVisible(`//main//*[contains(text(), "` + text + `")]`)
	}
	if err := chromedp.Do(ctx, shows("waiting for the agent")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.worker.Tasks.Executing(t.Context(), s.waiting, ""); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, shows("The agent committed")); err != nil {
		t.Fatalf("the page does not follow: %v", err)
	}
	if _, err := s.worker.Tasks.Complete(t.Context(), s.waiting, aicity.Completion{Output: aicity.Output{Result: indexes}}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, shows("Indexes for a polled queue table")); err != nil {
		t.Fatalf("the page does not show the deliverable: %v", err)
	}
}

// newBrowser starts Chromium with a profile of its own.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium here: apt-get install chromium")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// complaints collects what a page's console says against it.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) listen(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		c.list = append(c.list, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		// An error page is itself answered with an error status.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			c.list = append(c.list, e.Entry.Text)
		}
	}
}

func (c *complaints) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list
}

// visit opens the page once and looks at it in every light and width.
func visit(t *testing.T, browser context.Context, s *scene, p scenePage, dir string) { //nolint:revive // the tab is not the first concern
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	defer cancel()
	heard := &complaints{}
	if err := chromedp.Listen(ctx, heard.listen); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	if err := s.enter(ctx, p); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](axe+";0")); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			look(t, ctx, scheme, width, filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", p.name, scheme, width)))
		}
	}
	if list := heard.take(); len(list) > 0 {
		t.Errorf("console:\n%s", strings.Join(list, "\n"))
	}
}

// look checks the open page in one light and width, and takes its picture.
func look(t *testing.T, ctx context.Context, scheme string, width int64, file string) { //nolint:revive // the tab is not the first concern
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
		t.Fatal(err)
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
	if err != nil {
		t.Fatal(err)
	}
	if wide > width {
		t.Errorf("%s: the page is %d px wide on a screen of %d", scheme, wide, width)
	}
	hidden, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](hiddenParts))
	if err != nil {
		t.Fatal(err)
	}
	if len(hidden) > 0 {
		t.Errorf("%s at %d px: what is off to the side in %s is not seen", scheme, width, strings.Join(hidden, ", "))
	}
	broken, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](brokenNames))
	if err != nil {
		t.Fatal(err)
	}
	if len(broken) > 0 {
		t.Errorf("%s at %d px: broken in the midst: %s", scheme, width, strings.Join(broken, ", "))
	}
	outside, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](outsideOfCards))
	if err != nil {
		t.Fatal(err)
	}
	if len(outside) > 0 {
		t.Errorf("%s at %d px: out of its card: %s", scheme, width, strings.Join(outside, ", "))
	}
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, shot, 0o600); err != nil {
		t.Error(err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](axeRun, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var violations []string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		t.Fatal(err)
	}
	if len(violations) > 0 {
		t.Errorf("axe, %s at %d px:\n%s", scheme, width, strings.Join(violations, "\n"))
	}
}

// hiddenParts names the tables that are wider than their place, also those
// behind a summary; not agents' own tables and lines of code.
const hiddenParts = `(() => {
	const shut = [...document.querySelectorAll("details:not([open])")]
	shut.forEach(d => d.open = true)
	const wide = [...document.querySelectorAll(".scroll:has(> table)")].filter(e => e.scrollWidth > e.clientWidth && !e.closest(".prose") && !e.querySelector(".lines, .sides"))
	shut.forEach(d => d.open = false)
	return wide.map(e => e.getAttribute("aria-label"))
})()`

// brokenNames are the accounts whose names stand on more than one line.
const brokenNames = `[...document.querySelectorAll(".account")].filter(e => e.getClientRects().length > 1).map(e => e.textContent)`

// outsideOfCards are the values of a card that stand out of it.
const outsideOfCards = `[...document.querySelectorAll(".card dd")].filter(e => e.scrollWidth > e.clientWidth + 1 ||
	e.getBoundingClientRect().right > e.closest(".card").getBoundingClientRect().right).map(e => e.textContent)`

// axeRun returns what is serious or critical as a JSON list of lines.
const axeRun = `axe.run().then(r => JSON.stringify(r.violations
	.filter(v => v.impact === "serious" || v.impact === "critical")
	.map(v => v.id + ": " + v.help + "\n  " + v.nodes.slice(0, 4).map(n => n.target.join(" ") + " " + n.html.slice(0, 160)).join("\n  "))))`
