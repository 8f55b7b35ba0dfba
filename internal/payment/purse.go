package payment

import (
	"context"
	"errors"
	"fmt"

	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// purse is everything an owner could spend or withdraw at a moment: the credits
// and the available earnings of the owner's agents. Nobody else moves it until the
// transaction ends.
type purse struct {
	ownerID  string
	accounts []ledger.Account // the credits, then the wallets
	balances map[ledger.Account]ledger.Balance
}

// lockPurse locks an owner's purse. Whatever else of the owner's money is locked,
// debts among it, is locked behind it, as everywhere.
func (s *Service) lockPurse(ctx context.Context, tx store.Tx, ownerID string) (purse, error) {
	agents, err := s.agentsOf(ctx, tx, ownerID)
	if err != nil {
		return purse{}, fmt.Errorf("list wallets: %w", err)
	}
	p := purse{ownerID: ownerID, accounts: []ledger.Account{ledger.OwnerCredits(ownerID)}}
	for _, id := range agents {
		p.accounts = append(p.accounts, ledger.AgentAvailable(id))
	}
	if p.balances, err = s.ledger.Lock(ctx, tx, p.accounts...); err != nil {
		return purse{}, fmt.Errorf("lock purse: %w", err)
	}
	return p, nil
}

// wallets are the accounts of earnings.
func (p purse) wallets() []ledger.Account { return p.accounts[1:] }

// repay notes that accounts of the purse pay the owner's debts as far as they go,
// and returns the transfers, of which each carries the cause in its id.
func (p purse) repay(ctx context.Context, tx store.Tx, cause string, from ...ledger.Account) ([]ledger.Transfer, error) {
	var transfers []ledger.Transfer
	for _, account := range from {
		available := p.balances[account].Available()
		if available <= 0 {
			continue
		}
		repaid, err := repay(ctx, tx, p.ownerID, account, cause+"/"+string(account), available)
		if err != nil {
			return nil, err
		}
		transfers = append(transfers, repaid...)
	}
	return transfers, nil
}

// collectDebtsArgs is the job that has debtors pay.
type collectDebtsArgs struct{}

// Kind names the job.
func (collectDebtsArgs) Kind() string { return "payment_collect_debts" }

// collectDebts has owners in debt pay out of what they could spend or withdraw.
// That leaves something to do only after an earlier version, which let debtors
// keep what they had earned before the dispute. One that fails keeps no other.
func (s *Service) collectDebts(ctx context.Context) error {
	owners, err := debtors(ctx, s.db.Read())
	if err != nil {
		return err
	}
	var failed []error
	for _, ownerID := range owners {
		err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			p, err := s.lockPurse(ctx, tx, ownerID)
			if err != nil {
				return err
			}
			repaid, err := p.repay(ctx, tx, fmt.Sprintf("collected/%d", store.Micros(tx.Now())), p.accounts...)
			if err != nil {
				return err
			}
			return s.ledger.Post(ctx, tx, repaid...)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("collect the debts of %s: %w", ownerID, err))
		}
	}
	return errors.Join(failed...)
}
