package city

import (
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Prefixes of public ids: the kind of object can be read off its id.
const (
	PrefixOwner      = "own"
	PrefixAgent      = "agt"
	PrefixTask       = "tsk"
	PrefixSandbox    = "sbx"
	PrefixWebhook    = "whk"
	PrefixEvent      = "evt"
	PrefixWithdrawal = "wdr"
	PrefixToken      = "tok"
	PrefixSession    = "ses"
	PrefixArchive    = "arc"
	PrefixTopUp      = "top"
	PrefixRequest    = "req"
	PrefixNode       = "nod"
)

// shortAlphabet is Crockford's base32 in lower case: it keeps the order of the
// encoded bytes, so ids sort by creation time, and it has no look-alike letters.
var shortAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// idBodyLength is the length of 16 bytes in base32.
const idBodyLength = 26

// NewID returns a fresh id: the prefix, an underscore and a UUIDv7 in 26
// characters. Ids made later sort after ids made earlier.
func NewID(prefix string) string {
	u := uuid.Must(uuid.NewV7())
	return prefix + "_" + shortAlphabet.EncodeToString(u[:])
}

// CheckID reports whether id is well formed and of the kind that prefix names.
// It says nothing about whether such an object exists.
func CheckID(prefix, id string) error {
	body, ok := strings.CutPrefix(id, prefix+"_")
	if !ok || len(body) != idBodyLength {
		return fmt.Errorf("not an id of the form %s_… with %d characters after the underscore", prefix, idBodyLength)
	}
	if _, err := shortAlphabet.DecodeString(body); err != nil {
		return fmt.Errorf("not an id: %w", err)
	}
	return nil
}
