package account_test

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/store/storetest"
)

func benchmarkEach(b *testing.B, f func(b *testing.B, s bundle)) {
	b.Run("sqlite", func(b *testing.B) { f(b, setup(b, storetest.NewClock(), storetest.SQLite(b))) })
	b.Run("postgres", func(b *testing.B) { f(b, setup(b, storetest.NewClock(), storetest.Postgres(b))) })
}

func TestEnsureCityOwner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		const nodes = 4
		owners := make([]account.Owner, nodes)
		var wg sync.WaitGroup
		for i := range nodes {
			wg.Go(func() {
				var err error
				if owners[i], err = b.EnsureCityOwner(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, o := range owners {
			if o != owners[0] && o.ID != owners[0].ID || !o.IsCity || o.IsOperator || o.Email != "" || o.Name == "" {
				t.Errorf("city owner %+v, first %+v", o, owners[0])
			}
		}
		_, _, err := b.SignIn(t.Context(), account.SignIn{Email: "", Password: ""})
		citytest.WantCode(t, "sign in as the city", err, city.CodeValidation)
		if _, secret, err := b.CreateToken(t.Context(), owners[0].ID, account.NewToken{Name: "seed agents"}); err != nil {
			t.Error(err)
		} else if o, _, err := b.Authenticate(t.Context(), secret); err != nil || !o.IsCity {
			t.Errorf("the city's token: %+v, %v", o, err)
		}
	})
}

func TestCreateOperator(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		in := account.SignUp{Name: "Op", Email: "op@example.com", Password: password}
		owner, err := b.CreateOperator(t.Context(), in)
		if err != nil || !owner.IsOperator || owner.EmailVerifiedAt == nil {
			t.Fatalf("%+v, %v", owner, err)
		}
		if got, _, err := b.SignIn(t.Context(), account.SignIn{Email: in.Email, Password: password}); err != nil || !got.IsOperator {
			t.Errorf("sign in: %+v, %v", got, err)
		}
		_, err = b.CreateOperator(t.Context(), in)
		citytest.WantCode(t, "again", err, city.CodeEmailTaken)
		in.Password = "short"
		_, err = b.CreateOperator(t.Context(), in)
		citytest.WantCode(t, "bad password", err, city.CodeValidation)
	})
}

func TestFindUnknownOwner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		for _, id := range []string{"", "junk", "own_\x00", city.NewID(city.PrefixOwner)} {
			_, err := b.Find(t.Context(), id)
			citytest.WantCode(t, id, err, city.CodeNotFound)
		}
		for _, email := range []string{"", "junk", "nobody@example.com"} {
			_, err := b.FindByEmail(t.Context(), email)
			citytest.WantCode(t, email, err, city.CodeNotFound)
		}
	})
}

// outbox is a Mailer that keeps what it is given.
type outbox struct {
	mu    sync.Mutex
	mails []sent
}

type sent struct{ to, subject, text string }

func (o *outbox) Send(_ context.Context, to, subject, text string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mails = append(o.mails, sent{to, subject, text})
	return nil
}

// tokenOf cuts the token out of the link in a mail.
func tokenOf(t *testing.T, text string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if link, err := url.Parse(strings.TrimSpace(line)); err == nil && link.Host == "city.example" {
			if link.Path != "/verify-email" && link.Path != "/reset-password" {
				t.Errorf("the link leads to %s", link.Path)
			}
			return link.Query().Get("token")
		}
	}
	t.Fatalf("no link in %q", text)
	return ""
}

func withMailer(o account.Mailer) func(*account.Config) {
	return func(c *account.Config) {
		c.Mailer, c.PublicURL, c.SigningKey = o, "https://city.example", []byte(strings.Repeat("k", 32))
	}
}

