package task

import "strings"

// Severity is how much a finding matters.
type Severity string

// The severities, the gravest first.
const (
	SeverityCritical Severity = "critical"
	SeverityHigh     Severity = "high"
	SeverityMedium   Severity = "medium"
	SeverityLow      Severity = "low"
	SeverityInfo     Severity = "info"
)

// Severities lists the severities.
func Severities() []Severity {
	return []Severity{SeverityCritical, SeverityHigh, SeverityMedium, SeverityLow, SeverityInfo}
}

// severityOf is the severity that a word means; ok is false when it means none.
// Models and linters have words of their own, and work is not refused for those.
func severityOf(word string) (severity Severity, ok bool) {
	switch word = strings.ToLower(strings.TrimSpace(word)); word {
	case "blocker", "crit", "fatal":
		return SeverityCritical, true
	case "major", "severe", "serious", "error":
		return SeverityHigh, true
	case "moderate", "med", "warning", "warn":
		return SeverityMedium, true
	case "minor":
		return SeverityLow, true
	case "informational", "information", "note", "notice", "hint", "suggestion", "nit", "nitpick", "style", "cosmetic", "trivial":
		return SeverityInfo, true
	}
	for _, known := range Severities() {
		if word == string(known) {
			return known, true
		}
	}
	return "", false
}
