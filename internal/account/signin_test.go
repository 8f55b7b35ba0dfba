package account_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestSignUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, session, err := b.SignUp(t.Context(), account.SignUp{Name: "  Ann Lee ", Email: " Ann@Example.COM ", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		if city.CheckID(city.PrefixOwner, owner.ID) != nil || owner.Name != "Ann Lee" || owner.Email != "ann@example.com" ||
			owner.IsOperator || owner.IsCity || !owner.CreatedAt.Equal(b.clock.Now()) {
			t.Errorf("owner: %+v", owner)
		}
		if !strings.HasPrefix(session.Token, "acs_live_") || !session.ExpiresAt.After(b.clock.Now()) {
			t.Errorf("session: %+v", session)
		}
		got, how, err := b.Authenticate(t.Context(), session.Token)
		if err != nil || got != owner || how.Kind != account.BySession || city.CheckID(city.PrefixSession, how.ID) != nil {
			t.Errorf("the session is not the owner's: %+v, %+v, %v", got, how, err)
		}
		found, err := b.Find(t.Context(), owner.ID)
		if err != nil || found != owner {
			t.Errorf("find: %+v, %v", found, err)
		}
		if byMail, err := b.FindByEmail(t.Context(), "ANN@example.com"); err != nil || byMail != owner {
			t.Errorf("find by email: %+v, %v", byMail, err)
		}
		_, _, err = b.SignUp(t.Context(), account.SignUp{Name: "Eve", Email: "ANN@example.com", Password: password})
		citytest.WantCode(t, "the same address again", err, city.CodeEmailTaken)
		if got := b.eventTypes(t, owner.ID); got != "owner.signed_up" {
			t.Errorf("events: %s", got)
		}
	})
}

