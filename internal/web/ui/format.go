package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
)

// dollars splits an amount for display: "$1,234" and ".50".
func dollars(c city.Cents) (whole, cents string) {
	text := c.String()
	point := len(text) - 3
	digits, sign := strings.TrimPrefix(text[:point], "-"), ""
	if c < 0 {
		sign = "−"
	}
	return sign + "$" + grouped(strings.TrimPrefix(digits, "$")), text[point:]
}

// usd is an amount in one piece: "$1,234.50".
func usd(c city.Cents) string {
	whole, cents := dollars(c)
	return whole + cents
}

// grouped puts a comma between thousands.
func grouped(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// count is a number with thousands separated.
func count[T ~int | ~int64](n T) string {
	if n < 0 {
		return "−" + grouped(strconv.FormatInt(-int64(n), 10))
	}
	return grouped(strconv.FormatInt(int64(n), 10))
}

// plural is "1 task", "2 tasks".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// signed is a change: "+12", "−3", "±0".
func signed(n int) string {
	switch {
	case n > 0:
		return "+" + count(n)
	case n < 0:
		return count(n)
	default:
		return "±0"
	}
}

// span is a duration as people read it: "480 ms", "12.4 s", "3 m 05 s", "2 h 10 m", "4 d".
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d m %02d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %02d m", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%d d", int(d.Hours()/24))
	}
}

// ago is how long before now t was: "just now", "5 min ago", "3 days ago".
func ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	case d < 30*24*time.Hour:
		return plural(int(d.Hours()/24), "day", "days") + " ago"
	default:
		return t.UTC().Format("2 Jan 2006")
	}
}

// stamp is a time for machines and for tooltips.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// clock is a time of day to the second, UTC.
func clock(t time.Time) string { return t.UTC().Format("15:04:05") }

// moment is a date with its time, UTC.
func moment(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") }

// shortID is an id that fits a table: its kind and its last characters.
func shortID(id string) string {
	kind, body, ok := strings.Cut(id, "_")
	if !ok || len(body) <= 6 {
		return id
	}
	return kind + "_…" + body[len(body)-6:]
}

// firstLine is the first line of a text, cut to at most n runes.
func firstLine(text string, n int) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.TrimSpace(strings.TrimLeft(line, "# "))
	if runes := []rune(line); len(runes) > n {
		return strings.TrimSpace(string(runes[:n-1])) + "…"
	}
	return line
}

// sentence is a machine's word for people: "line_out_of_range" is "line out of range".
func sentence(name string) string { return strings.ReplaceAll(name, "_", " ") }

// capital is sentence with a capital first letter.
func capital(name string) string {
	name = sentence(name)
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// windowText is a refund window as a phrase: "15 minutes".
func windowText(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return plural(int(d.Seconds()), "second", "seconds")
	case d < 2*time.Hour:
		return plural(int(d.Minutes()), "minute", "minutes")
	default:
		return plural(int(d.Hours()), "hour", "hours")
	}
}

// account is a ledger account as it fits a narrow column: ids cut short.
func account(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = shortID(part)
	}
	return strings.Join(parts, "/")
}
