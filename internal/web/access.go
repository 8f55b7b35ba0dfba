package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/web/diff"
)

const (
	// shownAccesses are those on the task's own page.
	shownAccesses = 12
	accessesPaged = 200
	// openChanges are the files of a patch that are unfolded, if they have no
	// more than openRows.
	openChanges = 3
	openRows    = 150
)

// patchView is a patch as the page shows it.
type patchView struct {
	Files     []diff.File
	Whole     bool // all of it is shown
	Truncated bool // the patch itself leaves something out
}

func (s *site) accessLog(w http.ResponseWriter, r *http.Request) error {
	t, err := s.ownTask(r)
	if err != nil {
		return err
	}
	page, err := s.Tasks.AccessLog(r.Context(), t, r.URL.Query().Get("cursor"), accessesPaged)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, accessPage(s.frame(r, "Access log"), t, page.Entries, page.Next))
}

// accessDetail says in words what goes with an access.
func accessDetail(a sandbox.Access) string {
	switch {
	case a.Detail == "":
		return ""
	case a.Op == sandbox.OpSearch:
		return "for " + a.Detail
	case a.Op == sandbox.OpMove:
		return "to " + a.Detail
	case a.Op == sandbox.OpExec:
		if a.Detail == sandbox.RepoDir {
			return ""
		}
		return "in " + a.Detail
	default:
		return a.Detail
	}
}

// took is how long an access took, in its fitting unit.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return strconv.FormatInt(d.Microseconds(), 10) + " µs"
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	default:
		return strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0") + " s"
	}
}

// lineNumber is empty where a side has no line.
func lineNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
