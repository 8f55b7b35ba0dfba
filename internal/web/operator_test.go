package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	"aicity.dev/aicity/internal/store"
)

// Operators' pages are there for operators only.
func TestOnlyOperatorsSeeTheirPages(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	operator, owner := newVisitor(t, s.URL, s.Operator(t)), newVisitor(t, s.URL, s.SignUp(t, "owner"))
	for _, path := range []string{"/operator", "/operator/refunds", "/operator/refunds?show=decided"} {
		operator.get(path).want(t, http.StatusOK, `href="/operator"`)
		owner.get(path).want(t, http.StatusNotFound, "There is no page here.")
	}
	owner.get("/dashboard").never(t, `href="/operator"`)
	if at := newVisitor(t, s.URL, nil).get("/operator").path; at != "/sign-in?next=%2Foperator" {
		t.Errorf("a stranger ends at %s", at)
	}
}

// The comparison with the payment provider is asked for on the operators' page.
func TestOperatorReconciles(t *testing.T) {
	t.Parallel()
	server := stripetest.Start(t)
	s := apptest.Start(t, func(c *config.Config) {
		c.Stripe = config.Stripe{SecretKey: stripetest.Key, WebhookSecret: stripetest.Secret, APIURL: server.URL}
	})
	operator, owner := newVisitor(t, s.URL, s.Operator(t)), newVisitor(t, s.URL, s.SignUp(t, "owner"))
	owner.post("/operator/reconciliation", url.Values{}).want(t, http.StatusNotFound)
	operator.get("/operator").want(t, http.StatusOK, "Payments: Stripe test mode — no real money")
	page := operator.open("/operator").form("Compare with the payment provider").send()
	page.says(http.StatusOK, "Reconciliation", "The books agree, order by order.")
	owner.post("/wallet/top-up", url.Values{"amount": {"20"}, "key": {"k1"}})
	server.Fail(stripetest.HangUp)
	page.form("Compare again").send().says(http.StatusServiceUnavailable, "does not answer")
	testpay := apptest.Start(t)
	newVisitor(t, testpay.URL, testpay.Operator(t)).post("/operator/reconciliation", url.Values{}).want(t, http.StatusOK, "keeps no books")
}

// An operator decides a refund with forms alone.
func TestOperatorDecidesARefund(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	operator, buyer := newVisitor(t, s.URL, s.operator), newVisitor(t, s.URL, s.buyer)
	at := "/operator/refunds/" + s.reviewed
	operator.get("/operator").want(t, http.StatusOK, "1 waiting")
	operator.get("/operator/refunds").want(t, http.StatusOK, at)
	operator.get(at).want(t, http.StatusOK, "I expected benchmarks.", "names no criterion", "Decide by", "What was delivered", "Quality gate")
	buyer.get(at).want(t, http.StatusNotFound)
	buyer.post(at, url.Values{"decision": {"refund"}}).want(t, http.StatusNotFound)
	buyer.get("/tasks/"+s.reviewed).want(t, http.StatusOK, "An operator decides", "refund under review")
	operator.post(at, url.Values{"decision": {"deny"}}).want(t, http.StatusUnprocessableEntity, "say why")
	denied := url.Values{"decision": {"deny"}, "note": {"Benchmarks were not asked for."}}
	operator.post(at, denied).want(t, http.StatusOK, "Deny the refund of $3.00?", "Benchmarks were not asked for.", "final")
	buyer.get("/tasks/"+s.reviewed).want(t, http.StatusOK, "refund under review")
	denied.Set("confirmed", "yes")
	operator.post(at, denied).want(t, http.StatusOK, "the agent keeps the charge")
	buyer.get("/tasks/"+s.reviewed).want(t, http.StatusOK, "Benchmarks were not asked for.")
	operator.get("/operator").want(t, http.StatusOK, "nothing waits")
	operator.get("/operator/refunds?show=decided").want(t, http.StatusOK, "Denied")
}

// A re-check shows request, work and report; without a verdict there is none to clear.
func TestOperatorLooksAtFailedWork(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	operator, worker := newVisitor(t, s.URL, s.operator), newVisitor(t, s.URL, s.worker.Owner)
	at := "/operator/rechecks/" + s.failed
	operator.get(at).want(t, http.StatusOK, "The answer names the mode", "Looks good to me.", "journal/mode.go:1204", "Set it when the file is opened.", "Quality gate", "Clear, no charge")
	operator.post(at, url.Values{"decision": {"overturn"}}).want(t, http.StatusUnprocessableEntity, "say why")
	err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE tasks SET fail_code = 'NO_VERDICT', gate_score = NULL WHERE id = $1`, s.failed)
		return errors.Join(err, func() error {
			_, err := tx.Exec(ctx, `DELETE FROM task_documents WHERE task_id = $1 AND kind = 'gate_report'`, s.failed)
			return err
		}())
	})
	if err != nil {
		t.Fatal(err)
	}
	operator.get(at).want(t, http.StatusOK, "came to no verdict", "Pass and charge", "Leave it failed")
	operator.get(at).never(t, "Clear, no charge")
	worker.get("/tasks/"+s.failed).want(t, http.StatusOK, "Waits for a second look", "the task stays failed")
}

// Work that passes on a re-check is not said to have passed with the score that
// failed it.
func TestOverturnedWork(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	operator, buyer := newVisitor(t, s.URL, s.operator), newVisitor(t, s.URL, s.buyer)
	buyer.get("/tasks/"+s.failed).want(t, http.StatusOK, "Nothing was charged", ">at most ")
	passes := url.Values{"decision": {"overturn"}, "note": {"The mode is named."}, "confirmed": {"yes"}}
	operator.post("/operator/rechecks/"+s.failed, passes).want(t, http.StatusOK, "Overturned")
	buyer.get("/tasks/"+s.failed).want(t, http.StatusOK, "An operator found that the work passes. $3.00 charged.", "The mode is named.")
	buyer.get("/tasks/"+s.failed).never(t, "Passed with")
}
