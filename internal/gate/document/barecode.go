package document

import (
	"regexp"
	"strings"
)

// Code that stands in a text without a fence or indentation, as in tickets and
// mails: it begins with a line that only code has.
var (
	bareStart = regexp.MustCompile(`^(?:package \w+\s*$|(?:async )?def \w+\(.*:\s*$|class \w+[^.]*[:{]\s*$|` +
		`(?:export )?(?:default )?(?:async )?function\*? ?\w*\s*\(.*\{\s*$|func (?:\([^)]*\) )?\w+[\[(].*\{\s*$|` +
		`(?:export )?(?:const|let|var) [\w{}, ]+ = .*[;{(\[,')]\s*$|(?:describe|it|test|beforeEach|` +
		`afterEach)(?:\.\w+)?\(.*[{(]\s*$|import (?:\(|[\w*{].* from ['"]|"\w)|from \w[\w.]* import \w|` +
		`#include [<"]|@\w+(?:\(.*\))?\s*$|type \w+ (?:struct|interface) \{\s*$|(?:fn|impl|pub fn) .*\{\s*$|` +
		`FROM \w\S*(?: AS \w+)?\s*$|--- (?:a/)?\S+\.\w+\s*$|diff --git \S)`)
	bareDiff = regexp.MustCompile(`^(?:--- |\+\+\+ |diff --git |index [0-9a-f]{6,}|@@ )`)
	bareGoes = regexp.MustCompile(`^(?:\s+\S|[})\]]|//|/\*| \*|#|@|(?:if|for|else|return|while|switch|case|try|catch|defer|go|await|throw|` +
		`assert\w*|module\.exports|exports\.|RUN|COPY|CMD|ENV|WORKDIR|USER|EXPOSE|ENTRYPOINT)\b.*[;{}(),\]:"'\w]\s*$|.*[;{]\s*$)`)
)

// bareLeads are what lines of bareStart begin with.
var bareLeads = strings.Split("package |pub fn |async |def |default |describe|diff --git |class |const |export |function|func |from |fn |it|import |impl |let |var |"+
	"test|type |afterEach|beforeEach|@|#include |FROM |--- ", "|")

// opensCode reports whether a line begins as one of bareStart may; few do.
func opensCode(line string) bool {
	for _, lead := range bareLeads {
		if strings.HasPrefix(line, lead) {
			return true
		}
	}
	return false
}

func startsBare(line string) bool { return opensCode(line) && bareStart.MatchString(line) }

// maxBareGap is how many blank lines bare code may hold.
const maxBareGap = 2

// minBare is how many lines make a block of bare code.
const minBare = 3

// bare returns where the bare code ends that begins at a line, the line itself
// when none does.
func bare(raw []string, i int) int {
	if !startsBare(raw[i]) {
		return bareChange(raw, i)
	}
	diff := strings.HasPrefix(raw[i], "--- ") || strings.HasPrefix(raw[i], "diff ")
	if strings.HasPrefix(raw[i], "--- ") && (i+1 == len(raw) || !strings.HasPrefix(raw[i+1], "+++ ")) {
		return i
	}
	goes := func(l string) bool {
		if diff {
			return l != "" && strings.IndexByte(" +-", l[0]) >= 0 || bareDiff.MatchString(l)
		}
		return l != "" && (startsBare(l) || bareGoes.MatchString(l)) && fenceOf(l) == nil
	}
	end, lines := i+1, 1
	for j := i + 1; j < len(raw) && j <= end+maxBareGap; j++ {
		if strings.TrimSpace(raw[j]) == "" {
			continue // code goes on behind it, or has ended before
		}
		if !goes(raw[j]) {
			break
		}
		end, lines = j+1, lines+1
	}
	if lines < minBare {
		return i
	}
	return end
}

// bareChange returns where a change ends that begins at a line and has no header: all
// lines that go, and behind them such that come, in both something that only code has.
func bareChange(raw []string, i int) int {
	if i > 0 && changesLine(raw[i-1], '-') {
		return i // in its midst: it was looked at from its begin
	}
	end := i
	for _, mark := range []byte("-+") {
		code := false
		for end < len(raw) && changesLine(raw[end], mark) {
			code = code || strings.ContainsAny(raw[end], ";{}()=[]")
			end++
		}
		if !code {
			return i
		}
	}
	return end
}

// changesLine reports whether a line has the mark of a diff and is no item of a list,
// which has one blank behind it.
func changesLine(l string, mark byte) bool {
	return len(l) > 1 && l[0] == mark && l[1] != mark && (l[1] != ' ' || strings.HasPrefix(l[1:], "  "))
}

// bareBlock consumes bare code up to a line.
func (d *Document) bareBlock(raw []string, i, end int) int {
	b := Block{Start: len(d.Lines)}
	for ; i < end; i++ {
		b.Lines = append(b.Lines, raw[i])
		d.Lines = append(d.Lines, Line{Text: raw[i], Code: true})
	}
	d.add(b)
	return end
}
