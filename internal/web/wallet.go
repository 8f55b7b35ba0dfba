package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/payment"
)

type walletView struct {
	Pool                payment.Pool
	Available, Escrowed city.Cents
	HeldBack            city.Cents // of what is available, because the owner is new
	HeldUntil           *time.Time
	Cards               []payment.Card
	CardsUnknown        string // why they cannot be shown
	TopUps              []payment.TopUp
	MoreTopUps          bool
	Payouts             []payout
	MorePayouts         bool
	Agents              []agentWallet
	Moves               []payment.Transaction
	AgentMoves          []agentMove
	Key                 string // so that a form sent twice moves money once
	Limits              limitsView
	AutoStopped         string // why the city turned automatic top-ups off
	AutoOpen            bool   // what was sent about automatic top-ups was refused
	Connect             bool   // payouts need an account at the provider
	Unpaid              string // why the owner cannot be paid, "" when nothing is in the way
}

// payout is a withdrawal with its agent's name.
type payout struct {
	payment.Withdrawal
	Agent string
}

type agentWallet struct {
	ID, Name     string
	Withdrawable city.Cents
}

// agentMove is a movement in an agent's wallet, with the agent's name.
type agentMove struct {
	payment.AgentTransaction
	Agent string
}

// onItsWay reports whether money is between the city and the outside.
func (v walletView) onItsWay() bool {
	return slices.ContainsFunc(v.TopUps, func(t payment.TopUp) bool { return t.Status == payment.TopUpPending }) ||
		slices.ContainsFunc(v.Payouts, func(p payout) bool { return p.Status == payment.WithdrawalPending })
}

// sources are the wallets that money can be withdrawn from.
func (v walletView) sources() []option {
	list := make([]option, len(v.Agents))
	for i, a := range v.Agents {
		list[i] = option{a.ID, a.Name + ": " + a.Withdrawable.String() + " can be withdrawn"}
	}
	return list
}

// shownMoves is how many lines the page shows of each list.
const shownMoves = 20

func (s *site) wallet(w http.ResponseWriter, r *http.Request) error {
	s.clearFlash(w, r)
	return s.showWallet(w, r, http.StatusOK, formOf(nil))
}

func (s *site) showWallet(w http.ResponseWriter, r *http.Request, status int, in form) error {
	ctx, ownerID := r.Context(), visitorOf(r).owner.ID
	view := walletView{Key: city.NewID("form"), AutoOpen: in.sent("auto_threshold"), Connect: s.Payments.Connects()}
	err := s.Payments.CheckPayout(ctx, ownerID)
	switch {
	case city.CodeOf(err) == city.CodePayoutUnavailable:
		view.Unpaid = publicMessage(err)
	case err != nil:
		return err
	}
	auto, err := s.Payments.AutoTopUp(ctx, ownerID)
	if err != nil {
		return err
	}
	if auto != nil {
		view.AutoStopped = auto.StoppedBy
	}
	if view.Limits, err = s.limitsOf(ctx, ownerID, "/wallet/limits", in); err != nil {
		return err
	}
	view.Limits.Hint = "Empty for no limit; your agents' orders count too."
	if !in.sent("auto_threshold") {
		in = withAuto(in, auto)
	}
	if view.Cards, view.CardsUnknown, err = s.savedCards(ctx, ownerID); err != nil {
		return err
	}
	if err := s.walletStates(ctx, ownerID, &view); err != nil {
		return err
	}
	return s.render(w, r, status, walletPage(s.frame(r, "Wallet"), in, view))
}

// walletFragment is what the open page fetches while money is on its way. The
// payment provider is not asked: it tells by itself.
func (s *site) walletFragment(w http.ResponseWriter, r *http.Request) error {
	var view walletView
	if err := s.walletStates(r.Context(), visitorOf(r).owner.ID, &view); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, walletFragment(view))
}