func TestSignUpRefusesBadInput(t *testing.T) {
	t.Parallel()
	good := account.SignUp{Name: "Ann", Email: "ann@example.com", Password: password}
	cases := map[string]struct {
		change func(*account.SignUp)
		fields string
	}{
		"everything empty":   {func(in *account.SignUp) { *in = account.SignUp{} }, "name email password"},
		"blank name":         {func(in *account.SignUp) { in.Name = " \t" }, "name"},
		"long name":          {func(in *account.SignUp) { in.Name = strings.Repeat("ä", 101) }, "name"},
		"name with newline":  {func(in *account.SignUp) { in.Name = "a\nb" }, "name"},
		"name not UTF-8":     {func(in *account.SignUp) { in.Name = "a\xff" }, "name"},
		"name with NUL":      {func(in *account.SignUp) { in.Name = "a\x00b" }, "name"},
		"no at sign":         {func(in *account.SignUp) { in.Email = "ann" }, "email"},
		"no domain":          {func(in *account.SignUp) { in.Email = "ann@" }, "email"},
		"display name":       {func(in *account.SignUp) { in.Email = "Ann <ann@example.com>" }, "email"},
		"angle brackets":     {func(in *account.SignUp) { in.Email = "<ann@example.com>" }, "email"},
		"two addresses":      {func(in *account.SignUp) { in.Email = "a@example.com, b@example.com" }, "email"},
		"quoted local part":  {func(in *account.SignUp) { in.Email = `"a b"@example.com` }, "email"},
		"IP literal":         {func(in *account.SignUp) { in.Email = "a@[127.0.0.1]" }, "email"},
		"header in address":  {func(in *account.SignUp) { in.Email = "a@example.com\r\nBcc: b@example.com" }, "email"},
		"long address":       {func(in *account.SignUp) { in.Email = strings.Repeat("a", 243) + "@example.com" }, "email"},
		"short password":     {func(in *account.SignUp) { in.Password = "123456789" }, "password"},
		"long password":      {func(in *account.SignUp) { in.Password = strings.Repeat("x", 201) }, "password"},
		"password not UTF-8": {func(in *account.SignUp) { in.Password = "0123456789\xff" }, "password"},
	}
	each(t, func(t *testing.T, b bundle) {
		for name, c := range cases {
			in := good
			c.change(&in)
			_, _, err := b.SignUp(t.Context(), in)
			citytest.WantCode(t, name, err, city.CodeValidation)
			if got := citytest.WrongFields(err); got != c.fields {
				t.Errorf("%s: wrong fields %q, want %q", name, got, c.fields)
			}
			if strings.Contains(errText(err), in.Password) && in.Password != "" {
				t.Errorf("%s: the error repeats the password", name)
			}
		}
		if n := count(t, b.db, `SELECT COUNT(*) FROM owners`); n != 0 {
			t.Errorf("%d owners were made", n)
		}
		edge := account.SignUp{Name: strings.Repeat("ä", 100), Email: strings.Repeat("a", 64) + "@" + strings.Repeat("b", 60) + ".example", Password: strings.Repeat("ü", 200)}
		if _, _, err := b.SignUp(t.Context(), edge); err != nil {
			t.Errorf("input at its bounds: %v", err)
		}
	})
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestConcurrentSignUpsWithOneAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		const people = 8
		errs := make([]error, people)
		var wg sync.WaitGroup
		for i := range people {
			wg.Go(func() {
				_, _, errs[i] = b.SignUp(t.Context(), account.SignUp{Name: "Ann", Email: "ann@example.com", Password: password})
			})
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
				continue
			}
			citytest.WantCode(t, "one of many", err, city.CodeEmailTaken)
		}
		if made != 1 {
			t.Errorf("%d sign-ups succeeded, want one", made)
		}
		if n := count(t, b.db, `SELECT COUNT(*) FROM sessions`); n != 1 {
			t.Errorf("%d sessions, want one", n)
		}
	})
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, first := b.signUp(t, "ann@example.com")
		got, second, err := b.SignIn(t.Context(), account.SignIn{Email: "ANN@example.com", Password: password})
		if err != nil || got != owner {
			t.Fatalf("sign in: %+v, %v", got, err)
		}
		if first.Token == second.Token {
			t.Error("two sessions share a token")
		}
		_, _, wrong := b.SignIn(t.Context(), account.SignIn{Email: "ann@example.com", Password: password + "!"})
		_, _, unknown := b.SignIn(t.Context(), account.SignIn{Email: "bob@example.com", Password: password})
		citytest.WantCode(t, "wrong password", wrong, city.CodeInvalidCredentials)
		citytest.WantCode(t, "unknown address", unknown, city.CodeInvalidCredentials)
		if errText(wrong) != errText(unknown) {
			t.Errorf("the answers differ: %v and %v", wrong, unknown)
		}

		if err := b.SignOut(t.Context(), first.Token); err != nil {
			t.Fatal(err)
		}
		_, _, err = b.Authenticate(t.Context(), first.Token)
		citytest.WantCode(t, "after sign-out", err, city.CodeUnauthorized)
		if _, _, err := b.Authenticate(t.Context(), second.Token); err != nil {
			t.Errorf("the other session ended too: %v", err)
		}
		for _, token := range []string{first.Token, "junk", ""} {
			if err := b.SignOut(t.Context(), token); err != nil {
				t.Errorf("sign out of %q: %v", token, err)
			}
		}
		_, token, err := b.CreateToken(t.Context(), owner.ID, account.NewToken{Name: "script"})
		if err != nil {
			t.Fatal(err)
		}
		citytest.WantCode(t, "sign out of a token", b.SignOut(t.Context(), token), city.CodeForbidden)
		if _, _, err := b.Authenticate(t.Context(), token); err != nil {
			t.Errorf("the token after that: %v", err)
		}
	})
}

func TestSignInRefusesBadInput(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		for name, in := range map[string]account.SignIn{
			"no email":      {Password: password},
			"bad email":     {Email: "Ann <a@example.com>", Password: password},
			"no password":   {Email: "a@example.com"},
			"huge password": {Email: "a@example.com", Password: strings.Repeat("x", 201)},
		} {
			_, _, err := b.SignIn(t.Context(), in)
			citytest.WantCode(t, name, err, city.CodeValidation)
		}
	})
}

// An unknown address must cost what a wrong password costs: neither is answered
// without computing one hash.
func TestUnknownAddressAlsoHashes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.signUp(t, "ann@example.com")
		hashing := b.ExposeHashing()
		for _, email := range []string{"ann@example.com", "unknown@example.com"} {
			done := make(chan error, 1)
			go func() {
				_, _, err := b.SignIn(t.Context(), account.SignIn{Email: email, Password: "wrong password"})
				done <- err
			}()
			select {
			case <-hashing:
				hashing <- struct{}{}
			case err := <-done:
				t.Fatalf("%s: answered %v without computing a hash", email, err)
			}
			select {
			case <-hashing:
				t.Errorf("%s: computed a second hash", email)
				hashing <- struct{}{}
			case err := <-done:
				citytest.WantCode(t, email, err, city.CodeInvalidCredentials)
			}
		}
	})
}

