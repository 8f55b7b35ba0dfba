package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Hashing says how much work a password hash is. Hashes of other parameters
// stay valid and are renewed at the next sign-in.
type Hashing struct {
	MemoryKiB  uint32
	Passes     uint32
	Threads    uint8
	Concurrent int // hashes computed at once; the others wait, so that memory is bounded
}

// DefaultHashing is OWASP's recommendation for argon2id: 19 MiB, two passes,
// one thread, as many at once as there are processors.
func DefaultHashing() Hashing {
	return Hashing{MemoryKiB: 19 * 1024, Passes: 2, Threads: 1, Concurrent: max(2, runtime.GOMAXPROCS(0))}
}

const (
	saltLength = 16
	keyLength  = 32
	// Stored parameters beyond these were not written by us.
	maxMemoryKiB = 1 << 20
	maxPasses    = 64
)

// hasher computes argon2id hashes, a bounded number at a time.
type hasher struct {
	params Hashing
	slots  chan struct{}
	// decoy is verified against when there is no account, so that an unknown
	// address costs the same as a wrong password. No password matches it.
	decoy string
}

func newHasher(params Hashing) *hasher {
	if params == (Hashing{}) {
		params = DefaultHashing()
	}
	h := &hasher{params: params, slots: make(chan struct{}, max(1, params.Concurrent))}
	h.decoy = h.encode(randomBytes(saltLength), randomBytes(keyLength))
	return h
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	// It never fails: the runtime ends the program when the system has no randomness.
	_, _ = rand.Read(b)
	return b
}

// hash returns the PHC string of password. It fails only when ctx ends while it waits.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := randomBytes(saltLength)
	key, err := h.derive(ctx, password, salt, h.params)
	if err != nil {
		return "", err
	}
	return h.encode(salt, key), nil
}

// verify reports whether password made encoded, and whether encoded should be
// made anew with today's parameters. An empty encoded matches nothing, at full cost.
func (h *hasher) verify(ctx context.Context, encoded, password string) (match, stale bool, err error) {
	if encoded == "" {
		encoded = h.decoy
	}
	params, salt, want, err := decode(encoded)
	if err != nil {
		return false, false, err
	}
	got, err := h.derive(ctx, password, salt, params)
	if err != nil {
		return false, false, err
	}
	params.Concurrent = h.params.Concurrent
	return subtle.ConstantTimeCompare(got, want) == 1, params != h.params, nil
}

func (h *hasher) derive(ctx context.Context, password string, salt []byte, p Hashing) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	// The same password typed on two systems may differ in Unicode composition.
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, p.Passes, p.MemoryKiB, p.Threads, keyLength), nil
}

func (h *hasher) encode(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.params.MemoryKiB, h.params.Passes, h.params.Threads, b64.EncodeToString(salt), b64.EncodeToString(key))
}

func decode(encoded string) (p Hashing, salt, key []byte, err error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, errPasswordHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Passes, &p.Threads); err != nil {
		return p, nil, nil, errPasswordHash
	}
	if p.MemoryKiB > maxMemoryKiB || p.Passes < 1 || p.Passes > maxPasses || p.Threads < 1 {
		return p, nil, nil, errPasswordHash
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(salt) == 0 || len(key) != keyLength {
		return p, nil, nil, errPasswordHash
	}
	return p, salt, key, nil
}

// errPasswordHash does not repeat the hash: it may reach the log.
var errPasswordHash = fmt.Errorf("stored password hash is not an argon2id PHC string")
