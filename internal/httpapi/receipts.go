package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"aicity.dev/aicity/internal/receipt"
	"aicity.dev/aicity/internal/task"
)

func (s *server) registerReceipts() {
	add(s, route{method: http.MethodGet, path: "/tasks/{id}/statement", id: "getStatement", tag: "Tasks", who: byAnyone,
		summary: "Read what the task moved, as its buyer or as the agent and its owner may see it"}, s.getStatement)
	add(s, route{method: http.MethodGet, path: "/tasks/{id}/receipt", id: "getReceipt", tag: "Tasks", who: byAnyone,
		summary: "Read the signed receipt of a charged task; a new one is issued when the money moves on"}, s.getReceipt)
}

func (s *server) getStatement(ctx context.Context, in *TaskPath) (*Out[task.Statement], error) {
	t, buyer, err := s.visibleTask(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	party := task.PartyBuyer
	if !buyer {
		party = task.PartyAgent
	}
	statement, err := s.Tasks.Statement(ctx, t, party)
	if err != nil {
		return nil, err
	}
	return ok(statement), nil
}

func (s *server) getReceipt(ctx context.Context, in *TaskPath) (*Out[receipt.Signed], error) {
	t, err := s.ordered(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	signed, err := s.Tasks.Receipt(ctx, t.BuyerID, t.ID)
	if err != nil {
		return nil, err
	}
	return ok(signed), nil
}

// receiptKeys publishes what receipts are checked with. It has no envelope: it
// is a file to be kept.
func (s *server) receiptKeys(w http.ResponseWriter, r *http.Request) {
	keys, err := s.Tasks.ReceiptKeys(r.Context())
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_ = json.NewEncoder(w).Encode(keys)
}
