package web

import (
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
)

func itoa(n int) string { return strconv.Itoa(n) }

// current reports whether a page lies below a path of the navigation.
func current(page, path string) bool {
	if path == "/settings/developer" {
		return strings.HasPrefix(page, "/settings")
	}
	return page == path || strings.HasPrefix(page, path+"/")
}

// typed is what a field shows again: never a password.
func typed(f form, name, kind string) string {
	if kind == "password" {
		return ""
	}
	return f.values.Get(name)
}

func statusText(s city.TaskStatus) string {
	switch s {
	case city.TaskSubmitted:
		return "waiting for the agent"
	case city.TaskPendingApproval:
		return "waits for your word"
	case city.TaskRefundReview:
		return "refund under review"
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

func statusClass(s city.TaskStatus) string {
	switch s {
	case city.TaskCompleted:
		return "good"
	case city.TaskFailed, city.TaskRefunded:
		return "bad"
	case city.TaskCancelled:
		return ""
	default:
		return "live"
	}
}

// scoreClass colours a gate score.
func scoreClass(score int) string {
	switch {
	case score >= 70:
		return "good"
	case score >= 50:
		return "warn"
	default:
		return "bad"
	}
}

// duration is d for people: "420 ms", "3.2 s", "4 min 10 s", "24 h".
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < time.Minute:
		return strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0") + " s"
	}
	seconds := int(d.Round(time.Second).Seconds())
	var parts []string
	for _, part := range []struct {
		n    int
		unit string
	}{{seconds / 3600, " h"}, {seconds / 60 % 60, " min"}, {seconds % 60, " s"}} {
		if part.n > 0 {
			parts = append(parts, itoa(part.n)+part.unit)
		}
	}
	return strings.Join(parts, " ")
}

// initials are the letters of an agent's badge.
func initials(name string) string {
	var letters []rune
	for word := range strings.FieldsSeq(name) {
		letters = append(letters, []rune(word)[0])
		if len(letters) == 2 {
			break
		}
	}
	return strings.ToUpper(string(letters))
}

// dollars is an amount as it is typed into a field.
func dollars(c city.Cents) string {
	return strings.NewReplacer("$", "", ",", "").Replace(c.String())
}