// A hash beyond the bound waits for a place, and gives up with its request.
func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	db, clock := storetest.SQLite(t), storetest.NewClock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := setup(t, clock, db).HashWithoutSlot(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSignInIsSlowedPerAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.signUp(t, "ann@example.com")
		for _, email := range []string{"ann@example.com", "unknown@example.com"} {
			guess := account.SignIn{Email: email, Password: "wrong password"}
			failures := 0
			var err error
			for failures < 50 {
				if _, _, err = b.SignIn(t.Context(), guess); city.CodeOf(err) == city.CodeRateLimited {
					break
				}
				citytest.WantCode(t, "guess", err, city.CodeInvalidCredentials)
				failures++
			}
			if failures != 6 {
				t.Errorf("%s: slowed after %d failures, want 6", email, failures)
			}
			var e *city.Error
			if !errors.As(err, &e) || e.Details["retryAfterSeconds"] != int64(1) {
				t.Errorf("%s: details %v, want retryAfterSeconds 1", email, e)
			}
		}
		right := account.SignIn{Email: "ann@example.com", Password: password}
		_, _, err := b.SignIn(t.Context(), right)
		citytest.WantCode(t, "the right password during the pause", err, city.CodeRateLimited)
		b.clock.Advance(time.Second)
		if _, _, err := b.SignIn(t.Context(), right); err != nil {
			t.Errorf("the right password after the pause: %v", err)
		}
		_, _, err = b.SignIn(t.Context(), account.SignIn{Email: "ann@example.com", Password: "wrong password"})
		citytest.WantCode(t, "a failure after success", err, city.CodeInvalidCredentials)
	})
}

func TestPausesDoubleAndAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		guess := account.SignIn{Email: "ann@example.com", Password: "wrong password"}
		var waits []int64
		for range 30 {
			_, _, err := b.SignIn(t.Context(), guess)
			var e *city.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			if wait, ok := e.Details["retryAfterSeconds"].(int64); ok {
				waits = append(waits, wait)
				b.clock.Advance(time.Duration(wait) * time.Second)
			}
		}
		want := []int64{1, 2, 4, 8, 16, 32, 60, 60, 60}
		if len(waits) < len(want) || !slices.Equal(waits[:len(want)], want) {
			t.Errorf("pauses %v, want %v", waits, want)
		}
	})
}

func TestSignInIsSlowedPerClient(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		guess := func(ip, email string) error {
			_, _, err := b.SignIn(t.Context(), account.SignIn{Email: email, Password: "wrong password", ClientIP: ip})
			return err
		}
		failures := 0
		for failures < 100 {
			// Another address, and another IP of the same subscriber, each time.
			n := string(rune('a'+failures%26)) + string(rune('a'+failures/26))
			if city.CodeOf(guess("2001:db8:1:2::"+hex(failures), n+"@example.com")) == city.CodeRateLimited {
				break
			}
			failures++
		}
		if failures != 31 {
			t.Errorf("slowed after %d failures, want 31", failures)
		}
		citytest.WantCode(t, "another client", guess("2001:db8:1:3::1", "x@example.com"), city.CodeInvalidCredentials)
		_, _, err := b.SignUp(t.Context(), account.SignUp{Name: "Eve", Email: "eve@example.com", Password: password, ClientIP: "2001:db8:1:2::5"})
		citytest.WantCode(t, "sign-up by the paused client", err, city.CodeRateLimited)
		b.clock.Advance(2 * time.Hour)
		citytest.WantCode(t, "later", guess("2001:db8:1:2::1", "y@example.com"), city.CodeInvalidCredentials)
	})
}

func hex(n int) string { return string("0123456789abcdef"[n/16]) + string("0123456789abcdef"[n%16]) }

// Trying which addresses have an account by signing up is slowed too; signing
// up many people from one place is not.
func TestSignUpProbingIsSlowed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		for i := range 60 {
			in := account.SignUp{Name: "Ann", Email: hex(i) + "@example.com", Password: password, ClientIP: "192.0.2.1"}
			if _, _, err := b.SignUp(t.Context(), in); err != nil {
				t.Fatalf("sign-up %d: %v", i, err)
			}
		}
		probe := account.SignUp{Name: "Eve", Email: "00@example.com", Password: password, ClientIP: "192.0.2.2"}
		for range 31 {
			_, _, err := b.SignUp(t.Context(), probe)
			citytest.WantCode(t, "probe", err, city.CodeEmailTaken)
		}
		_, _, err := b.SignUp(t.Context(), probe)
		citytest.WantCode(t, "one probe too many", err, city.CodeRateLimited)
	})
}

