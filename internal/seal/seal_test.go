package seal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/seal"
)

func box(t *testing.T) *seal.Box {
	t.Helper()
	b, err := seal.Load(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	b := box(t)
	sealed, err := b.Seal([]byte("token"), "tsk_1")
	if err != nil || strings.Contains(sealed, "token") {
		t.Fatalf("sealed %q, %v", sealed, err)
	}
	if again, _ := b.Seal([]byte("token"), "tsk_1"); again == sealed {
		t.Error("sealing twice gives the same text: nonces repeat")
	}
	opened, err := b.Open(sealed, "tsk_1")
	if err != nil || string(opened) != "token" {
		t.Errorf("opened %q, %v", opened, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	b := box(t)
	sealed, err := b.Seal([]byte("token"), "tsk_1")
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(sealed)
	flipped[len(flipped)/2] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another place": func() ([]byte, error) { return b.Open(sealed, "tsk_2") },
		"another key":   func() ([]byte, error) { return box(t).Open(sealed, "tsk_1") },
		"a changed bit": func() ([]byte, error) { return b.Open(string(flipped), "tsk_1") },
		"no base64":     func() ([]byte, error) { return b.Open("***", "tsk_1") },
		"nothing":       func() ([]byte, error) { return b.Open("", "tsk_1") },
	} {
		if opened, err := open(); !errors.Is(err, seal.ErrBroken) {
			t.Errorf("%s: opened %q, %v", name, opened, err)
		}
	}
}

func TestLoadMakesOneKeyForAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	boxes := make([]*seal.Box, 8)
	var wg sync.WaitGroup
	for i := range boxes {
		wg.Go(func() {
			b, err := seal.Load(path)
			if err != nil {
				t.Error(err)
			}
			boxes[i] = b
		})
	}
	wg.Wait()
	sealed, err := boxes[0].Seal([]byte("x"), "p")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range boxes {
		if _, err := b.Open(sealed, "p"); err != nil {
			t.Fatal("two keys were made")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file has mode %v, %v", info.Mode(), err)
	}
}

func TestLoadRefusesABadKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Load(path); err == nil {
		t.Error("accepted a key of 5 bytes")
	}
}