// walletStates shows what an owner has, and what came and went.
func (s *site) walletStates(ctx context.Context, ownerID string, view *walletView) (err error) {
	if view.Pool, err = s.Payments.Pool(ctx, ownerID); err != nil {
		return err
	}
	topUps, err := s.Payments.TopUps(ctx, ownerID, "", shownMoves)
	if err != nil {
		return err
	}
	view.TopUps, view.MoreTopUps = topUps.TopUps, topUps.Next != ""
	page, err := s.Payments.Transactions(ctx, ownerID, "", shownMoves)
	if err != nil {
		return err
	}
	view.Moves = page.Transactions
	return s.earned(ctx, ownerID, view)
}

// earned shows what an owner's agents have, what came and went there, and what was
// paid out.
func (s *site) earned(ctx context.Context, ownerID string, view *walletView) error {
	agents, err := s.Agents.Mine(ctx, ownerID)
	if err != nil {
		return err
	}
	ids, names := make([]string, len(agents)), make(map[string]string, len(agents))
	for i, a := range agents {
		ids[i], names[a.ID] = a.ID, a.DisplayName
	}
	wallets, err := s.Payments.AgentWallets(ctx, ownerID, ids...)
	if err != nil {
		return err
	}
	for _, w := range wallets {
		view.Available += w.Available
		view.HeldBack += w.HeldBack
		if w.HeldUntil != nil {
			view.HeldUntil = w.HeldUntil
		}
		view.Escrowed += w.Escrowed
		view.Agents = append(view.Agents, agentWallet{
			ID: w.AgentID, Name: names[w.AgentID], Withdrawable: w.Withdrawable(),
		})
	}
	moves, err := s.Payments.NewestOfAgents(ctx, ids, shownMoves)
	if err != nil {
		return err
	}
	for _, m := range moves {
		view.AgentMoves = append(view.AgentMoves, agentMove{AgentTransaction: m, Agent: names[m.AgentID]})
	}
	page, err := s.Payments.Withdrawals(ctx, ownerID, "", shownMoves)
	if err != nil {
		return err
	}
	for _, w := range page.Withdrawals {
		view.Payouts = append(view.Payouts, payout{Withdrawal: w, Agent: names[w.AgentID]})
	}
	view.MorePayouts = page.Next != ""
	return nil
}

func (s *site) topUp(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	top, balance, err := s.Payments.TopUp(r.Context(), visitorOf(r).owner.ID, in.dollars("amount"), in.get("key"))
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showWallet(w, r, http.StatusUnprocessableEntity, in)
	}
	if top.Status == payment.TopUpPending {
		leadTo(w, top.CheckoutURL)
		return s.showWallet(w, r, http.StatusOK, formOf(nil))
	}
	said := "Added. You have " + balance.String() + " in credits."
	if s.Payments.Test() {
		said += " " + s.Payments.Label() + "."
	}
	return s.goTo(w, r, "/wallet", said)
}

// withAuto puts an owner's setting into the form.
func withAuto(in form, auto *payment.AutoTopUp) form {
	if auto == nil {
		auto = &payment.AutoTopUp{Threshold: 10_00, Amount: 50_00}
	}
	values := maps.Clone(in.values)
	if values == nil {
		values = url.Values{}
	}
	set := func(name string, amount city.Cents) { values.Set(name, dollars(amount)) }
	set("auto_threshold", auto.Threshold)
	set("auto_amount", auto.Amount)
	if auto.MonthlyCap > 0 {
		set("auto_cap", auto.MonthlyCap)
	}
	if auto.Enabled {
		values.Set("auto_enabled", "yes")
	}
	in.values = values
	return in
}

func (s *site) setAutoTopUp(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	set := payment.AutoTopUp{Enabled: in.has("auto_enabled", "yes"), Threshold: in.dollars("auto_threshold"), Amount: in.dollars("auto_amount")}
	if in.get("auto_cap") != "" {
		set.MonthlyCap = in.dollars("auto_cap")
	}
	if err := s.Payments.SetAutoTopUp(r.Context(), visitorOf(r).owner.ID, set); err != nil {
		if !in.refused(err) {
			return err
		}
		in.rename("amount", "auto_amount") // the page has another field of this name
		return s.showWallet(w, r, http.StatusUnprocessableEntity, in)
	}
	said := "Automatic top-ups are off."
	if set.Enabled {
		said = "When your free credits fall under " + set.Threshold.String() + ", " + set.Amount.String() + " are added."
	}
	return s.goTo(w, r, "/wallet", said)
}