// Guesses sent all at once must not slip past the count.
func TestConcurrentGuessesAreCounted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		const guesses = 40
		codes := make([]city.Code, guesses)
		var wg sync.WaitGroup
		for i := range guesses {
			wg.Go(func() {
				_, _, err := b.SignIn(t.Context(), account.SignIn{Email: "ann@example.com", Password: "wrong password"})
				codes[i] = city.CodeOf(err)
			})
		}
		wg.Wait()
		tried := 0
		for _, code := range codes {
			if code == city.CodeInvalidCredentials {
				tried++
			}
		}
		if tried != 6 {
			t.Errorf("%d of %d guesses were tried, want 6", tried, guesses)
		}
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, other := b.signUp(t, "ann@example.com")
		_, mine, err := b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		_, how, _ := b.Authenticate(t.Context(), mine.Token)
		_, token, err := b.CreateToken(t.Context(), owner.ID, account.NewToken{Name: "ci"})
		if err != nil {
			t.Fatal(err)
		}
		change := account.PasswordChange{Current: "not my password", New: "a better password", KeepSession: how.ID}
		citytest.WantCode(t, "wrong current password", b.ChangePassword(t.Context(), owner.ID, change), city.CodeInvalidCredentials)
		bad := b.ChangePassword(t.Context(), owner.ID, account.PasswordChange{New: "short"})
		citytest.WantCode(t, "bad input", bad, city.CodeValidation)
		if got := citytest.WrongFields(bad); got != "currentPassword newPassword" {
			t.Errorf("fields: %q", got)
		}
		if _, _, err := b.Authenticate(t.Context(), other.Token); err != nil {
			t.Fatalf("a refused change ended a session: %v", err)
		}
		change.Current = password
		if err := b.ChangePassword(t.Context(), owner.ID, change); err != nil {
			t.Fatal(err)
		}
		_, _, err = b.Authenticate(t.Context(), other.Token)
		citytest.WantCode(t, "the other session", err, city.CodeUnauthorized)
		for what, secret := range map[string]string{"the session that asked": mine.Token, "an owner token": token} {
			if _, _, err := b.Authenticate(t.Context(), secret); err != nil {
				t.Errorf("%s ended: %v", what, err)
			}
		}
		_, _, err = b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: password})
		citytest.WantCode(t, "the old password", err, city.CodeInvalidCredentials)
		if _, _, err = b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: "a better password"}); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
}

func TestPasswordHash(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, _, err := b.SignUp(t.Context(), account.SignUp{Name: "Zoë", Email: "zoe@example.com", Password: "Zoë's password"})
		if err != nil {
			t.Fatal(err)
		}
		stored := func() (hash string) {
			if err := b.db.Read().QueryRow(t.Context(), `SELECT password_hash FROM owners WHERE id = $1`, owner.ID).Scan(&hash); err != nil {
				t.Fatal(err)
			}
			return hash
		}
		if hash := stored(); !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Errorf("stored: %s", hash)
		}
		// The same word in decomposed Unicode is the same password.
		if _, _, err := b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: "Zoe\u0308's password"}); err != nil {
			t.Errorf("decomposed: %v", err)
		}
		// A service with other parameters takes the old hash and renews it.
		dearer := setup(t, b.clock, b.db, func(c *account.Config) { c.Hashing.Passes = 2 })
		if _, _, err := dearer.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: "Zoë's password"}); err != nil {
			t.Fatal(err)
		}
		if hash := stored(); !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=2,p=1$") {
			t.Errorf("not renewed: %s", hash)
		}
		if _, _, err := b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: "Zoë's password"}); err != nil {
			t.Errorf("after renewal: %v", err)
		}
	})
}

func TestDefaultHashing(t *testing.T) {
	t.Parallel()
	h := account.DefaultHashing()
	if h.MemoryKiB < 19*1024 || h.Passes < 2 || h.Threads < 1 || h.Concurrent < 1 {
		t.Errorf("weaker than OWASP's minimum for argon2id: %+v", h)
	}
}
