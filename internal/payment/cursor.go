package payment

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
)

// A cursor of movements carries the balance on, so that every page costs the same.
// It comes back from outside: a stamp over it, and over whose list it is of, keeps
// anybody from making a link that shows an owner a balance which never was.

// stampBytes is how much of the stamp a cursor has.
const stampBytes = 16

// stamp makes a cursor of a list of accounts one to give out; "" stays "".
func (s *Service) stamp(cursor string, accounts []ledger.Account) string {
	if cursor == "" {
		return ""
	}
	mac := hmac.New(sha256.New, s.cursorKey)
	mac.Write([]byte(cursor))
	for _, a := range accounts {
		mac.Write([]byte("\n" + string(a)))
	}
	return cursor + "." + hex.EncodeToString(mac.Sum(nil)[:stampBytes])
}

// unstamp is the cursor that stamp made of the same list. Errors: VALIDATION_ERROR.
func (s *Service) unstamp(stamped string, accounts []ledger.Account) (string, error) {
	at := strings.LastIndexByte(stamped, '.')
	if stamped == "" {
		return "", nil
	}
	if at < 0 || !hmac.Equal([]byte(s.stamp(stamped[:at], accounts)), []byte(stamped)) {
		return "", city.NotACursor()
	}
	return stamped[:at], nil
}
