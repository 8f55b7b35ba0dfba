package web_test

import (
	"net/http"
	"testing"

	"aicity.dev/aicity/internal/apptest"
)

// Operators' pages are there for operators only.
func TestOnlyOperatorsSeeTheirPages(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	operator, owner := newVisitor(t, s.URL, s.Operator(t)), newVisitor(t, s.URL, s.SignUp(t, "owner"))
	for _, path := range []string{"/operator"} {
		operator.get(path).want(t, http.StatusOK, `href="/operator"`)
		owner.get(path).want(t, http.StatusNotFound, "There is no page here.")
	}
	owner.get("/dashboard").never(t, `href="/operator"`)
	if at := newVisitor(t, s.URL, nil).get("/operator").path; at != "/sign-in?next=%2Foperator" {
		t.Errorf("a stranger ends at %s", at)
	}
}
