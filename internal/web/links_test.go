package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
)

// Whatever page a stranger, a buyer, an owner of agents or an operator looks at, no
// link on it within the city is dead, also none to a part of a page.
func TestNoLinkIsDead(t *testing.T) {
	if testing.Short() {
		t.Skip("walks through a whole city")
	}
	t.Parallel()
	s := newScene(t)
	for name, who := range map[string]*apptest.Person{"stranger": nil, "buyer": s.buyer, "owner": s.worker.Owner, "operator": s.operator} {
		t.Run(name, func(t *testing.T) {
			w := linkWalk{v: newVisitor(t, s.URL, who), parts: map[string]map[string]bool{}}
			for _, p := range s.pages() {
				if p.as == who && !meantToFail[p.name] {
					w.ahead = append(w.ahead, w.link(&url.URL{}, p.path))
				}
			}
			for len(w.ahead) > 0 {
				next := w.ahead[0]
				w.ahead = w.ahead[1:]
				w.follow(t, next)
			}
			if len(w.parts) < 10 {
				t.Errorf("only %d pages were come to", len(w.parts))
			}
		})
	}
}

// meantToFail are the pages of a scene that are errors.
var meantToFail = map[string]bool{"not-found": true, "verify-email": true, "cited-none": true}

// linkWalk follows links, and opens each path once.
type linkWalk struct {
	v     *visitor
	ahead []walkedLink
	parts map[string]map[string]bool // the ids on each page, by path
}

type walkedLink struct {
	to   *url.URL
	text string // as it stands on the page, with the page
}

func (w *linkWalk) follow(t *testing.T, l walkedLink) {
	t.Helper()
	if w.parts[l.to.Path] == nil {
		got := w.v.get(l.to.RequestURI())
		w.parts[l.to.Path] = w.read(got)
		if got.status != http.StatusOK {
			t.Errorf("%s: %d", l.text, got.status)
		}
	}
	if part := l.to.Fragment; part != "" && !w.parts[l.to.Path][part] {
		t.Errorf("%s leads to no part of the page", l.text)
	}
}

// read notes the links of a page, and returns its ids.
func (w *linkWalk) read(a answer) map[string]bool {
	w.v.t.Helper()
	ids := map[string]bool{}
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		return ids
	}
	base, err := url.Parse(a.path)
	if err != nil {
		w.v.t.Fatal(err)
	}
	for n := range w.v.show(a).root.Descendants() {
		if id := attr(n, "id"); id != "" {
			ids[id] = true
		}
		href := attr(n, "href")
		if n.Data != "a" || href == "" {
			continue
		}
		if l := w.link(base, href); l.to.Host == "" && l.to.Scheme == "" {
			w.ahead = append(w.ahead, l)
		}
	}
	return ids
}

func (w *linkWalk) link(base *url.URL, href string) walkedLink {
	w.v.t.Helper()
	to, err := base.Parse(href)
	if err != nil {
		w.v.t.Fatalf("%s: %q: %v", base, href, err)
	}
	return walkedLink{to, base.String() + ": " + href}
}
