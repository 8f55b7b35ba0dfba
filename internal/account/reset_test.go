package account_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
)

const another = "another battery staple"

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, plain bundle) {
		box := &outbox{}
		owner, session := plain.signUp(t, "ann@example.com")
		_, token, err := plain.CreateToken(t.Context(), owner.ID, account.NewToken{Name: "script"})
		if err != nil {
			t.Fatal(err)
		}
		citytest.WantCode(t, "without a mailer", plain.ForgotPassword(t.Context(), owner.Email, ""), city.CodeMailUnavailable)

		// The same is done for those who are known and those who are not.
		b := setup(t, plain.clock, plain.db, withMailer(box))
		for i, email := range []string{owner.Email, "nobody@example.com"} {
			if err := b.ForgotPassword(t.Context(), " "+email, "192.0.2.1"); err != nil {
				t.Errorf("%s: %v", email, err)
			}
			if n := count(t, b.db, `SELECT COUNT(*) FROM river_job WHERE kind = 'account.reset_mail'`); n != i+1 {
				t.Errorf("%s: %d jobs", email, n)
			}
		}
		citytest.WantCode(t, "no address", b.ForgotPassword(t.Context(), "ann", ""), city.CodeValidation)
		if err := b.SendReset(t.Context(), "nobody@example.com", 1); err != nil || len(box.mails) != 0 {
			t.Errorf("to nobody: %v, %d mails", err, len(box.mails))
		}
		if err := b.SendReset(t.Context(), owner.Email, 1); err != nil || len(box.mails) != 1 || box.mails[0].to != owner.Email {
			t.Fatalf("%v, %+v", err, box.mails)
		}
		link := tokenOf(t, box.mails[0].text)
		hash := sha256.Sum256([]byte(link))
		if n := count(t, b.db, `SELECT COUNT(*) FROM password_resets WHERE secret_hash = $1`, hash[:]); n != 1 {
			t.Error("what is kept is not the secret's hash")
		}
		if err := b.SendReset(t.Context(), owner.Email, 1); err != nil || len(box.mails) != 1 {
			t.Errorf("again at once: %v, %d mails", err, len(box.mails))
		}

		_, err = b.ResetPassword(t.Context(), account.PasswordReset{Token: link, New: "short"})
		citytest.WantCode(t, "a short password", err, city.CodeValidation)
		for _, wrong := range []string{"", "acp_live_", link + "x", link[:len(link)-1] + "!"} {
			_, err = b.ResetPassword(t.Context(), account.PasswordReset{Token: wrong, New: another})
			citytest.WantCode(t, "the link "+wrong, err, city.CodeValidation)
		}
		// Of many at once, one uses the link.
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() { _, errs[i] = b.ResetPassword(t.Context(), account.PasswordReset{Token: link, New: another}) })
		}
		wg.Wait()
		worked := 0
		for _, err := range errs {
			if err == nil {
				worked++
			} else {
				citytest.WantCode(t, "the link again", err, city.CodeValidation)
			}
		}
		if worked != 1 {
			t.Errorf("the link worked %d times: %v", worked, errors.Join(errs...))
		}

		_, _, err = b.Authenticate(t.Context(), session.Token)
		citytest.WantCode(t, "the old session", err, city.CodeUnauthorized)
		if _, _, err := b.Authenticate(t.Context(), token); err != nil {
			t.Errorf("the owner token: %v", err)
		}
		_, _, err = b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: password})
		citytest.WantCode(t, "the old password", err, city.CodeInvalidCredentials)
		// Who reads the mail has the address: it is verified.
		if got, _, err := b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: another}); err != nil || got.EmailVerifiedAt == nil {
			t.Errorf("the new password: %+v, %v", got, err)
		}
		if got := b.eventTypes(t, owner.ID); got != "owner.signed_up owner.token_created owner.password_reset" {
			t.Errorf("events: %s", got)
		}
	})
}

