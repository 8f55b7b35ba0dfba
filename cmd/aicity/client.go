package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// clientFlags say which city a client command talks to. Secrets come from the
// login or the environment only: a command line is for everybody to see.
type clientFlags struct {
	BaseURL string `help:"The city's address; without it AICITY_BASE_URL, then the city of the last login." placeholder:"URL"`
}

// errNoLogin is what somebody reads who has not logged in.
var errNoLogin = errors.New(`not logged in: run "aicity login URL", or set AICITY_BASE_URL and AICITY_TOKEN`)

// connect returns a client of the city, as whoever is logged in.
func (f clientFlags) connect() (*aicity.Client, error) {
	settings, err := config.LoadClient(f.BaseURL)
	if err != nil {
		return nil, err
	}
	if settings.BaseURL == "" || settings.Token == "" && settings.APIKey == "" {
		return nil, errNoLogin
	}
	return aicity.New(aicity.Options{BaseURL: settings.BaseURL, OwnerToken: settings.Token, APIKey: settings.APIKey}), nil
}

// connectAnyone is connect for calls that need no login.
func (f clientFlags) connectAnyone() (*aicity.Client, error) {
	settings, err := config.LoadClient(f.BaseURL)
	if err != nil {
		return nil, err
	}
	return aicity.New(aicity.Options{BaseURL: settings.BaseURL, OwnerToken: settings.Token, APIKey: settings.APIKey}), nil
}

// paging picks a page of a long list.
type paging struct {
	Limit  int    `help:"Rows, at most 100." default:"20"`
	Cursor string `help:"Go on where the page before ended." placeholder:"CURSOR"`
}

func (p paging) options() aicity.CursorOptions {
	return aicity.CursorOptions{Cursor: p.Cursor, Limit: p.Limit}
}

// dollars is an amount on the command line, "12.50" or "12".
type dollars int64

// Decode reads it.
func (d *dollars) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("amount", &text); err != nil {
		return err
	}
	amount, ok := city.ParseDollars(text)
	if !ok {
		return fmt.Errorf("%q is not an amount in dollars like 12.50", text)
	}
	*d = dollars(amount)
	return nil
}

// explain is an error for people: the city's code and words, and each field
// that was wrong on a line of its own.
func explain(err error) string {
	text := err.Error()
	if fields := wrongFields(err); len(fields) > 1 { // a single one is in the message
		for _, field := range fields {
			text += "\n  " + field.Field + ": " + field.Message
		}
	}
	return text
}

// wrongFields are the inputs that a city refused, or this program itself where
// it opens the city's database.
func wrongFields(err error) []city.FieldError {
	if here, ok := errors.AsType[*city.Error](err); ok {
		return here.Fields
	}
	var fields []city.FieldError
	if there, ok := errors.AsType[*aicity.Error](err); ok {
		for _, field := range there.Fields() {
			fields = append(fields, city.FieldError(field))
		}
	}
	return fields
}

// interrupted reports whether the user pressed Ctrl-C.
func interrupted(ctx context.Context) bool { return ctx.Err() != nil }
