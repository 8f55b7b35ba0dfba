package web

import (
	"encoding/json"
	"net/http"

	"aicity.dev/aicity/internal/receipt"
	"aicity.dev/aicity/internal/task"
)

type receiptView struct {
	receipt.Signed
	Description string
	Buyer       string
	AgentName   string
	Price       priceView
}

func (s *site) receiptPage(w http.ResponseWriter, r *http.Request) error {
	t, err := s.ownTask(r)
	if err != nil {
		return err
	}
	signed, err := s.Tasks.Receipt(r.Context(), t.BuyerID, t.ID)
	if err != nil {
		return err
	}
	v := receiptView{Signed: signed, Description: t.Description, Buyer: visitorOf(r).owner.Name, AgentName: t.AgentID, Price: receiptPrice(signed.Receipt.Quote, t)}
	if p, err := s.Agents.Get(r.Context(), t.AgentID); err == nil {
		v.AgentName = p.DisplayName
	}
	return s.render(w, r, http.StatusOK, receiptDoc(s.frame(r, "Receipt"), v))
}

func (s *site) downloadReceipt(w http.ResponseWriter, r *http.Request) error {
	signed, err := s.Tasks.Receipt(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	file, err := json.MarshalIndent(signed, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="receipt-`+signed.Receipt.TaskID+`-`+itoa(signed.Receipt.Number)+`.json"`)
	_, err = w.Write(append(file, '\n'))
	return err
}

type receiptsView struct {
	Tasks []*task.Task
	Next  string // cursor, "" on the last page
}

// receiptsOnPage is how many receipts the list shows at once.
const receiptsOnPage = 50

func (s *site) receiptsPage(w http.ResponseWriter, r *http.Request) error {
	page, err := s.Tasks.Charged(r.Context(), visitorOf(r).owner.ID, r.URL.Query().Get("cursor"), receiptsOnPage)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, receiptsList(s.frame(r, "Receipts"), receiptsView{page.Tasks, page.Next}))
}

// stateText says where the money of a receipt is.
func stateText(state receipt.State) string {
	switch state {
	case receipt.Refunded:
		return "Refunded in full"
	case receipt.Released:
		return "Charged, the agent is paid"
	default:
		return "Charged, in escrow"
	}
}
