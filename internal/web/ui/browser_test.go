package ui_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"aicity.dev/aicity/internal/web/ui"
)

var (
	pictures = flag.String("pictures", "", "folder to put a picture of every page in")
	only     = flag.String("page", "", "look only at this page")
)

// policy is the one the server sends.
const policy = ui.ContentSecurityPolicy

func serve(t *testing.T) *httptest.Server {
	t.Helper()
	assets := testAssets(t)
	mux := http.NewServeMux()
	mux.Handle("/static/", assets)
	mux.HandleFunc("/page/{name}/{theme}", func(w http.ResponseWriter, r *http.Request) {
		s, ok := samples[r.PathValue("name")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := s.page(s.frame(assets, ui.Theme(r.PathValue("theme")))).Render(r.Context(), w); err != nil {
			t.Errorf("render %s: %v", r.PathValue("name"), err)
		}
	})
	// A stream that stays open and quiet.
	mux.HandleFunc("/tasks/{id}/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// browser starts Chromium, or skips where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium is missing")
		}
		t.Skip("chromium is not installed")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

var screens = []struct {
	name          string
	width, height int64
}{{"desktop", 1280, 900}, {"phone", 390, 844}}

// TestPagesInBrowser looks at every page in Chromium, on a phone and on a
// desktop, light and dark: nothing is refused by the policy, nothing is wider
// than the screen, and axe finds no serious violation.
func TestPagesInBrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	server := serve(t)
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for name := range samples {
		for _, screen := range screens {
			for _, theme := range []ui.Theme{ui.Light, ui.Dark} {
				if *only != "" && *only != name {
					continue
				}
				t.Run(fmt.Sprintf("%s-%s-%s", name, screen.name, theme), func(t *testing.T) {
					t.Parallel()
					tab, cancel := chromedp.NewContext(ctx)
					defer cancel()
					look(t, tab, server.URL+"/page/"+name+"/"+string(theme), screen.width, screen.height, string(axe))
				})
			}
		}
	}
}

func look(t *testing.T, tab context.Context, url string, width, height int64, axe string) { //nolint:revive // the tab is not the first concern
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, 60*time.Second)
	defer cancel()
	listening, stop := context.WithCancel(ctx)
	logged, thrown := chromedp.Events(listening, cdplog.EntryAdded), chromedp.Events(listening, runtime.ExceptionThrown)
	var complaints, exceptions []string
	var listeners sync.WaitGroup
	listeners.Go(func() {
		for e, err := range logged {
			if err != nil {
				return
			}
			complaints = append(complaints, e.Entry.Text)
		}
	})
	listeners.Go(func() {
		for e, err := range thrown {
			if err != nil {
				return
			}
			exceptions = append(exceptions, e.ExceptionDetails.Text)
		}
	})
	options := []chromedp.EmulateViewportOption{}
	if width < 600 {
		options = append(options, chromedp.EmulateMobile)
	}
	err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height, options...), chromedp.Navigate(url))
	if err != nil {
		t.Fatal(err)
	}
	evaluate[bool](ctx, t, `document.fonts.ready.then(() => true)`)
	if wide := evaluate[int64](ctx, t, `document.documentElement.scrollWidth`); wide > width {
		t.Errorf("the page is %d wide on a screen of %d", wide, width)
	}
	if *pictures != "" {
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		name := strings.ReplaceAll(strings.TrimPrefix(t.Name(), "TestPagesInBrowser/"), "/", "-")
		if err := os.WriteFile(filepath.Join(*pictures, name+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	evaluate[int](ctx, t, axe+";0")
	var violations []violation
	if err := json.Unmarshal([]byte(evaluate[string](ctx, t, axeRun)), &violations); err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		t.Errorf("axe %s: %s: %s\n  %s", v.Impact, v.ID, v.Help, strings.Join(v.Nodes, "\n  "))
	}
	stop()
	listeners.Wait()
	for _, c := range append(complaints, exceptions...) {
		t.Errorf("the browser complains: %s", c)
	}
}

func evaluate[T any](ctx context.Context, t *testing.T, script string) T { //nolint:revive // as look
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

type violation struct {
	ID, Impact, Help string
	Nodes            []string
}

const axeRun = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations
	.filter(v => v.impact === "serious" || v.impact === "critical" || v.impact === "moderate")
	.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 4).map(n => n.target.join(" ") + " | " + n.html.slice(0, 160) + " | " + (n.any[0]?.message ?? ""))}))))`
