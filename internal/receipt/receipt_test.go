package receipt_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/receipt"
)

func example() receipt.Receipt {
	at, score := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), 90
	return receipt.Receipt{
		Number: 2, Issuer: "https://city.example", IssuedAt: at, TaskID: "tsk_1", TaskType: "research", BuyerID: "own_1", AgentID: "agt_1",
		OrderedAt: at, CompletedAt: at, GateScore: &score, DescriptionSHA256: "00", State: receipt.Refunded, Currency: "USD",
		Quote:       receipt.Price{Model: "a <model> & \u2028 more", BaseRateCents: 300, MaxBudget: 500, ChargeCents: 300},
		ChargeCents: 300, FeePercent: 15, FeeCents: 45, EarnedCents: 255, RefundedCents: 300,
		Transfers: []receipt.Transfer{{ID: "tsk_1/hold", Kind: "hold", AmountCents: 500, At: at}},
	}
}

func signed(t *testing.T) ([]byte, *receipt.Signer) {
	t.Helper()
	signer := receipt.NewSigner(bytes.Repeat([]byte{7}, 32))
	got, err := signer.Sign(example())
	if err != nil {
		t.Fatal(err)
	}
	file, err := json.MarshalIndent(got, "", "  ") // the signature does not mind how it is laid out
	if err != nil {
		t.Fatal(err)
	}
	return file, signer
}

func TestVerify(t *testing.T) {
	t.Parallel()
	file, signer := signed(t)
	got, err := receipt.Verify(file, []receipt.Key{signer.Key()})
	if err != nil || got.ChargeCents != 300 || got.State != receipt.Refunded {
		t.Errorf("%+v, %v", got, err)
	}
	other := receipt.NewSigner(bytes.Repeat([]byte{8}, 32))
	if _, err := receipt.Verify(file, []receipt.Key{other.Key()}); !errors.Is(err, receipt.ErrUnknownKey) {
		t.Errorf("another key: %v", err)
	}
	if _, err := receipt.Verify(file, []receipt.Key{other.Key(), signer.Key()}); err != nil {
		t.Errorf("one of two keys: %v", err)
	}
}

// Whatever is changed, added, left out or said twice is noticed.
func TestTampering(t *testing.T) {
	t.Parallel()
	file, signer := signed(t)
	replace := func(from, to string) string {
		if !strings.Contains(string(file), from) {
			t.Fatalf("the receipt does not hold %s", from)
		}
		return strings.Replace(string(file), from, to, 1)
	}
	for name, tt := range map[string]struct {
		file string
		want error
	}{
		"the charge":             {replace(`"chargeCents": 300,`, `"chargeCents": 301,`), receipt.ErrForged},
		"the state":              {replace(`"refunded"`, `"released"`), receipt.ErrForged},
		"the number":             {replace(`"number": 2`, `"number": 3`), receipt.ErrForged},
		"a transfer":             {replace(`"amountCents": 500`, `"amountCents": 5`), receipt.ErrForged},
		"the version":            {replace(`"version": 1`, `"version": 2`), receipt.ErrMalformed},
		"a field more":           {replace(`"number": 2`, `"number": 2, "discount": 1`), receipt.ErrMalformed},
		"a field left out":       {replace(`"refundedCents": 300,`, ``), receipt.ErrForged},
		"a field twice":          {replace(`"number": 2`, `"number": 3, "number": 2`), receipt.ErrMalformed},
		"a fraction":             {replace(`"number": 2`, `"number": 2.0`), receipt.ErrMalformed},
		"the signature's value":  {replace(`"value": "`, `"value": "AA`), receipt.ErrMalformed},
		"the algorithm":          {replace(`"algorithm": "Ed25519"`, `"algorithm": "none"`), receipt.ErrMalformed},
		"something behind":       {string(file) + "{}", receipt.ErrMalformed},
		"the key's name":         {replace(signer.Key().KeyID, "0000000000000000"), receipt.ErrUnknownKey},
		"nothing":                {"", receipt.ErrMalformed},
		"the receipt in a list":  {"[" + string(file) + "]", receipt.ErrMalformed},
		"no receipt, only a key": {`{"signature":{}}`, receipt.ErrMalformed},
	} {
		if _, err := receipt.Verify([]byte(tt.file), []receipt.Key{signer.Key()}); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	file, signer := signed(t)
	doc, err := json.Marshal(receipt.Keys{Keys: []receipt.Key{signer.Key()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(doc), signer.Key().PublicKey} {
		keys, err := receipt.ParseKeys([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := receipt.Verify(file, keys); err != nil {
			t.Errorf("with %s: %v", text, err)
		}
	}
	for _, text := range []string{"", "{}", `{"keys":[]}`, "AAAA", "no key"} {
		if keys, err := receipt.ParseKeys([]byte(text)); err == nil {
			t.Errorf("%q is %v", text, keys)
		}
	}
}

// No file makes the check panic, and none but the signed one is genuine.
func FuzzVerify(f *testing.F) {
	signer := receipt.NewSigner(bytes.Repeat([]byte{7}, 32))
	got, err := signer.Sign(example())
	if err != nil {
		f.Fatal(err)
	}
	file, err := json.Marshal(got)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte(`{"receipt":{},"signature":{}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := receipt.Verify(file, []receipt.Key{signer.Key()})
		if err != nil {
			return
		}
		again, err := signer.Sign(r)
		if err != nil || again.Signature != got.Signature {
			t.Errorf("genuine, but not what was signed: %+v", r)
		}
	})
}
