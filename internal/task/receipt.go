package task

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/receipt"
	"aicity.dev/aicity/internal/store"
)

// Receipts says in whose name receipts are issued.
type Receipts struct {
	Signer *receipt.Signer
	Issuer string // the city's address
}

// receiptState is where the money of t is; ok is false while it was not charged.
func receiptState(t *Task) (state receipt.State, ok bool) {
	switch {
	case t.Charge == 0:
		return "", false
	case t.Status == city.TaskRefunded:
		return receipt.Refunded, true
	case t.ReleasedAt != nil:
		return receipt.Released, true
	default:
		return receipt.Charged, true
	}
}

// Receipt returns the receipt of a charged task. It is issued when it is first
// asked for, and again, under the next number, when the money has moved on.
// Errors: TASK_NOT_FOUND, RECEIPT_NOT_READY.
func (s *Service) Receipt(ctx context.Context, buyerID, taskID string) (receipt.Signed, error) {
	var signed receipt.Signed
	_, err := s.locked(ctx, taskID, boughtBy(buyerID), func(ctx context.Context, tx store.Tx, t *Task) error {
		state, ok := receiptState(t)
		if !ok {
			return city.Errorf(city.CodeReceiptNotReady, "Nothing was charged for this task, so there is no receipt.")
		}
		last, err := lastReceipt(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if signed = last; last.Receipt.State == state {
			return nil
		}
		r, err := s.receiptOf(ctx, tx, t, state)
		if err != nil {
			return err
		}
		r.Number = last.Receipt.Number + 1
		if signed, err = s.Receipts.Signer.Sign(r); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO task_receipts (task_id, number, state, body, issued_at) VALUES ($1, $2, $3, $4, $5)`,
			t.ID, r.Number, string(state), encode(signed), store.Micros(tx.Now()))
		return err
	})
	return signed, err
}

func (s *Service) receiptOf(ctx context.Context, tx store.Tx, t *Task, state receipt.State) (receipt.Receipt, error) {
	sum := sha256.Sum256([]byte(t.Description))
	r := receipt.Receipt{
		Issuer: s.Receipts.Issuer, IssuedAt: tx.Now().UTC(), TaskID: t.ID, TaskType: string(t.Category), BuyerID: t.BuyerID, AgentID: t.AgentID,
		OrderedAt: t.CreatedAt.UTC(), DescriptionSHA256: hex.EncodeToString(sum[:]), State: state, Currency: city.USD,
		Quote: receipt.Price{
			Model: t.Quote.Model, ModelKnown: t.Quote.ModelKnown, BaseRateCents: t.Quote.BaseRateCents, RepoTokens: t.Quote.RepoTokens,
			CentsPerMTok: t.Quote.CentsPerMTok, PriceSource: t.Quote.PriceSource, PriceDate: t.Quote.PriceDate, Factor: t.Quote.Factor, EstimateCents: t.Quote.EstimateCents, MaxBudget: t.Quote.MaxBudget, ChargeCents: t.Quote.ChargeCents,
		},
		ChargeCents: t.Charge, FeePercent: t.FeePercent, FeeCents: t.Fee, EarnedCents: t.Charge - t.Fee, GateScore: t.GateScore, Transfers: []receipt.Transfer{},
	}
	if t.EndedAt != nil {
		r.CompletedAt = t.EndedAt.UTC()
	}
	if state == receipt.Refunded {
		r.RefundedCents, r.EarnedCents = t.Charge, 0
	}
	records, err := s.moved(ctx, tx, t.ID)
	if err != nil {
		return r, err
	}
	for _, record := range records {
		r.Transfers = append(r.Transfers, receipt.Transfer{ID: record.ID, Kind: record.Kind, AmountCents: record.Amount, At: record.At.UTC()})
	}
	return r, nil
}

// lastReceipt is the newest receipt of a task, empty when there is none.
func lastReceipt(ctx context.Context, q store.Querier, taskID string) (receipt.Signed, error) {
	var last receipt.Signed
	var body string
	err := q.QueryRow(ctx, `SELECT body FROM task_receipts WHERE task_id = $1 ORDER BY number DESC LIMIT 1`, taskID).Scan(&body)
	if errors.Is(err, store.ErrNoRows) {
		return last, nil
	}
	if err != nil {
		return last, fmt.Errorf("read receipt: %w", err)
	}
	if err := json.Unmarshal([]byte(body), &last); err != nil {
		return last, fmt.Errorf("decode receipt of %s: %w", taskID, err)
	}
	return last, nil
}

// Charged pages through an owner's orders that have a receipt, newest first.
// The cursor is the id of the last task of the page before. Errors: VALIDATION_ERROR.
func (s *Service) Charged(ctx context.Context, buyerID, cursor string, limit int) (Page, error) {
	if err := checkCursor(cursor); err != nil {
		return Page{}, err
	}
	where, by := store.Newest(s.DB.Read(), "buyer_id", "$1", "id", "$2")
	tasks, err := list(ctx, s.DB.Read(), where+` AND charge > 0 ORDER BY `+by+` LIMIT $3`, buyerID, cmp.Or(cursor, aboveAll), limit+1)
	if err != nil {
		return Page{}, err
	}
	return pageOf(tasks, limit), nil
}

// PublishReceiptKey adds the signer's key to those that are published.
func (s *Service) PublishReceiptKey(ctx context.Context) error {
	key := s.Receipts.Signer.Key()
	return s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return tx.Queue(ctx, "publish receipt key", `INSERT INTO receipt_keys (key_id, public_key, since) VALUES ($1, $2, $3)
			ON CONFLICT (key_id) DO NOTHING`, key.KeyID, key.PublicKey, store.Micros(tx.Now()))
	})
}

// ReceiptKeys lists every key that receipts were signed with, the newest first.
func (s *Service) ReceiptKeys(ctx context.Context) (receipt.Keys, error) {
	doc := receipt.Keys{Keys: []receipt.Key{}}
	algorithm := s.Receipts.Signer.Key().Algorithm
	rows, err := s.DB.Read().Query(ctx, `SELECT key_id, public_key FROM receipt_keys ORDER BY since DESC, key_id`)
	if err != nil {
		return doc, fmt.Errorf("list receipt keys: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		key := receipt.Key{Algorithm: algorithm}
		if err := rows.Scan(&key.KeyID, &key.PublicKey); err != nil {
			return doc, fmt.Errorf("list receipt keys: %w", err)
		}
		doc.Keys = append(doc.Keys, key)
	}
	return doc, rows.Err()
}

// Party is a side of a task.
type Party string

// The sides.
const (
	PartyBuyer Party = "buyer"
	PartyAgent Party = "agent"
)

// Parties lists the sides.
func Parties() []Party { return []Party{PartyBuyer, PartyAgent} }

// Statement is what a task moved, as one of its sides may see it.
type Statement struct {
	TaskID   string          `json:"taskId"`
	Party    Party           `json:"party" doc:"Whose statement it is"`
	Status   city.TaskStatus `json:"status" doc:"Where the task stands"`
	Currency string          `json:"currency"`

	Budget     city.Cents `json:"maxBudgetCents" doc:"What was held at the order"`
	Charge     city.Cents `json:"chargeCents" doc:"0 while nothing was charged"`
	FeePercent int        `json:"feePercent"`
	Fee        city.Cents `json:"feeCents"`
	Refunded   city.Cents `json:"refundedCents" doc:"What the buyer got back of the charge, the fee included: all of it, or 0"`
	FeeBack    city.Cents `json:"feeReversedCents" doc:"The fee's part of what was refunded"`
	Paid       city.Cents `json:"paidCents" doc:"What the buyer paid in the end: the charge less what was refunded"`
	Earned     city.Cents `json:"earnedCents" doc:"What the agent has of it in the end: what was paid less the fee that was not reversed"`
	Returned   city.Cents `json:"returnedCents" doc:"What went back to the buyer of what was held or charged; to the agent only a refund"`

	RefundUntil *time.Time      `json:"refundUntil,omitempty"`
	ReleasedAt  *time.Time      `json:"releasedAt,omitempty" doc:"When the earnings left escrow and could be paid out"`
	Transfers   []StatementLine `json:"transfers" doc:"Oldest first"`
}

// StatementLine is one movement: the amount goes from one place to the other.
type StatementLine struct {
	ID     string       `json:"id"`
	Kind   TransferKind `json:"kind" doc:"What moved it"`
	From   string       `json:"from" doc:"The account that gave"`
	To     string       `json:"to" doc:"The account that took"`
	Amount city.Cents   `json:"amount" doc:"Cents that moved"`
	At     time.Time    `json:"at"`
}

// returns are the kinds of transfers that give a buyer something back.
var returns = map[TransferKind]bool{KindRest: true, KindVoid: true, KindReverse: true, KindReverseFee: true}

// buyersOwn are the kinds that are between the buyer and its own credits.
var buyersOwn = map[TransferKind]bool{KindHold: true, KindRehold: true, KindRest: true, KindVoid: true}

// Statement returns what t moved. Whether the caller is that party is the
// caller's to check. An agent does not see what moved between the buyer and its
// own credits, nor the buyer's account.
func (s *Service) Statement(ctx context.Context, t *Task, party Party) (Statement, error) {
	st := Statement{
		TaskID: t.ID, Party: party, Status: t.Status, Currency: city.USD, Budget: t.MaxBudget, Charge: t.Charge, FeePercent: t.FeePercent,
		Fee: t.Fee, RefundUntil: t.RefundUntil, ReleasedAt: t.ReleasedAt, Transfers: []StatementLine{},
	}
	records, err := s.Transfers(ctx, t.ID)
	if err != nil {
		return st, err
	}
	for _, r := range records {
		line := StatementLine{ID: r.ID, Kind: TransferKind(r.Kind), From: string(r.Debit), To: string(r.Credit), Amount: r.Amount, At: r.At}
		if party == PartyAgent {
			if buyersOwn[line.Kind] {
				continue
			}
			if returns[line.Kind] {
				line.To = "buyer"
			}
		}
		switch {
		case returns[line.Kind]:
			st.Returned += r.Amount
		case line.Kind == KindRehold: // an overturned verdict takes back what the failure returned
			st.Returned -= r.Amount
		}
		switch line.Kind {
		case KindReverse:
			st.Refunded += r.Amount
		case KindReverseFee:
			st.Refunded += r.Amount
			st.FeeBack += r.Amount
		}
		st.Transfers = append(st.Transfers, line)
	}
	st.Paid = st.Charge - st.Refunded
	st.Earned = st.Paid - (st.Fee - st.FeeBack)
	return st, nil
}
