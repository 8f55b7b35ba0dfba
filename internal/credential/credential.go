// Package credential makes and recognises the bearer secrets of the city
// (agent keys, owner tokens, sessions) and records when they were last used.
// A secret is shown once; only its hash is kept.
package credential

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Kind is the visible start of a secret, by which people and secret scanners
// tell what it opens.
type Kind string

// The kinds of secrets.
const (
	AgentKey   Kind = "ac_live_"
	OwnerToken Kind = "aco_live_"
	Session    Kind = "acs_live_"
	// PasswordReset is the secret of a link to a new password; it works once.
	PasswordReset Kind = "acp_live_"
)

// Secret is a freshly made secret. Value goes to its owner once and nowhere else.
type Secret struct {
	Value  string
	Hash   []byte // SHA-256 of Value: what is stored and looked up
	Prefix string // the start of Value, kept so that its owner can recognise it
}

const (
	secretBytes = 32 // 256 bits: a plain SHA-256 is safe against guessing
	bodyLength  = 52 // secretBytes in base32
	shownChars  = 6  // of the body, kept in Prefix; 226 bits stay unknown
)

// alphabet is Crockford's base32 in lower case: a double click selects all of
// a secret, and no two letters look alike.
var alphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New returns a new random secret of a kind.
func New(kind Kind) Secret {
	random := make([]byte, secretBytes)
	// It never fails: the runtime ends the program when the system has no randomness.
	_, _ = rand.Read(random)
	value := string(kind) + alphabet.EncodeToString(random)
	return Secret{Value: value, Hash: hash(value), Prefix: value[:len(kind)+shownChars]}
}

// Hash returns what a presented secret is looked up by. It is false when value
// cannot be a secret of that kind, so that junk costs no query.
func Hash(kind Kind, value string) ([]byte, bool) {
	body, ok := strings.CutPrefix(value, string(kind))
	if !ok || len(body) != bodyLength {
		return nil, false
	}
	return hash(value), true
}

func hash(value string) []byte {
	sum := sha256.Sum256([]byte(value))
	return sum[:]
}