// connect leads the owner to where the provider asks for a payout account.
func (s *site) connect(w http.ResponseWriter, r *http.Request) error {
	address, err := s.Payments.Connect(r.Context(), visitorOf(r).owner.ID)
	if err != nil {
		in := formOf(nil)
		if !in.refused(err) {
			return err
		}
		return s.showWallet(w, r, http.StatusUnprocessableEntity, in)
	}
	leadTo(w, address)
	return s.showWallet(w, r, http.StatusOK, formOf(nil))
}

// leadTo sends the browser to another host, by no redirect: a form of ours may
// not lead there.
func leadTo(w http.ResponseWriter, address string) {
	w.Header().Set("Refresh", "0; url="+address)
}

func (s *site) withdraw(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	_, err = s.Payments.Withdraw(r.Context(), visitorOf(r).owner.ID, in.get("agent"), in.dollars("withdraw"), in.get("key"))
	if err != nil {
		if !in.refused(err) {
			return err
		}
		in.rename("amount", "withdraw") // the page has another field of this name
		return s.showWallet(w, r, http.StatusUnprocessableEntity, in)
	}
	return s.goTo(w, r, "/wallet", "The payout is on its way.")
}

// moveText says what a kind of movement means.
func moveText(kind string) string {
	text := map[string]string{
		"top_up": "Top-up", "hold": "Held for a task", "rest": "Unused part of the budget", "void": "Budget returned", "earn": "Earned, in escrow",
		"rehold": "Charged after a re-check", "release": "Released from escrow", "reverse": "Refund", "fee": "Platform fee", "release_fee": "Fee released", "payout": "Paid out", "payout_returned": "Payout returned", "reverse_fee": "Refund of the fee", "refund_requested": "Set aside while a refund is decided", "refund_denied": "Refund denied, in escrow again", "withdrawal": "Withdrawal",
		"dispute_frozen": "Frozen: your bank asks for it back", "dispute_repaid": "Repaid after a dispute", "dispute_won": "Back after a dispute", "dispute_returned": "Back after a dispute",
	}[kind]
	if text == "" {
		return strings.ReplaceAll(kind, "_", " ")
	}
	return text
}

// topUpHint says how much may be bought, and with what.
func topUpHint(f frame) string {
	if f.Test {
		return "$5.00 to $10,000.00."
	}
	return "$5.00 to $10,000.00, with " + f.Payment + "."
}

// autoText is what automatic top-ups are set to.
func autoText(in form) string {
	if !in.has("auto_enabled", "yes") {
		return "off"
	}
	return "adds $" + in.get("auto_amount") + " under $" + in.get("auto_threshold")
}

func refKind(ref string) string {
	switch prefix, _, _ := strings.Cut(ref, "_"); prefix {
	case city.PrefixTopUp:
		return "top-up"
	case city.PrefixWithdrawal:
		return "withdrawal"
	default:
		return ""
	}
}

// signed is an amount with its direction; what moved inside a wallet has none.
func signed(m payment.Transaction) string {
	switch {
	case m.Amount > 0:
		return "+" + m.Amount.String()
	case m.Amount == 0:
		return m.Moved.String()
	default:
		return m.Amount.String()
	}
}

// topUpText says how far a top-up is.
func topUpText(status payment.TopUpStatus) string {
	switch status {
	case payment.TopUpSucceeded:
		return "Paid"
	case payment.TopUpDeclined:
		return "Declined"
	default:
		return "Pending"
	}
}

// payoutText says how far a payout is.
func payoutText(status payment.WithdrawalStatus) string {
	switch status {
	case payment.WithdrawalPaid:
		return "Paid"
	case payment.WithdrawalFailed:
		return "Failed"
	default:
		return "On its way"
	}
}