func TestEmailVerification(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, plain bundle) {
		box := &outbox{}
		b := setup(t, plain.clock, plain.db, withMailer(box))
		owner, session := b.signUp(t, "ann@example.com")
		if session.Token != "" || owner.EmailVerifiedAt != nil {
			t.Errorf("a session before the address is confirmed: %+v", session)
		}
		signIn := account.SignIn{Email: owner.Email, Password: password}
		_, _, err := b.SignIn(t.Context(), signIn)
		citytest.WantCode(t, "before verification", err, city.CodeEmailNotVerified)
		_, _, err = b.SignIn(t.Context(), account.SignIn{Email: owner.Email, Password: "wrong password"})
		citytest.WantCode(t, "wrong password before verification", err, city.CodeInvalidCredentials)
		if n := queued(t, b); n != 1 {
			t.Errorf("%d mails queued, want one", n)
		}
		b.clock.Advance(11 * time.Minute)
		_, _, err = b.SignIn(t.Context(), signIn)
		citytest.WantCode(t, "later", err, city.CodeEmailNotVerified)
		if n := queued(t, b); n != 2 {
			t.Errorf("%d mails queued after asking again later, want two", n)
		}

		if err := b.SendVerification(t.Context(), owner.ID); err != nil {
			t.Fatal(err)
		}
		mail := box.mails[0]
		if mail.to != owner.Email || strings.Contains(mail.text+mail.subject, owner.Name) {
			t.Errorf("mail %+v", mail)
		}
		link := tokenOf(t, mail.text)
		_, err = b.VerifyEmail(t.Context(), link+"x")
		citytest.WantCode(t, "a forged link", err, city.CodeValidation)
		got, err := b.VerifyEmail(t.Context(), link)
		if err != nil || got.ID != owner.ID || got.EmailVerifiedAt == nil {
			t.Fatalf("verify: %+v, %v", got, err)
		}
		_, err = b.VerifyEmail(t.Context(), link)
		citytest.WantCode(t, "the link again", err, city.CodeInvalidState)
		if _, session, err := b.SignIn(t.Context(), signIn); err != nil || session.Token == "" {
			t.Errorf("after verification: %v", err)
		}
		if err := b.SendVerification(t.Context(), owner.ID); err != nil || len(box.mails) != 1 {
			t.Errorf("a late job: %v, %d mails", err, len(box.mails))
		}
		if got := b.eventTypes(t, owner.ID); got != "owner.signed_up owner.email_verified" {
			t.Errorf("events: %s", got)
		}
	})
}

func queued(t *testing.T, b bundle) int {
	t.Helper()
	return count(t, b.db, `SELECT COUNT(*) FROM river_job WHERE kind = 'account.verify_mail'`)
}

func TestVerificationLinks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, plain bundle) {
		b := setup(t, plain.clock, plain.db, withMailer(&outbox{}))
		ann, _ := b.signUp(t, "ann@example.com")
		bob, _ := b.signUp(t, "bob@example.com")
		later := b.clock.Now().Add(time.Hour)
		annAtBobs := ann
		annAtBobs.Email = bob.Email
		gone := ann
		gone.ID = city.NewID(city.PrefixOwner)
		annsLink := b.SignLink(ann, later)
		for name, link := range map[string]string{
			"empty":           "",
			"junk":            "a.b.c",
			"expired":         b.SignLink(ann, b.clock.Now()),
			"another address": b.SignLink(annAtBobs, later),
			"unknown owner":   b.SignLink(gone, later),
			"another owner":   bob.ID + strings.TrimPrefix(annsLink, ann.ID),
			"later expiry":    strings.Replace(b.SignLink(ann, b.clock.Now()), ".17", ".27", 1),
			"no signature":    annsLink[:strings.LastIndex(annsLink, ".")+1],
		} {
			_, err := b.VerifyEmail(t.Context(), link)
			citytest.WantCode(t, name, err, city.CodeValidation)
		}
		_, err := plain.VerifyEmail(t.Context(), annsLink)
		citytest.WantCode(t, "without a mailer", err, city.CodeValidation)
		if _, err := b.VerifyEmail(t.Context(), annsLink); err != nil {
			t.Errorf("the good link: %v", err)
		}
	})
}

func TestNewRefusesMailWithoutKeyOrURL(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	for name, change := range map[string]func(*account.Config){
		"no key":    func(c *account.Config) { c.SigningKey = nil },
		"short key": func(c *account.Config) { c.SigningKey = []byte("short") },
		"no URL":    func(c *account.Config) { c.PublicURL = "" },
		"bad URL":   func(c *account.Config) { c.PublicURL = "://" },
	} {
		cfg := account.Config{DB: db, Hashing: cheap}
		withMailer(&outbox{})(&cfg)
		change(&cfg)
		if _, err := account.New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
