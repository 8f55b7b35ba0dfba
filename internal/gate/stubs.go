package gate

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	functionHead = regexp.MustCompile(`^(?:func\b.*\{|(?:export )?(?:default )?(?:async )?function\b.*\{|(?:export )?(?:const|let|var) [\w$]+ = (?:async )?(?:function\b.*|\(?[^=]*\)? =>) \{|(?:static |async |get |set |public |private |protected )*[\w$#]+ ?\([^)]*\)(?:: [\w<>\[\]| ]+)? \{|(?:async )?def \w+\(.*:|(?:pub )?fn \w+.*\{)$`)
	controlHead  = regexp.MustCompile(`^(?:if|for|while|switch|catch|else|with|func Test)\b`)
	leftUndone   = regexp.MustCompile(`(?i)\btodo\b|\bfixme\b|not (?:yet )?implemented|notimplemented|\bimplement(?:ation)? (?:this|me|here|later|goes|follows|the)\b|\bplaceholder\b|your (?:code|logic|implementation) here|\bgoes here\b|\bstub\b`)
	doesNothing  = regexp.MustCompile(`^(?:(?://|#|/\*|\*).*|"""[^"]*"""|pass|\.\.\.|return(?: (?:nil|null|undefined|None|true|false|True|False|0|-1|''|""|\[\]|\{\}|[\w.\[\]]+\{\}|nil, nil|errors\.New\("[^"]*"\)))?;?|_ = .*|void 0;?|raise NotImplementedError.*|(?:panic|todo!|unimplemented!)\(.*\);?|throw new Error\(.*\);?)$`)
	asksStubs    = newSearch(`(?i)\b(?:stubs?|skeletons?|scaffold\w*|boilerplate|placeholders?|interface only|signatures?|todo)\b`)
)

// stubs takes points for functions that are left to be written, and the verdict
// where they are half or more of the code that was asked for: a body that does
// nothing and says that something is to be done.
func stubs(v *view) (Signal, bool) {
	s := Signal{Name: "stubs", Reason: "No function is left to be written."}
	if !v.want.Code || asksStubs.MatchString(requestText(v.in.Request)) {
		return s, false
	}
	undone, all := 0, 0
	for _, b := range v.doc.blocks[:min(len(v.doc.blocks), maxQuotes)] {
		lines := b.lines
		if b.diff {
			lines = addedLines(lines)
		}
		for i := range lines {
			head := strings.TrimSpace(lines[i])
			if len(head) > maxHead || !functionHead.MatchString(head) || controlHead.MatchString(head) || v.index != nil && len(v.index.homes(pack(head))) > 0 {
				continue
			}
			if all++; isStub(lines[i:]) {
				if undone++; undone <= 5 {
					s.Evidence = append(s.Evidence, shorten(head, 80))
				}
			}
		}
	}
	if all == 0 || undone == 0 {
		return s, all > 0
	}
	part := share(float64(undone), float64(all))
	s.Points = -costPlaceholders * part
	if part >= mostlyEmpty {
		s.Cap = capAt(capPlaceholders)
	}
	s.Reason = fmt.Sprintf("%d of %d functions do nothing and say that they are to be written.", undone, all)
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
	depth, marked := indentOf(lines[0]), false
	for _, l := range lines[1:min(len(lines), maxStub+2)] {
		code := strings.TrimSpace(l)
		if code == "" {
			continue
		}
		if indentOf(l) <= depth {
			return marked
		}
		if !doesNothing.MatchString(code) {
			return false
		}
		marked = marked || leftUndone.MatchString(code)
	}
	return marked && len(lines) <= maxStub+2
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// addedLines are the lines that a diff adds.
func addedLines(lines []string) []string {
	var added []string
	for _, l := range lines {
		if rest, ok := strings.CutPrefix(l, "+"); ok && !strings.HasPrefix(rest, "++ ") {
			added = append(added, rest)
		}
	}
	return added
}
