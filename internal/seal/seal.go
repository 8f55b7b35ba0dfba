// Package seal encrypts what must not be readable in the database: tokens of
// repositories, secrets of webhooks, answers that hold a key. The instance's
// key lives in a file beside the data, not in the database.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// keySize is AES-256's.
const keySize = 32

// ErrBroken says that a ciphertext is not of this key or not of this place.
var ErrBroken = errors.New("sealed text cannot be opened with this key in this place")

// Box seals and opens with one key. It is safe for concurrent use.
type Box struct {
	aead cipher.AEAD
	key  []byte
}

// New returns a box with a key of 32 bytes.
func New(key []byte) (*Box, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("key has %d bytes, want %d", len(key), keySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare key: %w", err)
	}
	// Random nonces of 96 bits are safe for 2³² texts under one key (NIST SP
	// 800-38D, 8.3), far more than a city seals.
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("prepare key: %w", err)
	}
	return &Box{aead: aead, key: key}, nil
}

// Load returns the box of the key file at path, and makes the file when there
// is none. Two servers that start at once end up with the same key.
func Load(path string) (*Box, error) {
	key, err := os.ReadFile(path) //nolint:gosec // the operator names it
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, err
		}
		key, err = os.ReadFile(path) //nolint:gosec // as above
	}
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	return New(key)
}

// create writes a new key beside path and links it into place, so that the file
// is never seen half written and never replaced.
func create(path string) error {
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(key)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}

// Seal encrypts plaintext for a place, an id for example: opened elsewhere it is
// broken, so sealed texts cannot be swapped in the database.
func (b *Box) Seal(plaintext []byte, place string) (string, error) {
	return base64.RawStdEncoding.EncodeToString(b.aead.Seal(nil, nil, plaintext, []byte(place))), nil //nolint:gosec // the cipher makes its own nonce
}

// Open decrypts what Seal made for the same place. Errors: ErrBroken.
func (b *Box) Open(sealed, place string) ([]byte, error) {
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, ErrBroken
	}
	plaintext, err := b.aead.Open(nil, nil, raw, []byte(place))
	if err != nil {
		return nil, ErrBroken
	}
	return plaintext, nil
}

// Derive returns a key of 32 bytes for another purpose, the same on every call.
func (b *Box) Derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, b.key, nil, purpose, keySize)
	if err != nil {
		panic(err) // only for lengths that no constant of ours has
	}
	return key
}
