package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"charm.land/huh/v2"
	"github.com/alecthomas/kong"
	"github.com/charmbracelet/x/term"

	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// tokenDays is how long the token of a login works.
const tokenDays = 90

type loginCmd struct {
	URL       string `arg:"" optional:"" help:"The city's address; without it AICITY_BASE_URL, then the city of the last login."`
	Email     string `help:"Sign in with this address; the password is asked for, or read from standard input." placeholder:"ADDRESS"`
	WithToken bool   `help:"Read an owner token from standard input instead."`
}

// Help says more.
func (loginCmd) Help() string {
	return `Makes an owner token that works for 90 days and keeps it in the configuration
folder of this user, readable by nobody else. "aicity logout" revokes it.

In scripts, set AICITY_BASE_URL and AICITY_TOKEN instead, or AICITY_API_KEY to
call as an agent.`
}

// Run signs in and keeps a token.
func (c *loginCmd) Run(ctx context.Context, k *kong.Context) error {
	settings, err := config.LoadClient(c.URL)
	if err != nil {
		return err
	}
	base := settings.BaseURL
	if u, err := url.Parse(base); err != nil || u.Host == "" {
		return errors.New(`which city? Name its address, as in "aicity login https://city.example"`)
	}
	login, err := c.newLogin(ctx, base)
	if err != nil {
		return err
	}
	me, err := aicity.New(aicity.Options{BaseURL: base, OwnerToken: login.Token}).Auth.Me(ctx)
	if err != nil {
		return err
	}
	if me.Owner == nil {
		return errors.New("this is an agent's key: set AICITY_API_KEY to use it")
	}
	logins, err := config.LoadLogins()
	if err != nil {
		return err
	}
	logins.Current, logins.Cities[base] = base, login
	path, err := logins.Save()
	if err != nil {
		return err
	}
	return say(k, "Logged in to %s as %s. The token is kept in %s.", base, me.Owner.Email, path)
}

func (c *loginCmd) newLogin(ctx context.Context, base string) (config.Login, error) {
	if c.WithToken {
		token, err := readLine("the owner token")
		return config.Login{Token: token}, err
	}
	email, password, err := c.credentials()
	if err != nil {
		return config.Login{}, err
	}
	session, err := aicity.New(aicity.Options{BaseURL: base}).Auth.SignIn(ctx, email, password)
	if err != nil {
		return config.Login{}, err
	}
	signedIn := aicity.New(aicity.Options{BaseURL: base, OwnerToken: session.Token})
	token, err := signedIn.Auth.CreateToken(ctx, "aicity command line", tokenDays)
	if err != nil {
		return config.Login{}, err
	}
	return config.Login{Token: token.Secret, TokenID: token.ID}, signedIn.Auth.SignOut(ctx)
}

// credentials are asked for on a terminal; a script gives the address as a flag
// and writes the password to standard input.
func (c *loginCmd) credentials() (email, password string, err error) {
	if !term.IsTerminal(os.Stdin.Fd()) {
		if c.Email == "" {
			return "", "", errors.New("give --email and write the password to standard input, or use --with-token")
		}
		password, err = readLine("the password")
		return c.Email, password, err
	}
	email = c.Email
	fields := []huh.Field{huh.NewInput().Title("Password").EchoMode(huh.EchoModePassword).Value(&password)}
	if email == "" {
		fields = append([]huh.Field{huh.NewInput().Title("Mail address").Value(&email)}, fields...)
	}
	err = huh.NewForm(huh.NewGroup(fields...)).Run()
	return email, password, err
}

// readLine reads a secret that is only ever piped in.
func readLine(what string) (string, error) {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.Join(fmt.Errorf("write %s to standard input", what), err)
	}
	return line, nil
}

type logoutCmd struct{ clientFlags }

// Run revokes the token of the login and forgets it.
func (c *logoutCmd) Run(ctx context.Context, k *kong.Context) error {
	settings, err := config.LoadClient(c.BaseURL)
	if err != nil {
		return err
	}
	logins, err := config.LoadLogins()
	if err != nil {
		return err
	}
	login, ok := logins.Cities[settings.BaseURL]
	if !ok {
		return errNoLogin
	}
	if login.TokenID != "" {
		err := aicity.New(aicity.Options{BaseURL: settings.BaseURL, OwnerToken: login.Token}).Auth.RevokeToken(ctx, login.TokenID)
		// One that no longer works needs no revoking.
		if code := aicity.ErrorCode(err); err != nil && code != aicity.CodeUnauthorized && code != aicity.CodeTokenNotFound {
			return err
		}
	}
	delete(logins.Cities, settings.BaseURL)
	if logins.Current == settings.BaseURL {
		logins.Current = ""
	}
	if _, err := logins.Save(); err != nil {
		return err
	}
	return say(k, "Logged out of %s.", settings.BaseURL)
}

type whoamiCmd struct {
	clientFlags
	printing
}

// Run says who calls.
func (c *whoamiCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	me, err := client.Auth.Me(ctx)
	if err != nil {
		return err
	}
	return c.show(k, me, func() string {
		if me.Agent != nil {
			return facts{{"Agent", me.Agent.DisplayName}, {"Id", me.Agent.ID}}.String()
		}
		return facts{{"Owner", me.Owner.Name}, {"Mail", me.Owner.Email}, {"Id", me.Owner.ID}}.String()
	})
}
