package gate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// dangling are words that no sentence ends with.
var dangling = lex.Set(`the a an and or of to in on at for with by from that which is are was were be as if but than because this these those its
der die das und oder von zu mit für dass ist o os e que de do da em para com um uma el los y con por le les et dans pour du`)

var (
	sectionPromise = pattern.New(`(?i)\b(?:section|chapter|part|step)s? (\d{1,2})\b`)
	sectionNumber  = regexp.MustCompile(`^\s{0,3}#{1,4}\s*(?:\w+ )?(\d{1,2})[.:)\s]`)
)

// truncation takes points for a text that breaks off: in the middle of a
// sentence, inside a code fence, or before a section it promises.
func truncation(v *view) (Signal, bool) {
	s := Signal{Name: "truncation", Reason: "The text is complete."}
	promised, written := 0, 0
	for i, l := range v.Doc.Lines {
		if l.Code || !strings.ContainsAny(l.Text, "0123456789") {
			continue
		}
		if m := sectionNumber.FindStringSubmatch(l.Text); m != nil {
			n, _ := strconv.Atoi(m[1])
			written = max(written, n)
		}
		if !sectionPromise.May(v.Doc.Lower[i]) {
			continue
		}
		for _, m := range sectionPromise.FindAllStringSubmatch(l.Text, -1) {
			n, _ := strconv.Atoi(m[1])
			promised = max(promised, n)
		}
	}
	tail, cut := v.brokenTail()
	off := v.breaksOff()
	switch {
	case cut:
		s.Points, s.Cap = -costTruncation, capAt(capTruncation)
		s.Reason, s.Evidence = "The text breaks off in the middle of a sentence.", []string{"…" + tail}
	case v.halfRow():
		s.Points, s.Cap = -costTruncation, capAt(capTruncation)
		s.Reason, s.Evidence = "The last table breaks off.", []string{"…" + tail}
	case written > 0 && promised > written && len(v.in.Request.Description) > 0:
		s.Points = -costTruncation
		s.Reason = "Section " + strconv.Itoa(promised) + " is promised and not there."
	case v.Doc.Open && v.brokenCode():
		s.Points, s.Cap = -costTruncation, capAt(capTruncation)
		s.Reason = "The code breaks off: the last block is never closed, nor is what it opens."
	case v.Doc.Open && v.halfLine():
		s.Points, s.Cap = -costTruncation, capAt(capTruncation)
		s.Reason = "The code breaks off: the last block is never closed, nor is its last line."
	case off != "":
		s.Points, s.Cap = -costTruncation, capAt(capTruncation)
		s.Reason, s.Evidence = "The text breaks off: "+off+".", []string{"…" + lex.Shorten(lastBytes(strings.TrimSpace(v.in.Deliverable.Result), 60), 60)}
	case v.unlikeTheOthers():
		s.Points, s.Cap = -costTruncation, capAt(capTruncation)
		s.Reason, s.Evidence = "The text breaks off: its other paragraphs end with a sentence, the last one does not.", []string{"…" + tail}
	case v.Doc.Open:
		s.Points = -costTruncation
		s.Reason = "The last code block is never closed."
	default:
		return s, true
	}
	s.advice = "Deliver the complete text; check that nothing was cut off at the end."
	return s, true
}

// signOff matches how people end a text without a full stop.
var signOff = regexp.MustCompile(`(?i)\b(?:thanks|thank you|regards|cheers|best|hope|done|yours|gru(?:ß|ss)|saludos|gracias|merci|cordialement|danke|obrigado|end|fin|ende)\b`)

const longestSignOff = 12

// halfWord matches a line of code that cannot be all of it.
var halfWord = regexp.MustCompile(`(?:^|[\s+-])(?:for|if|var|let|const|func|function|def|class|while|return|go|else|case|import|type|new|await|in|of|range|and|or|not)$|[=+*/&|,.(\[{-]$`)

// halfLine reports whether the last line of code is half a line.
func (v *view) halfLine() bool {
	if len(v.Doc.Blocks) == 0 {
		return false
	}
	lines := v.Doc.Blocks[len(v.Doc.Blocks)-1].Lines
	return len(lines) > 0 && !strings.HasSuffix(lines[len(lines)-1], "...") && halfWord.MatchString(strings.TrimRight(lines[len(lines)-1], " \t"))
}

