package main

import (
	"context"
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// walletCmd is `aicity wallet`: a buyer's credits and an owner's earnings.
type walletCmd struct {
	Show         walletShowCmd         `cmd:"" help:"Show your credits and what your agents have earned."`
	TopUp        walletTopUpCmd        `cmd:"" name:"topup" help:"Buy credits."`
	TopUps       walletTopUpsCmd       `cmd:"" name:"topups" help:"List top-ups, newest first: paid, pending and declined."`
	AutoTopUp    walletAutoTopUpCmd    `cmd:"" name:"auto-topup" help:"Have credits bought when they run low."`
	Cards        walletCardsCmd        `cmd:"" help:"List your saved cards."`
	RemoveCard   walletRemoveCardCmd   `cmd:"" name:"remove-card" help:"Remove a saved card; automatic top-ups that charge it are turned off."`
	Limits       walletLimitsCmd       `cmd:"" help:"Show or set what you, or one of your agents, may spend."`
	Withdraw     walletWithdrawCmd     `cmd:"" help:"Have earnings paid out."`
	Withdrawals  walletWithdrawalsCmd  `cmd:"" help:"List payouts, newest first."`
	Connect      walletConnectCmd      `cmd:"" help:"Print where to set up the account that payouts go to."`
	Transactions walletTransactionsCmd `cmd:"" help:"List movements, newest first."`
	Statement    walletStatementCmd    `cmd:"" help:"Show a month."`
}

type walletShowCmd struct {
	clientFlags
	printing
	At string `help:"As it was at a time: RFC 3339, or a day, whose beginning in UTC is meant." placeholder:"TIME"`
}

// Run shows both sides; an agent has earnings only.
func (c *walletShowCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	if c.At != "" {
		return c.showAt(ctx, k, client)
	}
	balance, err := client.Vault.Balance(ctx)
	if err != nil {
		return err
	}
	pool, err := client.Vault.Pool(ctx)
	if aicity.ErrorCode(err) == aicity.CodeForbidden { // an agent's key
		return c.show(k, balance, func() string {
			return facts{{"Available", money(balance.Available) + heldBack(balance.HeldBack)}, {"In escrow", money(balance.Escrowed)}}.String()
		})
	}
	if err != nil {
		return err
	}
	all := struct {
		Credits  *aicity.Pool    `json:"credits"`
		Earnings *aicity.Balance `json:"earnings"`
	}{pool, balance}
	return c.show(k, all, func() string {
		lines := facts{
			{"Credits", money(pool.Balance) + " free, " + money(pool.Held) + " held for running tasks"}, {"Paid through", pool.Provider},
			{"Earnings", money(balance.Available) + " available" + heldBack(balance.HeldBack) + ", " + money(balance.Escrowed) + " in escrow"},
		}
		for _, part := range balance.Agents {
			lines = append(lines, fact{"  " + part.AgentID, money(part.Available) + " available" + heldBack(part.HeldBack) + ", " + money(part.Escrowed) + " in escrow"})
		}
		return lines.String()
	})
}

// showAt shows what was there at a time.
func (c *walletShowCmd) showAt(ctx context.Context, k *kong.Context, client *aicity.Client) error {
	b, err := client.Vault.BalancesAt(ctx, c.At)
	if err != nil {
		return err
	}
	return c.show(k, b, func() string {
		lines := facts{{"At", b.At.UTC().Format(time.RFC3339)}}
		if b.Credits != nil {
			lines = append(lines, fact{"Credits", money(*b.Credits) + " free"})
		}
		if b.Disputed != nil && *b.Disputed > 0 {
			lines = append(lines, fact{"Disputed", money(*b.Disputed)})
		}
		for _, part := range b.Agents {
			lines = append(lines, fact{part.AgentID, money(part.Available) + " available, " + money(part.Escrowed) + " in escrow"})
		}
		return lines.String()
	})
}

// heldBack adds what of an amount cannot be withdrawn yet.
func heldBack(h aicity.HeldBack) string {
	if h.HeldUntil == nil {
		return ""
	}
	return " (" + money(h.HeldBack) + " held back until " + h.HeldUntil.Local().Format(time.DateOnly) + " at the latest)"
}

type walletTopUpCmd struct {
	clientFlags
	printing
	Amount dollars `arg:"" help:"Dollars, 5 to 10000."`
	Key    string  `help:"Idempotency key: the same one buys once." placeholder:"KEY"`
}

// Run buys.
func (c *walletTopUpCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	if c.Key != "" {
		ctx = aicity.WithIdempotencyKey(ctx, c.Key)
	}
	done, err := client.Vault.TopUp(ctx, int64(c.Amount))
	if err != nil {
		return err
	}
	return c.show(k, done, func() string {
		if done.CheckoutURL != "" {
			return "Pay here, then the credits are yours:\n" + done.CheckoutURL
		}
		return money(done.AmountCharged) + " bought, " + money(done.NewBalance) + " free."
	})
}

type walletTopUpsCmd struct {
	clientFlags
	printing
	paging
}

// Run lists them.
func (c *walletTopUpsCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	page, err := client.Vault.TopUps(ctx, c.options())
	if err != nil {
		return err
	}
	return showPage(k, c.printing, page, "No top-ups yet.", []string{"Id", "Amount", "State", "Bought", "How", "Where to pay, or why it was declined"}, func(t aicity.TopUpRecord) []string {
		how := "by hand, " + t.Provider
		if t.Automatic {
			how = "automatically, " + t.Provider
		}
		if t.Test {
			how += " (test, no real money)"
		}
		return []string{t.ID, money(t.Amount), t.Status, when(t.CreatedAt), how, t.CheckoutURL + t.Reason}
	})
}

type walletAutoTopUpCmd struct {
	clientFlags
	printing
	Off    bool     `help:"Buy nothing by itself any more."`
	Below  *dollars `help:"Buy when free credits fall under this." placeholder:"AMOUNT"`
	Amount *dollars `help:"How much to buy each time." placeholder:"AMOUNT"`
	Cap    *dollars `help:"The most to buy in a calendar month; 0 for no cap." placeholder:"AMOUNT"`
}

// Run changes what was given and turns it on, or off.
func (c *walletAutoTopUpCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	pool, err := client.Vault.Pool(ctx)
	if err != nil {
		return err
	}
	var rule aicity.AutoTopUp
	if pool.AutoTopUp != nil {
		rule = *pool.AutoTopUp
	}
	change(&rule.Threshold, c.Below)
	change(&rule.Amount, c.Amount)
	change(&rule.MonthlyCap, c.Cap)
	if rule.Enabled = !c.Off; rule.Enabled || pool.AutoTopUp != nil {
		if pool, err = client.Vault.SetAutoTopUp(ctx, rule); err != nil {
			return err
		}
	}
	return c.show(k, pool, func() string {
		if c.Off {
			return "Nothing is bought by itself any more."
		}
		return "When your free credits fall under " + money(rule.Threshold) + ", " + money(rule.Amount) + " are added."
	})
}

// change sets an amount that was given, and reports whether one was.
func change(to *int64, from *dollars) bool {
	if from == nil {
		return false
	}
	*to = int64(*from)
	return true
}

type walletLimitsCmd struct {
	clientFlags
	printing
	Agent        string   `help:"Of one of your agents instead of yourself." placeholder:"ID"`
	PerTask      *dollars `help:"The most for one task; 0 is no limit." placeholder:"AMOUNT"`
	PerDay       *dollars `help:"The most for a day; 0 is no limit." placeholder:"AMOUNT"`
	PerMonth     *dollars `help:"The most for a month; 0 is no limit." placeholder:"AMOUNT"`
	ApproveAbove *dollars `help:"Orders over this wait for your word; 0 asks never." placeholder:"AMOUNT"`
}

// Run shows the limits, after it has changed what was given.
func (c *walletLimitsCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	limits, err := client.Vault.Limits(ctx, c.Agent)
	if err != nil {
		return err
	}
	changed := change(&limits.PerTask, c.PerTask)
	changed = change(&limits.PerDay, c.PerDay) || changed
	changed = change(&limits.PerMonth, c.PerMonth) || changed
	changed = change(&limits.ApproveAbove, c.ApproveAbove) || changed
	if changed {
		if limits, err = client.Vault.SetLimits(ctx, c.Agent, *limits); err != nil {
			return err
		}
	}
	return c.show(k, limits, func() string {
		return facts{
			{"One task", limit(limits.PerTask)}, {"A day", limit(limits.PerDay)}, {"A month", limit(limits.PerMonth)},
			{"Ask me over", limit(limits.ApproveAbove)},
		}.String()
	})
}

func limit(cents int64) string {
	if cents == 0 {
		return "no limit"
	}
	return money(cents)
}

type walletWithdrawCmd struct {
	clientFlags
	printing
	Amount dollars `arg:"" help:"Dollars, at least 10."`
	Agent  string  `help:"Whose wallet; without it your only agent's." placeholder:"ID"`
	Key    string  `help:"Idempotency key: the same one pays once." placeholder:"KEY"`
}

// Run asks for the payout.
func (c *walletWithdrawCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	if c.Key != "" {
		ctx = aicity.WithIdempotencyKey(ctx, c.Key)
	}
	payout, err := client.Vault.Withdraw(ctx, aicity.Withdraw{Amount: int64(c.Amount), AgentID: c.Agent})
	if err != nil {
		return err
	}
	return c.show(k, payout, func() string {
		return facts{{"Id", payout.ID}, {"Amount", money(payout.Amount)}, {"State", payout.Status}}.String()
	})
}

type walletWithdrawalsCmd struct {
	clientFlags
	printing
	paging
}

// Run lists them.
func (c *walletWithdrawalsCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	page, err := client.Vault.Withdrawals(ctx, c.options())
	if err != nil {
		return err
	}
	return showPage(k, c.printing, page, "No payouts yet.", []string{"Id", "Agent", "Amount", "State", "Asked", "Why it failed"}, func(w aicity.Withdrawal) []string {
		state := w.Status
		if w.Test {
			state += " (test, no real money)"
		}
		return []string{w.ID, w.AgentID, money(w.Amount), state, when(w.CreatedAt), w.Reason}
	})
}

type walletConnectCmd struct{ clientFlags }

// Run prints the address.
func (c *walletConnectCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	address, err := client.Vault.Connect(ctx)
	if err != nil {
		return err
	}
	return say(k, "%s", address)
}

type walletTransactionsCmd struct {
	clientFlags
	printing
	paging
}

// Run lists them.
func (c *walletTransactionsCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	page, err := client.Vault.Transactions(ctx, c.options())
	if err != nil {
		return err
	}
	return showPage(k, c.printing, page, "No movements yet.", movementHeaders, movement)
}

var movementHeaders = []string{"When", "What", "Amount", "Balance", "Belongs to"}

func movement(t aicity.Transaction) []string {
	amount := money(t.Amount)
	if t.Amount > 0 {
		amount = "+" + amount
	}
	return []string{when(t.CreatedAt), t.Type, amount, money(t.Balance), t.Ref}
}

type walletStatementCmd struct {
	clientFlags
	printing
	Month string `help:"A month, as 2026-11; this one without it." placeholder:"MONTH"`
	Agent string `help:"The wallet of this agent of yours; your credits without it." placeholder:"AGENT"`
	CSV   bool   `help:"Print a table for spreadsheets." name:"csv" xor:"format"`
}

// Run prints a month.
func (c *walletStatementCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	if c.CSV {
		return client.Vault.WriteStatementCSV(ctx, k.Stdout, c.Agent, c.Month)
	}
	statement, err := client.Vault.AgentStatement(ctx, c.Agent, c.Month)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(k, statement)
	}
	if err := say(k, "%s: %s at the beginning, %s at the end.", statement.Month, money(statement.Opening), money(statement.Closing)); err != nil {
		return err
	}
	if statement.Cut {
		if _, err := fmt.Fprintln(k.Stderr, "The oldest movements are left out, because there were too many; --csv prints all."); err != nil {
			return err
		}
	}
	return showRows(k, statement.Transactions, "No movements in this month.", movementHeaders, movement)
}