// A link ends after an hour; a later one, and a second attempt of the same mail,
// replaces an earlier one.
func TestResetLinksEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, plain bundle) {
		box := &outbox{}
		owner, _ := plain.signUp(t, "ann@example.com")
		b := setup(t, plain.clock, plain.db, withMailer(box))
		_, token, err := b.CreateToken(t.Context(), owner.ID, account.NewToken{Name: "script"})
		if err != nil {
			t.Fatal(err)
		}
		for i, attempt := range []int{1, 2, 1} {
			if attempt == 1 {
				b.clock.Advance(11 * time.Minute)
			}
			if err := b.SendReset(t.Context(), owner.Email, attempt); err != nil || len(box.mails) != i+1 {
				t.Fatalf("%v, %d mails", err, len(box.mails))
			}
		}
		for i, wrong := range []string{tokenOf(t, box.mails[0].text), tokenOf(t, box.mails[1].text)} {
			_, err := b.ResetPassword(t.Context(), account.PasswordReset{Token: wrong, New: another})
			citytest.WantCode(t, "mail "+string(rune('1'+i)), err, city.CodeValidation)
		}
		good := account.PasswordReset{Token: tokenOf(t, box.mails[2].text), New: another, RevokeTokens: true}
		b.clock.Advance(time.Hour)
		_, err = b.ResetPassword(t.Context(), good)
		citytest.WantCode(t, "after an hour", err, city.CodeValidation)
		if err := b.Sweep(t.Context()); err != nil || count(t, b.db, `SELECT COUNT(*) FROM password_resets`) != 0 {
			t.Errorf("the old link stays: %v", err)
		}
		if err := b.SendReset(t.Context(), owner.Email, 1); err != nil {
			t.Fatal(err)
		}
		good.Token = tokenOf(t, box.mails[3].text)
		if _, err := b.ResetPassword(t.Context(), good); err != nil {
			t.Error(err)
		}
		_, _, err = b.Authenticate(t.Context(), token)
		citytest.WantCode(t, "the owner token", err, city.CodeUnauthorized)
	})
}

// Who changes the password while a link is under way locks out whoever has the link.
func TestAChangedPasswordEndsResetLinks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, plain bundle) {
		box := &outbox{}
		owner, _ := plain.signUp(t, "ann@example.com")
		b := setup(t, plain.clock, plain.db, withMailer(box))
		if err := b.SendReset(t.Context(), owner.Email, 1); err != nil || len(box.mails) != 1 {
			t.Fatalf("%v, %d mails", err, len(box.mails))
		}
		if err := b.ChangePassword(t.Context(), owner.ID, account.PasswordChange{Current: password, New: another}); err != nil {
			t.Fatal(err)
		}
		_, err := b.ResetPassword(t.Context(), account.PasswordReset{Token: tokenOf(t, box.mails[0].text), New: "a thief's new password"})
		citytest.WantCode(t, "a link from before the change", err, city.CodeValidation)
		if _, _, err := plain.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: another}); err != nil {
			t.Errorf("the changed password: %v", err)
		}
	})
}

func TestForgottenPasswordsAreThrottled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, plain bundle) {
		b := setup(t, plain.clock, plain.db, withMailer(&outbox{}))
		var err error
		for range 7 {
			err = b.ForgotPassword(t.Context(), "nobody@example.com", "")
		}
		citytest.WantCode(t, "one address", err, city.CodeRateLimited)
		for i := range 35 {
			err = b.ForgotPassword(t.Context(), "nobody"+strings.Repeat("x", i)+"@example.com", "192.0.2.1")
		}
		citytest.WantCode(t, "one client", err, city.CodeRateLimited)
	})
}

func TestOperatorSetsPasswords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, session := b.signUp(t, "ann@example.com")
		_, err := b.SetPassword(t.Context(), "nobody@example.com", another, false)
		citytest.WantCode(t, "nobody", err, city.CodeNotFound)
		_, err = b.SetPassword(t.Context(), owner.Email, "short", false)
		citytest.WantCode(t, "short", err, city.CodeValidation)
		if _, err := b.SetPassword(t.Context(), "ANN@example.com", another, true); err != nil {
			t.Fatal(err)
		}
		_, _, err = b.Authenticate(t.Context(), session.Token)
		citytest.WantCode(t, "the old session", err, city.CodeUnauthorized)
		if _, _, err := b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: another}); err != nil {
			t.Error(err)
		}
	})
}

func TestRename(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		owner, _ := b.signUp(t, "ann@example.com")
		for _, name := range []string{"", "  ", "a\nb", strings.Repeat("x", 101)} {
			_, err := b.Rename(t.Context(), owner.ID, name)
			citytest.WantCode(t, name, err, city.CodeValidation)
		}
		if got, err := b.Rename(t.Context(), owner.ID, " Ann Lee "); err != nil || got.Name != "Ann Lee" || got.Email != owner.Email {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
