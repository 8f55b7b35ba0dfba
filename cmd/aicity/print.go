package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"github.com/alecthomas/kong"
	"github.com/charmbracelet/x/term"

	"aicity.dev/aicity/internal/city"
	aicity "aicity.dev/aicity/sdk/go"
)

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
	t := newTable(headers...).BorderColumn(false).Wrap(true)
	for _, item := range items {
		cells := row(item)
		for i := range cells {
			cells[i] = harmless(cells[i])
		}
		t.Row(cells...)
	}
	return fit(k, t)
}

// ofNumbers are the headings of columns that are aligned right.
var ofNumbers = map[string]bool{
	"Amount": true, "Available": true, "Balance": true, "Budget": true, "Change": true, "Credits": true, "Debits": true, "Escrowed": true,
	"Number": true, "Points": true, "Price": true, "Score": true, "Set aside": true, "Size": true, "Tries": true,
}

// newTable is an empty table for a terminal.
func newTable(headers ...string) *table.Table {
	cell := lipgloss.NewStyle().Padding(0, 1)
	return table.New().Border(lipgloss.RoundedBorder()).Headers(headers...).StyleFunc(func(row, column int) lipgloss.Style {
		style := cell
		if ofNumbers[headers[column]] {
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

// fact is a property of a thing.
type fact struct{ name, value string }

// facts are the lines of one thing: its properties, one a line; empty ones are
// left out.
type facts []fact

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

func money(cents int64) string { return city.Cents(cents).String() }

// when is a time for people, in their own zone.
func when(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// whenExactly is when for what happens within a minute.
func whenExactly(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

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
