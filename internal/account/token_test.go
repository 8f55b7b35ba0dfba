package account_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/credential"
)

func days(n int) *int { return &n }

func TestTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, _ := b.signUp(t, "ann@example.com")
		stranger, _ := b.signUp(t, "bob@example.com")
		forever, secret, err := b.CreateToken(t.Context(), owner.ID, account.NewToken{Name: " laptop "})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(secret, "aco_live_") || !strings.HasPrefix(secret, forever.Prefix) || forever.Prefix == secret ||
			forever.Name != "laptop" || forever.ExpiresAt != nil {
			t.Errorf("token %+v", forever)
		}
		week, weekSecret, err := b.CreateToken(t.Context(), owner.ID, account.NewToken{Name: "ci", ExpiresInDays: days(7)})
		if err != nil {
			t.Fatal(err)
		}
		got, how, err := b.Authenticate(t.Context(), secret)
		if err != nil || got != owner || how != (account.Credential{Kind: account.ByToken, ID: forever.ID}) {
			t.Errorf("authenticate: %+v %+v %v", got, how, err)
		}

		list, err := b.ListTokens(t.Context(), owner.ID)
		if err != nil || len(list) != 2 || list[0].ID != week.ID || !list[0].ExpiresAt.Equal(b.clock.Now().AddDate(0, 0, 7)) {
			t.Errorf("list: %+v, %v", list, err)
		}
		if list, err := b.ListTokens(t.Context(), stranger.ID); err != nil || list == nil || len(list) != 0 {
			t.Errorf("another owner sees %+v, %v", list, err)
		}

		b.clock.Advance(7 * 24 * time.Hour)
		_, _, err = b.Authenticate(t.Context(), weekSecret)
		citytest.WantCode(t, "an expired token", err, city.CodeUnauthorized)
		if _, _, err = b.Authenticate(t.Context(), secret); err != nil {
			t.Errorf("a token without expiry: %v", err)
		}

		citytest.WantCode(t, "another owner's token", b.RevokeToken(t.Context(), stranger.ID, forever.ID), city.CodeTokenNotFound)
		citytest.WantCode(t, "an unknown token", b.RevokeToken(t.Context(), owner.ID, city.NewID(city.PrefixToken)), city.CodeTokenNotFound)
		citytest.WantCode(t, "no token id", b.RevokeToken(t.Context(), owner.ID, "tok_\x00"), city.CodeTokenNotFound)
		for range 2 {
			if err := b.RevokeToken(t.Context(), owner.ID, forever.ID); err != nil {
				t.Fatal(err)
			}
		}
		_, _, err = b.Authenticate(t.Context(), secret)
		citytest.WantCode(t, "a revoked token", err, city.CodeUnauthorized)
		if list, _ := b.ListTokens(t.Context(), owner.ID); len(list) != 1 {
			t.Errorf("after revoking: %+v", list)
		}
		if got := b.eventTypes(t, owner.ID); got != "owner.signed_up owner.token_created owner.token_created owner.token_revoked" {
			t.Errorf("events: %s", got)
		}
		if strings.Contains(b.logs.String(), secret) {
			t.Error("a secret is in the log")
		}
	})
}

func TestTokenBadInput(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, _ := b.signUp(t, "ann@example.com")
		cases := map[string]struct {
			name   string
			days   *int
			fields string
		}{
			"no name":   {" ", nil, "name"},
			"long name": {strings.Repeat("x", 101), nil, "name"},
			"zero days": {"ci", days(0), "expiresInDays"},
			"past":      {"ci", days(-1), "expiresInDays"},
			"for ages":  {"ci", days(3651), "expiresInDays"},
			"both":      {"", days(0), "name expiresInDays"},
		}
		for name, c := range cases {
			_, secret, err := b.CreateToken(t.Context(), owner.ID, account.NewToken{Name: c.name, ExpiresInDays: c.days})
			citytest.WantCode(t, name, err, city.CodeValidation)
			if got := citytest.WrongFields(err); got != c.fields || secret != "" {
				t.Errorf("%s: fields %q, want %q; secret %q", name, got, c.fields, secret)
			}
		}
	})
}

func TestTokensAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, _ := b.signUp(t, "ann@example.com")
		const attempts = 104
		errs := make([]error, attempts)
		var wg sync.WaitGroup
		for worker := range 4 {
			wg.Go(func() {
				for i := worker; i < attempts; i += 4 {
					_, _, errs[i] = b.CreateToken(t.Context(), owner.ID, account.NewToken{Name: "ci"})
				}
			})
		}
		wg.Wait()
		refused := 0
		for _, err := range errs {
			if err != nil {
				citytest.WantCode(t, "one too many", err, city.CodeInvalidState)
				refused++
			}
		}
		if refused != 4 {
			t.Errorf("%d refused, want 4", refused)
		}
	})
}

func TestAuthenticateRefusesJunk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		_, session := b.signUp(t, "ann@example.com")
		for name, bearer := range map[string]string{
			"empty":           "",
			"junk":            "hello",
			"huge":            strings.Repeat("x", 1<<16),
			"unknown session": credential.New(credential.Session).Value,
			"unknown token":   credential.New(credential.OwnerToken).Value,
			"agent key":       credential.New(credential.AgentKey).Value,
			"short":           session.Token[:len(session.Token)-1],
			"upper case":      strings.ToUpper(session.Token),
			"other prefix":    strings.Replace(session.Token, "acs_", "aco_", 1),
		} {
			_, _, err := b.Authenticate(t.Context(), bearer)
			citytest.WantCode(t, name, err, city.CodeUnauthorized)
		}
	})
}

