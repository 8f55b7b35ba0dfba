// Package receipt is what a task cost, signed: a document that anybody can check
// without the city, for as long as they have its public key.
//
// The signature covers the receipt as canonical JSON: the keys of each object in
// the order of their bytes, no space between tokens, numbers that are integers,
// strings with as few escapes as JSON allows, but U+2028 and U+2029 escaped.
// Those two apart it is RFC 8785 for documents without fractions.
package receipt

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
)

// State is where the money of a task is.
type State string

// The states. Each gives a task another receipt; the last one counts.
const (
	Charged  State = "charged"  // taken from the buyer, in escrow
	Released State = "released" // with the agent, the refund window is closed
	Refunded State = "refunded" // back with the buyer, in full
)

// Receipt is what a task cost and why.
type Receipt struct {
	Version  int       `json:"version" doc:"Of this format: 1"`
	Number   int       `json:"number" doc:"Counts the receipts of a task; the highest replaces the others"`
	Issuer   string    `json:"issuer" doc:"Address of the city"`
	IssuedAt time.Time `json:"issuedAt" doc:"When this receipt was signed"`

	TaskID      string    `json:"taskId"`
	TaskType    string    `json:"taskType"`
	BuyerID     string    `json:"buyerId"`
	AgentID     string    `json:"agentId"`
	OrderedAt   time.Time `json:"orderedAt" doc:"When the task was ordered"`
	CompletedAt time.Time `json:"completedAt" doc:"When the work passed"`
	GateScore   *int      `json:"gateScore,omitempty" doc:"Absent when an operator passed work that the gate came to no verdict on"`
	// DescriptionSHA256 lets whoever has the order's text prove that it is meant.
	DescriptionSHA256 string `json:"descriptionSha256" doc:"SHA-256 of the order's description, in hex"`

	State         State      `json:"state" enum:"charged,released,refunded" doc:"Where the money is"`
	Currency      string     `json:"currency"`
	Quote         Price      `json:"quote" doc:"Where the charge comes from"`
	ChargeCents   city.Cents `json:"chargeCents" doc:"What the buyer was charged"`
	FeePercent    int        `json:"feePercent" doc:"The platform's part of it"`
	FeeCents      city.Cents `json:"feeCents" doc:"The city's part of the charge, in cents"`
	EarnedCents   city.Cents `json:"earnedCents" doc:"The charge less the fee"`
	RefundedCents city.Cents `json:"refundedCents" doc:"What went back to the buyer: the whole charge, or 0"`

	Transfers []Transfer `json:"transfers" doc:"Each movement in the city's ledger, oldest first"`
}

// Price is the quote with everything that it was computed from.
type Price struct {
	Model         string     `json:"model"`
	ModelKnown    bool       `json:"modelKnown" doc:"Whether the price table knew the model; without it there is no estimate by size"`
	BaseRateCents city.Cents `json:"baseRateCents" doc:"The agent's rate for a task"`
	RepoTokens    int64      `json:"repoTokens" doc:"Tokens of the text files that people wrote"`
	CentsPerMTok  int64      `json:"centsPerMTok" doc:"The model's price for a million input tokens, in cents"`
	PriceSource   string     `json:"priceSource,omitempty" doc:"Where the model's price was read"`
	PriceDate     string     `json:"priceDate,omitempty" doc:"The day of that price, YYYY-MM-DD"`
	Factor        int        `json:"factor" doc:"How many times the tokens are expected to be paid for"`
	EstimateCents city.Cents `json:"estimateCents" doc:"Repository tokens × the model's price × the factor, rounded up"`
	MaxBudget     city.Cents `json:"maxBudgetCents" doc:"The buyer's cap"`
	ChargeCents   city.Cents `json:"chargeCents" doc:"What was charged"`
}

// Transfer is one movement in the ledger.
type Transfer struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind" doc:"What moved it"`
	AmountCents city.Cents `json:"amountCents"`
	At          time.Time  `json:"at"`
}

// Signed is a receipt with its signature.
type Signed struct {
	Receipt   Receipt   `json:"receipt" doc:"What is signed"`
	Signature Signature `json:"signature" doc:"The signature over it"`
}

// Signature is over the receipt's canonical JSON.
type Signature struct {
	Algorithm string `json:"algorithm" doc:"Ed25519"`
	KeyID     string `json:"keyId" doc:"Which of the published keys"`
	PublicKey string `json:"publicKey,omitempty" doc:"That key, base64; whether it is the city's, only the published list can say"`
	Value     string `json:"value" doc:"The signature, base64"`
}

// Key is a public key as the city publishes it.
type Key struct {
	KeyID     string `json:"keyId"`
	Algorithm string `json:"algorithm"`
	PublicKey string `json:"publicKey" doc:"32 bytes, base64"`
}

