package testpay_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/testpay"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestCallsItselfATestEverywhere(t *testing.T) {
	t.Parallel()
	p := testpay.New(storetest.SQLite(t))
	order := payment.Order{ID: "top_1", OwnerID: "own_1", Amount: 500, Currency: "USD"}
	charge, err := p.Charge(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	payout, err := p.PayOut(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	cards, err := p.Cards(t.Context(), "own_1")
	if err != nil || len(cards) != 1 {
		t.Fatalf("%+v, %v", cards, err)
	}
	for _, text := range []string{p.Name(), p.Label(), charge, payout, cards[0].ID, cards[0].String()} {
		if !strings.Contains(strings.ToLower(text), "test") {
			t.Errorf("%q does not say that it is a test", text)
		}
	}
	if !p.Test() || p.CheckPayout(t.Context(), "own_1") != nil {
		t.Error("a test provider pays anybody, and says that it is one")
	}
}

func TestRepeatedOrderHasTheSameReference(t *testing.T) {
	t.Parallel()
	p := testpay.New(storetest.SQLite(t))
	first, err1 := p.Charge(t.Context(), payment.Order{ID: "top_1"})
	again, err2 := p.Charge(t.Context(), payment.Order{ID: "top_1"})
	other, err3 := p.Charge(t.Context(), payment.Order{ID: "top_2"})
	if err1 != nil || err2 != nil || err3 != nil || first != again || first == other {
		t.Errorf("%q %q %q, %v %v %v", first, again, other, err1, err2, err3)
	}
}
