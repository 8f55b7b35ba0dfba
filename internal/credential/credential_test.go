package credential_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/credential"
)

func TestNewSecret(t *testing.T) {
	t.Parallel()
	for _, kind := range []credential.Kind{credential.AgentKey, credential.OwnerToken, credential.Session} {
		one, two := credential.New(kind), credential.New(kind)
		if one.Value == two.Value || bytes.Equal(one.Hash, two.Hash) {
			t.Errorf("%s: two secrets are equal", kind)
		}
		sum := sha256.Sum256([]byte(one.Value))
		if !bytes.Equal(one.Hash, sum[:]) {
			t.Errorf("%s: the hash is not the SHA-256 of the secret", kind)
		}
		if !strings.HasPrefix(one.Value, one.Prefix) || !strings.HasPrefix(one.Prefix, string(kind)) {
			t.Errorf("%s: prefix %q does not start the secret", kind, one.Prefix)
		}
		if hidden := len(one.Value) - len(one.Prefix); hidden < 40 {
			t.Errorf("%s: only %d characters stay hidden", kind, hidden)
		}
		hash, ok := credential.Hash(kind, one.Value)
		if !ok || !bytes.Equal(hash, one.Hash) {
			t.Errorf("%s: its own secret is not recognised", kind)
		}
	}
}

func TestHashRefusesJunk(t *testing.T) {
	t.Parallel()
	key := credential.New(credential.AgentKey).Value
	for name, value := range map[string]string{
		"empty":      "",
		"prefix":     "ac_live_",
		"short":      key[:len(key)-1],
		"long":       key + "0",
		"other kind": credential.New(credential.OwnerToken).Value,
		"no prefix":  strings.TrimPrefix(key, "ac_live_"),
	} {
		if _, ok := credential.Hash(credential.AgentKey, value); ok {
			t.Errorf("%s: taken for an agent key", name)
		}
	}
}

func TestUsesFlush(t *testing.T) {
	t.Parallel()
	var saved []credential.Use
	refuse := true
	uses := credential.NewUses(func(_ context.Context, got []credential.Use) error {
		if refuse {
			return errors.New("database away")
		}
		saved = append(saved, got...)
		return nil
	})
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	uses.Saw("b", at.Add(time.Second))
	uses.Saw("b", at)
	uses.Saw("a", at)
	if err := uses.Flush(t.Context()); err == nil {
		t.Fatal("a failed write was not reported")
	}
	refuse = false
	for range 2 {
		if err := uses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := []credential.Use{{ID: "a", At: at}, {ID: "b", At: at.Add(time.Second)}}
	if diff := cmp.Diff(want, saved); diff != "" {
		t.Errorf("saved, once, in order of id (-want +got):\n%s", diff)
	}
}

func TestUsesRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var writes int
		uses := credential.NewUses(func(context.Context, []credential.Use) error { writes++; return nil })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			uses.Run(ctx, slog.New(slog.DiscardHandler))
		}()
		for i := range 100 {
			uses.Saw("a", time.Unix(int64(i), 0))
		}
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if writes != 1 {
			t.Errorf("100 uses in a minute: %d writes, want 1", writes)
		}
		uses.Saw("a", time.Unix(1000, 0))
		cancel()
		<-done
		if writes != 2 {
			t.Errorf("at the end: %d writes, want what was left written too", writes)
		}
	})
}