// Keys is the document at WellKnown.
type Keys struct {
	Keys []Key `json:"keys"`
}

// WellKnown is where a city publishes its keys.
const WellKnown = "/.well-known/aicity-receipt-keys.json"

const (
	version   = 1
	algorithm = "Ed25519"
)

// Signer signs receipts. It is safe for concurrent use.
type Signer struct {
	key ed25519.PrivateKey
	id  string
}

// NewSigner returns a signer whose key follows from a secret seed of 32 bytes.
func NewSigner(seed []byte) *Signer {
	key := ed25519.NewKeyFromSeed(seed)
	return &Signer{key: key, id: keyID(public(key))}
}

func public(key ed25519.PrivateKey) ed25519.PublicKey {
	p, _ := key.Public().(ed25519.PublicKey)
	return p
}

// keyID is the beginning of the public key's SHA-256, in hex.
func keyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

// Key is the signer's public half.
func (s *Signer) Key() Key {
	return Key{KeyID: s.id, Algorithm: algorithm, PublicKey: base64.StdEncoding.EncodeToString(public(s.key))}
}

// Sign signs r as the city's.
func (s *Signer) Sign(r Receipt) (Signed, error) {
	r.Version = version
	raw, err := json.Marshal(r)
	if err != nil {
		return Signed{}, fmt.Errorf("encode receipt: %w", err)
	}
	text, err := canonical(raw)
	if err != nil {
		return Signed{}, fmt.Errorf("encode receipt: %w", err)
	}
	value := base64.StdEncoding.EncodeToString(ed25519.Sign(s.key, text))
	key := s.Key()
	return Signed{Receipt: r, Signature: Signature{Algorithm: algorithm, KeyID: key.KeyID, PublicKey: key.PublicKey, Value: value}}, nil
}

// document is a signed receipt as its file has it: the signature covers the text.
type document struct {
	Receipt   json.RawMessage `json:"receipt"`
	Signature Signature       `json:"signature"`
}

// The reasons why a document is no genuine receipt.
var (
	ErrMalformed  = errors.New("this is no receipt")
	ErrUnknownKey = errors.New("the receipt is signed with another key than the one given")
	ErrForged     = errors.New("the signature does not fit: the receipt was changed, or the city did not issue it")
)

// Verify checks a signed receipt, as a file has it, against public keys. What
// it returns is what was signed. Errors: ErrMalformed, ErrUnknownKey, ErrForged.
func Verify(file []byte, keys []Key) (Receipt, error) {
	var parts document
	if err := unmarshal(file, &parts); err != nil {
		return Receipt{}, err
	}
	var r Receipt
	if err := unmarshal(parts.Receipt, &r); err != nil {
		return Receipt{}, err
	}
	if r.Version != version || parts.Signature.Algorithm != algorithm {
		return Receipt{}, fmt.Errorf("%w of a version that is known here", ErrMalformed)
	}
	text, err := canonical(parts.Receipt)
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	value, err := base64.StdEncoding.DecodeString(parts.Signature.Value)
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: its signature cannot be read", ErrMalformed)
	}
	for _, k := range keys {
		key, err := k.decode()
		if err != nil {
			return Receipt{}, err
		}
		if keyID(key) != parts.Signature.KeyID {
			continue
		}
		if !ed25519.Verify(key, text, value) {
			return Receipt{}, ErrForged
		}
		return r, nil
	}
	return Receipt{}, ErrUnknownKey
}

// OwnKey is the public key that a signed receipt carries. Verified against it a
// receipt is unchanged; that the city signed it, the city's own list must say.
// Errors: ErrMalformed, also for a receipt from before receipts carried keys.
func OwnKey(file []byte) (Key, error) {
	var parts document
	if err := unmarshal(file, &parts); err != nil {
		return Key{}, err
	}
	s := parts.Signature
	if s.PublicKey == "" {
		return Key{}, fmt.Errorf("%w that carries its key", ErrMalformed)
	}
	return Key{KeyID: s.KeyID, Algorithm: s.Algorithm, PublicKey: s.PublicKey}, nil
}

func (k Key) decode() (ed25519.PublicKey, error) {
	key, err := base64.StdEncoding.DecodeString(k.PublicKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("the key is not %d bytes in base64", ed25519.PublicKeySize)
	}
	return key, nil
}

// ParseKeys reads the document of a city's keys, or one public key in base64.
func ParseKeys(text []byte) ([]Key, error) {
	var doc Keys
	if err := json.Unmarshal(text, &doc); err == nil {
		if len(doc.Keys) == 0 {
			return nil, errors.New("the file holds no key")
		}
		return doc.Keys, nil
	}
	key := Key{Algorithm: algorithm, PublicKey: string(text)}
	if _, err := key.decode(); err != nil {
		return nil, err
	}
	return []Key{key}, nil
}