// halfRow reports whether the text ends in a row of a table that lacks the bar
// which the row before it has, or behind the head of a table.
func (v *view) halfRow() bool {
	last, before := "", ""
	for _, l := range v.Doc.Lines[:v.Doc.Written] {
		if text := strings.TrimSpace(l.Text); text != "" && !l.Code {
			before, last = last, text
		} else if l.Code {
			before, last = "", ""
		}
	}
	if !strings.HasPrefix(last, "|") || !strings.HasPrefix(before, "|") {
		return false
	}
	return strings.HasSuffix(before, "|") && !strings.HasSuffix(last, "|") || strings.Trim(last, "|-: ") == "" && strings.Contains(last, "--")
}

// endsInside matches a sentence that ends inside of a text.
var endsInside = regexp.MustCompile(`[a-z\p{L}\d)"'` + "`" + `][.!?] +\p{Lu}|[\x{3002}\x{ff01}\x{ff1f}]`)

// brokenTail looks at how the prose ends.
func (v *view) brokenTail() (string, bool) {
	last := ""
	for i := v.Doc.Written - 1; i >= 0; i-- {
		if v.Doc.Lines[i].Code {
			return "", false
		}
		if last = strings.TrimSpace(v.Doc.Lines[i].Text); last != "" {
			break
		}
	}
	if last == "" || strings.HasPrefix(last, "|") || strings.HasPrefix(last, "#") {
		return "", false
	}
	r, _ := utf8.DecodeLastRuneInString(last)
	if !unicode.IsLetter(r) && r != ',' {
		return "", false
	}
	tail := lex.Words(last)
	return lex.Shorten(lastBytes(last, 60), 60), len(tail) > 0 && (dangling[tail[len(tail)-1]] || r == ',')
}

func lastBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[len(s)-n:], "")
}

// brokenCode reports whether the last block opens more brackets than it closes.
func (v *view) brokenCode() bool {
	blocks := slices.DeleteFunc(slices.Clone(v.Doc.Blocks), func(b document.Block) bool { return b.Delivered })
	if len(blocks) == 0 {
		return false
	}
	open := 0
	for _, l := range blocks[len(blocks)-1].Lines {
		for _, r := range l {
			switch r {
			case '{', '(', '[':
				open++
			case '}', ')', ']':
				open--
			}
		}
	}
	return open > 0
}

// unlikeTheOthers reports whether the last paragraph of a text that ends its
// paragraphs with sentences ends without one. Lists and headings say nothing.
func (v *view) unlikeTheOthers() bool {
	ended, others, last, open := 0, 0, "", false
	lines := v.Doc.Lines[:v.Doc.Written]
	for i, l := range lines {
		text := strings.TrimSpace(l.Text)
		if l.Code {
			last, open = "", true // what ends in code ends well
			continue
		}
		if text == "" || document.Heading.Matches(l.Text) || document.TableRow.Matches(l.Text) {
			continue
		}
		if i+1 < len(lines) && strings.TrimSpace(lines[i+1].Text) != "" && !lines[i+1].Code && !document.ListItem.Matches(lines[i+1].Text) {
			last, open = text, false
			continue // the paragraph goes on
		}
		last, open = text, false
		if len(lex.Words(text)) < minStatementWords {
			continue
		}
		others++
		if r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, "*_`)\"'")); strings.ContainsRune(".!?:;\u3002\uff01\uff1f\uff1a", r) || strings.HasSuffix(text, ")") || strings.HasSuffix(text, "`") {
			ended++
		}
	}
	if open || last == "" || len(lex.Words(last)) <= longestSignOff && signOff.MatchString(last) {
		return false
	}
	switch n, inside := len(lex.Words(last)), len(endsInside.FindAllString(last, 2)); {
	case others >= 4 && n >= minStatementWords, others == 3 && n >= 2*minStatementWords:
	case others >= 5 && ended == others && document.ListItem.Matches(last): // an item that has hardly begun
	case others >= 4 && ended == others && n > 0 && n < minStatementWords:
	// A paragraph whose sentences end but for the last one was cut, however few
	// others there are.
	case inside >= 2 || inside == 1 && others >= 2:
	default:
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(last)
	cut := unicode.IsLetter(r) && !lex.Unspaced(r) || r == '-' || r == '('
	return cut && (ended == others || ended == others-1)
}
