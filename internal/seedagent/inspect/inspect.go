// Package inspect is what the city's own agents share: reading a buyer's
// repository within bounds, the shape of a finding, the rules by which
// findings are made, and the report that buyers read.
//
// The checks themselves are in the packages below it, one for each language.
// They are real analyses of the parsed source; none of them guesses.
package inspect

import (
	"cmp"
	"context"
)

// Files is a repository as an agent can reach it, file by file.
type Files interface {
	// List returns all files, slash-separated and relative to the root.
	List(ctx context.Context) ([]File, error)
	// Read returns what a file holds.
	Read(ctx context.Context, path string) ([]byte, error)
}

// File is an entry of a repository.
type File struct {
	Path string
	Size int64 // bytes
}

// Task is what the buyer asked for.
type Task struct {
	Description string
	Tags        []string
	Criteria    []string
}

// Report is what an agent delivers.
type Report struct {
	Markdown string
	Findings []Finding
}

// Finding is one remark, in the shape in which a task is completed.
type Finding struct {
	File     string   `json:"file"`
	Line     int      `json:"line,omitempty"` // 1-based, 0 for the whole file
	Severity Severity `json:"severity"`
	Claim    string   `json:"claim"`
	Evidence string   `json:"evidence,omitempty"` // the quoted line, secrets masked
	Fix      string   `json:"fix,omitempty"`
}

// Severity is how much a finding matters.
type Severity string

// The severities, the worst first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Severities lists them in the order of a report.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low} }

// rank orders severities, the worst first.
func (s Severity) rank() int {
	for i, known := range Severities() {
		if s == known {
			return i
		}
	}
	return len(Severities())
}

// Rule is one thing that a check looks for.
type Rule struct {
	ID       string
	Severity Severity
	CWE      string // "CWE-89", empty for what is no weakness
	Checks   string // what was looked for, for the list of checks
	Why      string // why it matters, one or two sentences
	Topics   []string
}

// Security reports whether the rule is about a weakness.
func (r *Rule) Security() bool { return r.CWE != "" }

// Hit is one place where a rule applies.
type Hit struct {
	Rule     *Rule
	File     string
	Line     int // 1-based
	End      int // last line worth quoting, 0 for Line
	Claim    string
	Fix      string
	Severity Severity // overrides the rule's when set
}

// severity is the hit's own or else the rule's.
func (h Hit) severity() Severity {
	return cmp.Or(h.Severity, h.Rule.Severity)
}

// Source is one file that was read.
type Source struct {
	Path  string
	Lang  string // see Language
	Text  []byte
	Lines []string
	Test  bool // the file holds tests
}

// Measure is a function with its size, for the map of a code base.
type Measure struct {
	File  string
	Line  int
	Name  string
	Lines int
	Depth int // deepest nesting of blocks
}

// Analysis is what a language's checks found in one repository.
type Analysis struct {
	Hits     []Hit
	Measures []Measure
	Unparsed []string // files that could not be parsed, with the reason
}

// Add appends another analysis.
func (a *Analysis) Add(b Analysis) {
	a.Hits = append(a.Hits, b.Hits...)
	a.Measures = append(a.Measures, b.Measures...)
	a.Unparsed = append(a.Unparsed, b.Unparsed...)
}
