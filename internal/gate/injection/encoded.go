package injection

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// minEncoded is the shortest passage, in bytes, that is decoded.
const minEncoded = 40

// encodings are ways to write text that nobody reads. Work on code has a reason for
// them, in tests above all: what they hold counts when it speaks to who scores.
var encodings = []struct {
	mark   string            // stands in each run
	may    func(string) bool // reports whether a text may have a run, nil where the mark tells enough
	run    *regexp.Regexp
	decode func(string) (string, error)
}{
	{"&#", nil, regexp.MustCompile(`(?:&#[xX]?[0-9a-fA-F]{1,6};\s?){8,}`), func(s string) (string, error) { return html.UnescapeString(s), nil }},
	{`\u`, nil, regexp.MustCompile(`(?:\\u[0-9a-fA-F]{4}){8,}`), func(s string) (string, error) { return strconv.Unquote(`"` + s + `"`) }},
	{"%", nil, regexp.MustCompile(`(?:[\w.~-]*%[0-9a-fA-F]{2}){4,}[\w.~-]*`), url.PathUnescape},
	{" ", longWords, regexp.MustCompile(`(?:[A-Za-z0-9+/]{16,}={0,2} ?){2,}`), func(s string) (string, error) {
		var says []string
		for _, word := range strings.Fields(s) {
			says = append(says, decoded(word))
		}
		return strings.Join(says, " "), nil
	}},
	{"\n", nil, regexp.MustCompile(`(?m)(?:^[A-Za-z0-9+/]{16,}\r?\n)+^[A-Za-z0-9+/]{2,}={0,2}\s*$`), func(s string) (string, error) { return decoded(strings.Join(strings.Fields(s), "")), nil }},
}

var unpadded32 = base32.StdEncoding.WithPadding(base32.NoPadding)

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// longWords reports whether two words in a row are long and of the letters of base64.
func longWords(text string) bool {
	long := 0
	for word := range strings.FieldsSeq(text) {
		if word = strings.TrimRight(word, "="); len(word) < 16 || strings.Trim(word, base64Letters) != "" {
			long = 0
		} else if long++; long == 2 {
			return true
		}
	}
	return false
}

// encodedPassages lists what a text says in an encoding, at most so many of each.
func encodedPassages(text string, most int) []passage {
	var all []passage
	for _, block := range encodedRuns(text, most) {
		if says := decoded(block); says != "" {
			all = append(all, passage{"an encoded passage", block, says})
			continue
		}
		for _, decode := range []func(string) ([]byte, error){hex.DecodeString, unpadded32.DecodeString} {
			if raw, err := decode(block); err == nil && readable(string(raw)) && speaks(string(raw)) {
				all = append(all, passage{"an encoded passage", block, string(raw)})
			}
		}
	}
	for _, e := range encodings {
		if !strings.Contains(text, e.mark) || e.may != nil && !e.may(text) {
			continue
		}
		for _, block := range e.run.FindAllString(text, most) {
			if says, err := e.decode(block); err == nil && says != block && readable(says) && speaks(says) {
				all = append(all, passage{"an encoded passage", block, says})
			}
		}
	}
	return all
}

// speaks reports whether a text speaks to who scores.
func speaks(text string) bool { return len(Remarks(document.Parse(text), 1)) > 0 }

// decoded returns the readable sentence that a run of base64 holds, "" for none.
func decoded(block string) string {
	raw, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(block, "=")))
	if err != nil || !readable(string(raw)) {
		return ""
	}
	return string(raw)
}

// readable reports whether a text is made of words.
func readable(text string) bool {
	return utf8.ValidString(text) && strings.Count(text, " ")*12 >= len(text) &&
		strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) < 0
}

// encodedRuns lists the runs of letters that base64 is written in.
func encodedRuns(text string, most int) []string {
	var all []string
	start := 0
	for i := 0; i <= len(text) && len(all) < most; i++ {
		if i < len(text) && (lex.Alphanumeric(text[i]) || strings.IndexByte("+/_-", text[i]) >= 0) {
			continue
		}
		if i-start >= minEncoded {
			all = append(all, text[start:i])
		}
		start = i + 1
	}
	return all
}
