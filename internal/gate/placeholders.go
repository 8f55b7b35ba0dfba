package gate

import (
	"regexp"
	"strings"
	"sync"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

var placeholder = document.Phrases{Pattern: pattern.Any(
	`\btodo\b|\btbd\b|\bfixme\b|lorem ipsum`,
	`\[(?:insert|describe|your|name|date|title|xx+|n|finding|one sentence|low|score|acceptable|tbd|add|`+
		`fill)\b[^\]\n]{0,80}\](?:[^(\[]|$)`,
	`<(?:insert|your|placeholder|fill)[^>\n]{0,60}>|\{\{\s*\w+\s*\}\}`,
	`\b(?:to be (?:added|completed|determined|written|filled)|(?:still|remains|has|is|are|left|yet) to be done|coming soon|to follow|adapt for|goes here|`+
		`content here|your (?:code|text|analysis) here)\b`,
	`//\s*\.\.\. ?(?:rest|implementation|your|add)`,
)}

// leftToDo matches the mark of what is left to be done.
var leftToDo = regexp.MustCompile(`\bT[oO]D[oO]\b|^\W*[Tt]odo:|(?:#|//|/\*|--)\s*todo\b|\(todo:?\)|[:|]\s*todo\s*(?:[,;|]|$)`)

// asToDo matches what is told of a mark that stands elsewhere.
var asToDo = regexp.MustCompile(`\b(?:an?|the|as|one) TODOs?\b`)

// placeholders takes points for work that was left to be filled in.
func placeholders(v *view) (Signal, bool) {
	s := Signal{Name: "placeholders", Reason: "Nothing was left to be filled in."}
	n := 0
	ownTags := sync.OnceValue(v.ownTags)
	placeholder.Find(v.Doc, func(l document.Line, match string) {
		if v.fillsNothing(l, match, ownTags) {
			return
		}
		if n++; n <= 5 {
			s.Evidence = append(s.Evidence, lex.Shorten(strings.TrimSpace(match), 60))
		}
	})
	if n < 2 {
		s.Evidence = nil
		return s, true
	}
	done := float64(v.Ground.Anchored) + float64(v.Doc.CodeLines())/10
	weight := share(float64(n)-done/2, 6)
	s.Points = -costPlaceholders * weight
	if n >= 5 && float64(n) > done {
		s.Cap = new(capPlaceholders)
	}
	if s.Points < 0 {
		s.Reason = counted(n, "place is", "places are") + " left to be filled in."
		s.advice = "Fill in every placeholder before you deliver."
	}
	return s, true
}

// fillsNothing reports whether what looks like a place to fill in is none: what the code is
// about, what it is tried with, or code that the buyer wrote.
func (v *view) fillsNothing(l document.Line, match string, ownTags func() int) bool {
	switch {
	case strings.HasPrefix(match, "{{") && ownTags() >= enoughTags:
		return true
	case strings.HasPrefix(match, "[") && isIndex(l.Text, match):
		return true
	case l.Code && match == "lorem ipsum":
		return true
	case match == "todo" && (!leftToDo.MatchString(l.Text) || asToDo.MatchString(l.Text)):
		return true // the word, an option of tests, or what somebody else has left
	}
	return l.Code && v.Ground.Quoted > 0
}

// isIndex reports whether a name in brackets stands right behind another or a bracket.
func isIndex(line, match string) bool {
	bracket, _, _ := strings.Cut(match, "]")
	at := strings.Index(strings.ToLower(line), bracket+"]")
	return at > 0 && !strings.Contains(bracket, " ") && (lex.NameByte(line[at-1]) || line[at-1] == ')' || line[at-1] == ']')
}

// tagText matches what templates have for a value.
var tagText = regexp.MustCompile(`\{\{\s*\w+\s*\}\}`)

// enoughTags is how many lines with tags a repository has whose code is about
// templates.
const enoughTags = 3

// ownTags counts the lines with the tags of templates in the files of the
// repository, up to enoughTags.
func (v *view) ownTags() int {
	n := 0
	if v.Index == nil {
		return n
	}
	for _, p := range v.Index.Sources {
		if t := v.Index.Texts[p]; t != nil && strings.Contains(t.Raw, "{{") {
			if n += len(tagText.FindAllStringIndex(t.Raw, enoughTags)); n >= enoughTags {
				break
			}
		}
	}
	return n
}
