package ui

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

// WalletPage is an owner's money: credits to spend, earnings of agents, and
// what moved.
type WalletPage struct {
	Page
	Form        Form // of the top-up
	Money       Balances
	Agents      []AgentRow
	View        string // whose movements: "" for the credits, else an agent's id
	Movements   []Movement
	NextPath    string // of the next page of movements, or ""
	Withdrawals []Withdrawal
	MinPayout   city.Cents
	Payout      Form   // of the withdrawal
	TopUpKey    string // so that a form sent twice charges once
}

// Movement is one line of the ledger as it concerns the owner.
type Movement struct {
	Kind    string
	TaskID  string // "" when it belongs to no task
	Ref     string
	Amount  city.Cents // negative when it leaves; 0 when it moved inside the wallet
	Moved   city.Cents
	Balance city.Cents // afterwards
	At      time.Time
}

// Withdrawal is a payout.
type Withdrawal struct {
	ID, Agent, Status, Reason string
	Amount                    city.Cents
	At                        time.Time
}

// text is the kind of a movement in words.
func (m Movement) text() string {
	switch m.Kind {
	case "top_up":
		return "Top-up"
	case "hold":
		return "Held for a task"
	case "rest":
		return "Rest of a budget returned"
	case "void":
		return "Budget returned"
	case "earn":
		return "Earned, into escrow"
	case "release":
		return "Released from escrow"
	case "reverse":
		return "Refunded"
	case "reverse_fee":
		return "Fee refunded"
	case "withdrawal":
		return "Withdrawal"
	case "withdrawal_returned":
		return "Withdrawal returned"
	default:
		return capital(m.Kind)
	}
}
