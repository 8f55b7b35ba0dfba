package gate

import (
	"fmt"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

var (
	controlHead = regexp.MustCompile(`^(?:if|for|while|switch|catch|else|with|func Test)\b`)
	leftUndone  = regexp.MustCompile(`(?i)\btodo\b|\bfixme\b|not (?:yet )?implemented|notimplemented|\bimplement(?:ation)? (?:this|me|here|` +
		`later|goes|follows|the)\b|\bplaceholder\b|your (?:code|logic|implementation) here|\bgoes here\b|\bstub\b`)
	doesNothing = regexp.MustCompile(`^(?:(?://|#|/\*|\*).*|"""[^"]*"""|pass|\.\.\.|return(?: (?:nil|null|undefined|None|true|false|True|` +
		`False|0|-1|''|""|\[\]|\{\}|[\w.\[\]]+\{\}|nil, nil|errors\.New\("[^"]*"\)))?;?|_ = .*|void 0;?|` +
		`raise NotImplementedError.*|(?:panic|todo!|unimplemented!)\(.*\);?|throw new Error\(.*\);?)$`)
	markedUndone = regexp.MustCompile(`(?i)(?://|#|/\*)\s*(?:todo|fixme|not (?:yet )?implemented|implement (?:this|me|here|later)|your (?:code|logic|implementation) here)\b`)
	skippedStub  = regexp.MustCompile(`(?i)^func Test\w*\(.*\{\s*t\.Skip\w*\(.*(?:implement|todo|tbd|later|fill|write).*\}$|^(?:it|test)\.(?:todo|skip)\(`)
	asksStubs    = pattern.New(`(?i)\b(?:stubs?|skeletons?|scaffold\w*|boilerplate|placeholders?|interface only|signatures?|todo)\b`)
)

// stubs takes points for functions that are left to be written, and the verdict
// where they are half or more of the code that was asked for: a body that does
// nothing and says that something is to be done. Bodies that do something and say
// so count half.
func stubs(v *view) (Signal, bool) {
	s := Signal{Name: "stubs", Reason: "No function is left to be written."}
	if !v.Want.Code || asksStubs.MatchString(v.Request) {
		return s, false
	}
	undone, partly, all := 0, 0, 0
	for _, b := range v.Doc.Blocks[:min(len(v.Doc.Blocks), maxBlocks)] {
		lines := b.Proposed()
		for i := range lines {
			head := strings.TrimSpace(lines[i])
			if len(head) > maxHead {
				continue
			}
			skipped := skippedStub.MatchString(head)
			if !skipped && !lex.FunctionHead.MatchString(head) || controlHead.MatchString(head) && !skipped || v.Index != nil && len(v.Index.Homes(lex.Pack(head))) > 0 {
				continue
			}
			all++
			switch {
			case skipped || isStub(lines[i:]):
				undone++
			case saysUndone(lines[i:]):
				partly++
			default:
				continue
			}
			s.Evidence = append(few(s.Evidence, 4), lex.Shorten(head, 80))
		}
	}
	if partly < manyPartly { // one remark on what could be better leaves nothing open
		partly = 0
	}
	if undone+partly == 0 {
		s.Evidence = nil
		return s, all > 0
	}
	part := share(float64(undone)+float64(partly)/2, float64(all))
	s.Points = -costPlaceholders * part
	if part >= mostlyEmpty {
		s.Cap = new(capPlaceholders)
	}
	s.Reason = fmt.Sprintf("%d of %d functions do nothing or leave a part open and say that it is to be written.", undone+partly, all)
	s.advice = "Write every function that you deliver; a body that is to follow is not charged."
	return s, true
}

const (
	maxHead = 300 // bytes
	maxStub = 12  // lines that a body which does nothing has at most
)

// isStub reports whether the function that begins at the first line does nothing
// and says that something is to be done. It ends where a line stands no deeper.
func isStub(lines []string) bool {
	depth, marked := lex.Indent(lines[0]), false
	for _, l := range lines[1:min(len(lines), maxStub+2)] {
		code := strings.TrimSpace(l)
		if code == "" {
			continue
		}
		if lex.Indent(l) <= depth {
			return marked
		}
		if !doesNothing.MatchString(code) {
			return false
		}
		marked = marked || leftUndone.MatchString(code)
	}
	return marked && len(lines) <= maxStub+2
}

const (
	manyPartly = 2  // functions that leave something open
	maxPartly  = 60 // lines of a body that are read for that
)

// saysUndone reports whether the body of the function that begins at the first
// line says that a part of it is to be written.
func saysUndone(lines []string) bool {
	depth := lex.Indent(lines[0])
	for _, l := range lines[1:min(len(lines), maxPartly)] {
		if code := strings.TrimSpace(l); code != "" {
			if lex.Indent(l) <= depth {
				return false
			}
			if markedUndone.MatchString(code) {
				return true
			}
		}
	}
	return false
}