func TestSessionsExpireAndAreSwept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, session := b.signUp(t, "ann@example.com")
		if _, _, err := b.CreateToken(t.Context(), owner.ID, account.NewToken{Name: "ci", ExpiresInDays: days(1)}); err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(session.ExpiresAt.Sub(b.clock.Now()) - time.Microsecond)
		if _, _, err := b.Authenticate(t.Context(), session.Token); err != nil {
			t.Fatalf("just before the end: %v", err)
		}
		b.clock.Advance(time.Microsecond)
		_, _, err := b.Authenticate(t.Context(), session.Token)
		citytest.WantCode(t, "at its end", err, city.CodeUnauthorized)

		_, fresh, err := b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := count(t, b.db, `SELECT COUNT(*) FROM sessions`); n != 1 {
			t.Errorf("%d sessions after the sweep, want the fresh one", n)
		}
		if n := count(t, b.db, `SELECT COUNT(*) FROM owner_tokens`); n != 1 {
			t.Errorf("%d tokens after the sweep, want the expired one kept on record", n)
		}
		if _, _, err := b.Authenticate(t.Context(), fresh.Token); err != nil {
			t.Errorf("the fresh session: %v", err)
		}
		b.clock.Advance(91 * 24 * time.Hour)
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := count(t, b.db, `SELECT COUNT(*) FROM owner_tokens`); n != 0 {
			t.Errorf("%d tokens kept for more than 90 days", n)
		}
	})
}

// What was remembered of a secret a moment ago does not outlive it.
func TestSecretsEndAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx := t.Context()
		owner, _ := b.signUp(t, "ann@example.com")
		signIn := func() (secret string) {
			_, session, err := b.SignIn(ctx, account.SignIn{Email: owner.Email, Password: password})
			if err != nil {
				t.Fatal(err)
			}
			return session.Token
		}
		token, secret, err := b.CreateToken(ctx, owner.ID, account.NewToken{Name: "script"})
		if err != nil {
			t.Fatal(err)
		}
		left := signIn()
		for _, end := range []struct {
			what, secret string
			end          func() error
		}{
			{"signed out", left, func() error { return b.SignOut(ctx, left) }},
			{"a revoked token", secret, func() error { return b.RevokeToken(ctx, owner.ID, token.ID) }},
			{"another session after a new password", signIn(), func() error {
				return b.ChangePassword(ctx, owner.ID, account.PasswordChange{Current: password, New: password + "!"})
			}},
		} {
			if _, _, err := b.Authenticate(ctx, end.secret); err != nil {
				t.Fatalf("%s, before: %v", end.what, err)
			}
			if err := end.end(); err != nil {
				t.Fatal(err)
			}
			_, _, err := b.Authenticate(ctx, end.secret)
			citytest.WantCode(t, end.what, err, city.CodeUnauthorized)
		}
	})
}

func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, first := b.signUp(t, "ann@example.com")
		var last account.Session
		for range 100 {
			var err error
			if _, _, err := b.Authenticate(t.Context(), first.Token); err != nil {
				t.Fatal(err) // and it is remembered
			}
			if _, last, err = b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: password}); err != nil {
				t.Fatal(err)
			}
		}
		if n := count(t, b.db, `SELECT COUNT(*) FROM sessions`); n != 100 {
			t.Errorf("%d sessions, want 100", n)
		}
		_, _, err := b.Authenticate(t.Context(), first.Token)
		citytest.WantCode(t, "the oldest session", err, city.CodeUnauthorized)
		if _, _, err := b.Authenticate(t.Context(), last.Token); err != nil {
			t.Errorf("the newest session: %v", err)
		}
	})
}

// Authentication itself writes nothing; uses are written together, now and then.
func TestLastUse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, session := b.signUp(t, "ann@example.com")
		_, secret, err := b.CreateToken(t.Context(), owner.ID, account.NewToken{Name: "ci"})
		if err != nil {
			t.Fatal(err)
		}
		lastUse := func() *time.Time {
			list, err := b.ListTokens(t.Context(), owner.ID)
			if err != nil || len(list) != 1 {
				t.Fatalf("%+v, %v", list, err)
			}
			return list[0].LastUsedAt
		}
		for range 3 {
			for _, bearer := range []string{secret, session.Token} {
				if _, _, err := b.Authenticate(t.Context(), bearer); err != nil {
					t.Fatal(err)
				}
			}
		}
		if at := lastUse(); at != nil {
			t.Errorf("written during authentication: %v", at)
		}
		used := b.clock.Now()
		b.clock.Advance(time.Minute)
		if err := b.FlushUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at := lastUse(); at == nil || !at.Equal(used) {
			t.Errorf("last use %v, want %v", at, used)
		}
		if n := count(t, b.db, `SELECT COUNT(*) FROM sessions WHERE last_used_at IS NOT NULL`); n != 1 {
			t.Errorf("%d sessions with a last use, want 1", n)
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	benchmarkEach(b, func(b *testing.B, s bundle) {
		owner, _, err := s.SignUp(b.Context(), account.SignUp{Name: "Ann", Email: "ann@example.com", Password: password})
		if err != nil {
			b.Fatal(err)
		}
		_, secret, err := s.CreateToken(b.Context(), owner.ID, account.NewToken{Name: "ci"})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, _, err := s.Authenticate(b.Context(), secret); err != nil {
				b.Fatal(err)
			}
		}
	})
}
