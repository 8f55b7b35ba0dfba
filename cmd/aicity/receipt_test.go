package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/receipt"
)

// Each answer of the check has an exit code of its own.
func TestReceiptVerify(t *testing.T) {
	t.Parallel()
	signer, other := receipt.NewSigner(make([]byte, 32)), receipt.NewSigner([]byte(strings.Repeat("x", 32)))
	signed, err := signer.Sign(receipt.Receipt{Number: 1, TaskID: "tsk_1", State: receipt.Charged, ChargeCents: 300})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, value any) string {
		t.Helper()
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file, keys := write("receipt.json", signed), write("keys.json", receipt.Keys{Keys: []receipt.Key{signer.Key()}})
	answer := write("answer.json", map[string]any{"success": true, "data": signed})
	signed.Receipt.ChargeCents = 1
	changed := write("changed.json", signed)
	signed.Signature.PublicKey = other.Key().PublicKey
	swapped := write("swapped.json", signed)
	signed.Signature.PublicKey = ""
	keyless := write("keyless.json", signed)
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{file, "--key", keys}, 0},
		{[]string{answer, "--key", signer.Key().PublicKey}, 0},
		{[]string{changed, "--key", keys}, 1},
		{[]string{file}, 0},
		{[]string{answer}, 0},
		{[]string{changed}, 1},
		{[]string{swapped}, 3},
		{[]string{keyless}, 2},
		{[]string{keys, "--key", keys}, 2},
		{[]string{filepath.Join(dir, "none"), "--key", keys}, 2},
		{[]string{file, "--key", "no key"}, 2},
		{[]string{file, "--key", other.Key().PublicKey}, 3},
	} {
		if got := run(t.Context(), append([]string{"receipt", "verify"}, tt.args...)); got != tt.want {
			t.Errorf("%v: exit code %d, want %d", tt.args, got, tt.want)
		}
	}
}
