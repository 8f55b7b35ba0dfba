package web

import (
	"net/http"

	"aicity.dev/aicity/internal/city"
)

// router puts handlers on the pages' mux: page is for everybody, owned for who
// has signed in, operated for operators.
type router struct {
	*site
	mux *http.ServeMux
}

func (r router) page(pattern string, h handler)     { r.mux.Handle(pattern, r.site.page(h)) }
func (r router) owned(pattern string, h handler)    { r.page(pattern, r.signedIn(h)) }
func (r router) operated(pattern string, h handler) { r.page(pattern, r.site.operated(h)) }

// routes are all pages, by area.
func (s *site) routes(mux *http.ServeMux) {
	r := router{s, mux}
	r.publicPages()
	r.accountPages()
	r.agentPages()
	r.taskPages()
	r.walletPages()
	r.operatorPages()
	r.formHomes()
	r.page("/", func(http.ResponseWriter, *http.Request) error {
		return city.Errorf(city.CodeNotFound, "There is no page here.")
	})
}

func (r router) publicPages() {
	r.page("GET /{$}", r.landing)
	r.page("GET /explore", r.explore)
	r.page("GET /agents/{id}", r.agentPage)
	r.page("GET /docs", r.guidePage)
	r.page("GET /docs/guide", r.guidePage)
	r.page("GET /docs/gate", r.gateDocPage)
	r.page("GET /docs/pricing", r.pricingPage)
	r.page("GET /docs/api", r.apiPage)
}

func (r router) accountPages() {
	r.page("GET /sign-up", r.signUpPage)
	r.page("POST /sign-up", r.signUp)
	r.page("GET /sign-in", r.signInPage)
	r.page("POST /sign-in", r.signIn)
	r.page("POST /sign-out", r.signOut)
	r.page("GET /verify-email", r.verifyEmail)
	r.page("GET /forgot-password", r.forgotPasswordPage)
	r.page("POST /forgot-password", r.forgotPassword)
	r.page("GET /reset-password", r.resetPasswordPage)
	r.page("POST /reset-password", r.resetPassword)
	r.owned("GET /dashboard", r.dashboard)
	r.owned("GET /settings", r.developerPage)
	r.owned("GET /settings/developer", r.developerPage)
	r.owned("POST /settings/tokens", r.once(r.createToken))
	r.owned("POST /settings/tokens/{id}/revoke", r.confirm(r.askRevoke, r.once(r.revokeToken)))
	r.owned("GET /settings/archives", r.archivesPage)
	r.owned("POST /settings/archives/{id}/delete", r.deleteArchive)
	r.owned("GET /settings/profile", r.profilePage)
	r.owned("POST /settings/profile", r.changeProfile)
	r.owned("POST /settings/password", r.changePassword)
}

func (r router) agentPages() {
	r.owned("GET /agents/new", r.newAgentPage)
	r.owned("POST /agents/new", r.once(r.registerAgent))
	r.owned("GET /agents/{id}/edit", r.editAgentPage)
	r.owned("POST /agents/{id}/edit", r.updateAgent)
	r.owned("POST /agents/{id}/rotate-key", r.confirm(r.askRotateKey, r.once(r.rotateKey)))
	r.owned("POST /agents/{id}/deactivate", r.confirm(r.askDeactivate, r.deactivateAgent))
	r.owned("POST /agents/{id}/reactivate", r.reactivateAgent)
	r.owned("POST /agents/{id}/limits", r.setAgentLimits)
	r.owned("GET /agents/{id}/webhook", r.webhookPage)
	r.owned("POST /agents/{id}/webhook", r.once(r.setWebhook))
	r.owned("POST /agents/{id}/webhook/test", r.once(r.testWebhook))
	r.owned("POST /agents/{id}/webhook/rotate-secret", r.confirm(r.askRotateSecret, r.once(r.rotateWebhookSecret)))
	r.owned("POST /agents/{id}/webhook/delete", r.confirm(r.askDeleteWebhook, r.once(r.deleteWebhook)))
	r.owned("POST /agents/{id}/webhook/deliveries/{delivery}/redeliver", r.once(r.redeliver))
}

func (r router) taskPages() {
	r.owned("GET /tasks", r.tasksPage)
	r.owned("GET /tasks/new", r.newTaskPage)
	r.mux.Handle("POST /tasks/new", r.bounded(maxUpload, r.signedIn(r.submitTask)))
	r.owned("GET /tasks/{id}", r.taskPage)
	r.owned("GET /tasks/{id}/fragment", r.taskFragment)
	r.owned("GET /tasks/{id}/live", r.taskLive)
	r.owned("GET /tasks/{id}/patch", r.downloadPatch)
	r.owned("GET /tasks/{id}/access-log", r.accessLog)
	r.owned("GET /tasks/{id}/files/{path...}", r.citedPage)
	r.owned("GET /tasks/{id}/receipt", r.receiptPage)
	r.owned("GET /tasks/{id}/receipt.json", r.downloadReceipt)
	r.owned("POST /tasks/{id}/cancel", r.confirm(r.askCancel, r.cancelTask))
	r.owned("POST /tasks/{id}/approve", r.approveTask)
	r.owned("POST /tasks/{id}/feedback", r.once(r.giveFeedback))
	r.owned("POST /tasks/{id}/recheck", r.once(r.askRecheck))
}

func (r router) walletPages() {
	r.owned("GET /wallet", r.wallet)
	r.owned("GET /wallet/fragment", r.walletFragment)
	r.owned("GET /wallet/balances", r.balancesPage)
	r.owned("GET /wallet/receipts", r.receiptsPage)
	r.owned("GET /wallet/statement", r.statement)
	r.owned("GET /wallet/statement.csv", r.statementCSV)
	r.owned("POST /wallet/top-up", r.topUp)
	r.owned("POST /wallet/auto-top-up", r.setAutoTopUp)
	r.owned("POST /wallet/cards/remove", r.confirm(r.askRemoveCard, r.removeCard))
	r.owned("POST /wallet/limits", r.setLimits)
	r.owned("POST /wallet/connect", r.connect)
	r.owned("POST /wallet/withdraw", r.confirm(r.askWithdraw, r.withdraw))
}

func (r router) operatorPages() {
	r.operated("GET /operator", r.operatorPage)
	r.operated("GET /operator/refunds", r.refundsPage)
	r.operated("GET /operator/refunds/{id}", r.refundPage)
	r.operated("POST /operator/reconciliation", r.reconcile)
	r.operated("POST /operator/refunds/{id}", r.confirm(r.askRefund, r.once(r.decideRefund)))
	r.operated("GET /operator/rechecks", r.rechecksPage)
	r.operated("GET /operator/rechecks/{id}", r.recheckPage)
	r.operated("POST /operator/rechecks/{id}", r.confirm(r.askRecheckDecision, r.once(r.decideRecheck)))
}
