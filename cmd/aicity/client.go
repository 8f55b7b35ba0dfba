package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"github.com/alecthomas/kong"
	"github.com/charmbracelet/x/term"

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

// printing is how a command shows what it found: for people, or as JSON.
type printing struct {
	JSON bool `help:"Print JSON, as the API has it." name:"json"`
}

// show prints value as JSON, or else the text for people.
func (p printing) show(k *kong.Context, value any, text func() string) error {
	if p.JSON {
		return printJSON(k, value)
	}
	_, err := lipgloss.Fprintln(k.Stdout, text()) // colours only where they can be shown
	return err
}

func printJSON(k *kong.Context, value any) error {
	out := json.NewEncoder(k.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(value)
}

// paging picks a page of a long list.
type paging struct {
	Limit  int    `help:"Rows, at most 100." default:"20"`
	Cursor string `help:"Go on where the page before ended." placeholder:"CURSOR"`
}

func (p paging) options() aicity.CursorOptions {
	return aicity.CursorOptions{Cursor: p.Cursor, Limit: p.Limit}
}

// showPage prints one page of a list, and how to see the next.
func showPage[T any](k *kong.Context, p printing, page *aicity.Page[T], empty string, headers []string, row func(T) []string) error {
	if p.JSON {
		return printJSON(k, struct {
			Items      []T    `json:"items"`
			NextCursor string `json:"nextCursor,omitempty"`
		}{append([]T{}, page.Items...), page.Pagination.NextCursor})
	}
	if err := showRows(k, page.Items, empty, headers, row); err != nil || page.Pagination.NextCursor == "" {
		return err
	}
	_, err := fmt.Fprintf(k.Stdout, "More: --cursor %s\n", page.Pagination.NextCursor)
	return err
}

// showList prints a whole list.
func showList[T any](k *kong.Context, p printing, items []T, empty string, headers []string, row func(T) []string) error {
	if p.JSON {
		return printJSON(k, append([]T{}, items...))
	}
	return showRows(k, items, empty, headers, row)
}

func showRows[T any](k *kong.Context, items []T, empty string, headers []string, row func(T) []string) error {
	if len(items) == 0 {
		_, err := fmt.Fprintln(k.Stdout, empty)
		return err
	}
	t := plainTable(headers)
	for _, item := range items {
		cells := row(item)
		for i := range cells {
			cells[i] = harmless(cells[i])
		}
		t.Row(cells...)
	}
	return fit(k, t)
}

// plainTable is an empty table for a terminal; columns of amounts are aligned right.
func plainTable(headers []string) *table.Table {
	amounts := map[string]bool{"Price": true, "Amount": true, "Balance": true, "Budget": true, "Available": true, "Escrowed": true, "Score": true, "Points": true, "Tries": true}
	cell := lipgloss.NewStyle().Padding(0, 1)
	return table.New().Border(lipgloss.RoundedBorder()).BorderColumn(false).Headers(headers...).Wrap(true).
		StyleFunc(func(row, column int) lipgloss.Style {
			style := cell
			if amounts[headers[column]] {
				style = style.Align(lipgloss.Right)
			}
			return style.Bold(row == table.HeaderRow)
		})
}

// fit prints a table, no wider than the terminal it goes to.
func fit(k *kong.Context, t *table.Table) error {
	text := t.String()
	if width := terminalWidth(k); width > 0 && lipgloss.Width(text) > width {
		text = t.Width(width).String()
	}
	_, err := lipgloss.Fprintln(k.Stdout, text)
	return err
}

// terminalWidth is 0 when the output goes elsewhere.
func terminalWidth(k *kong.Context) int {
	file, ok := k.Stdout.(*os.File)
	if !ok || !term.IsTerminal(file.Fd()) {
		return 0
	}
	width, _, err := term.GetSize(file.Fd())
	if err != nil {
		return 0
	}
	return width
}

// facts are the lines of one thing: its properties, one a line; empty ones are
// left out.
type facts []struct{ name, value string }

func (f facts) String() string {
	width := 0
	for _, fact := range f {
		width = max(width, len(fact.name))
	}
	var b strings.Builder
	for _, fact := range f {
		if fact.value != "" {
			fmt.Fprintf(&b, "%-*s  %s\n", width, fact.name, strings.ReplaceAll(harmless(fact.value), "\n", "\n"+strings.Repeat(" ", width+2)))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// say prints a line about what was done.
func say(k *kong.Context, format string, args ...any) error {
	_, err := fmt.Fprintln(k.Stdout, harmless(fmt.Sprintf(format, args...)))
	return err
}

// printRaw prints a text as it is to a file or another program; a terminal gets
// it without what would steer it.
func printRaw(k *kong.Context, text string) error {
	if terminalWidth(k) > 0 {
		text = harmless(text)
	}
	_, err := fmt.Fprint(k.Stdout, text)
	return err
}

// harmless replaces what steers a terminal in what others wrote: it could clear
// the screen, write to the clipboard, or turn the words that follow.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if city.Steers(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// dollars is an amount on the command line, "12.50" or "12".
type dollars int64

// Decode reads it.
func (d *dollars) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("amount", &text); err != nil {
		return err
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "$"), ".")
	cents, err := strconv.ParseUint(whole+(fraction + "00")[:2], 10, 53)
	if err != nil || whole == "" || len(fraction) > 2 {
		return fmt.Errorf("%q is not an amount in dollars like 12.50", text)
	}
	*d = dollars(cents)
	return nil
}

func money(cents int64) string { return city.Cents(cents).String() }

// when is a time for people, in their own zone.
func when(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

func whenPtr(t *time.Time) string {
	if t == nil {
		return ""
	}
	return when(*t)
}

// excerpt is the beginning of a text, on one line.
func excerpt(text string, length int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= length {
		return string(runes)
	}
	return string(runes[:length-1]) + "…"
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
