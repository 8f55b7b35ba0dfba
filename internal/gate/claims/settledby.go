package claims

import (
	"regexp"
	"strings"
	"unicode"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/repository"
	"aicity.dev/aicity/internal/gate/syntax"
)

var (
	goHead   = regexp.MustCompile(`^func\b`)
	atomics  = regexp.MustCompile(`(\w+)\.(?:Load|Store|CompareAndSwap|Add|Swap)\(`)
	stepping = pattern.New(`(?i)\b(?:atomic\w*|load|store|then|between|order|together|both|pair|window|check\w*|deliberate\w*|fine|safe\w*|purpose|correct\w*|harmless)\b`)
	unlocks  = regexp.MustCompile(`^\tdefer ([\w.]+)\.Unlock\(\)`)
	anyLock  = regexp.MustCompile(`\.R?(?:Unl|L)ock\(\)|\bfunc\s?\(|^\s*go\s`)
	lockName = regexp.MustCompile(`(?i)\b(\w*(?:lock|mu|mutex))\b`)
	copying  = regexp.MustCompile(`([\w.]+)\.slice\(0?\)|Object\.assign\(\{\}, ?([\w.]+)\)|\{ ?\.\.\.([\w.]+) ?\}|\[ ?\.\.\.([\w.]+) ?\]|Array\.from\(([\w.]+)\)|\b(?:slices|maps)\.Clone\(([\w.]+)\)`)
	inParts  = pattern.New(`(?i)\b(?:elements?|nested|inner|deep\w*|shallow\w*|fields?|propert\w+|entries|items?|values?|contents?|each|members?|keys?|objects? (?:in|inside|within)|still|them|themselves)\b`)
	loopHead = regexp.MustCompile(`^\s*(?:\} )?(?:for|while)\b`)
	tryHead  = regexp.MustCompile(`^\s*(?:\}\s*)?try\s*(?:\{|:)\s*$`)
	catching = regexp.MustCompile(`^\s*(?:\}\s*)?(?:catch\b|except\s*(?:(?:Base)?Exception\b[^:]*)?:)`)
	failing  = regexp.MustCompile(`\bthrow\b|\braise\b|\breject\(`)
	calling  = regexp.MustCompile(`=>|\bfunction\b|\bdef\b|\bfunc\b|\bclass\b|\)\s*\{\s*$`)
	aside    = pattern.New(`(?i)\b(?:catch\w*|finally|handlers?|rethrow\w*|events?|emit\w*|reject\w*|promises?|async\w*|callbacks?|later|streams?|listeners?)\b`)
	calledBy = regexp.MustCompile(`(await\s+)?(new\s+)?([A-Za-z_$][\w$.]*)\(`)
	returned = regexp.MustCompile(`^\s*(?:\} else )?return ([^;]*);?\s*$`)
	constant = regexp.MustCompile(`^(?:nil|null|undefined|true|false|-?\d+|'[^']*'|"[^"]*")$`)
	callees  = regexp.MustCompile(`([A-Za-z_$][\w$]*)\(([^()]*(?:\([^()]*\))?[^()]*)\)`)
	branches = regexp.MustCompile(`\b(?:if|for|while|case|when|else|func|function|return\s*\()\b|=>|\?|&&|\|\||//|/\*|^\s*[*#]|\{\s*$|:\s*$`)
	subject  = regexp.MustCompile(`^\W*(?:[Tt]he |[Tt]his |[Ii]ts )?([A-Za-z_$][\w$.]*)(?:\(\))? $`)
)

// locked: the place belongs to an atomic value, or its function holds the lock to
// its end. A value that is read without a lock because it is atomic is one, and two
// steps may be atomic each and still not together.
func (c *claim) locked(said []string) string {
	if syntax.LanguageOfFile(c.ref.Path) != "go" || !strings.Contains(c.before, citedPlace) || stepping.MatchString(c.before+c.behind) || partOfPlace.MatchString(c.before+c.behind) || c.ref.End > c.ref.Line {
		return ""
	}
	line := c.around(0)
	if m := atomics.FindAllStringSubmatch(line, 2); len(m) == 1 && endsThere(c.behind) && strings.Contains(c.before, m[0][1]) && strings.Contains(strings.ToLower(said[0]), "synchroni") {
		if regexp.MustCompile(`\b` + m[0][1] + `\s+\*?atomic\.`).MatchString(c.file.Raw) {
			return "what is done there is atomic"
		}
	}
	names := lockName.FindAllString(said[0], -1)
	if len(names) == 0 || !endsThere(c.behind) {
		return ""
	}
	lines := c.file.Lines()
	for i := min(c.ref.Line, len(lines)) - 1; i >= 0 && !goHead.MatchString(lines[i]); i-- {
		m := unlocks.FindStringSubmatch(lines[i])
		if m == nil {
			if anyLock.MatchString(lines[i]) {
				return ""
			}
			continue
		}
		for _, name := range names {
			if low := strings.ToLower(name); low != "lock" && low != "mutex" && low != "mu" && low != strings.ToLower(lex.LastName(m[1])) {
				return ""
			}
		}
		return "its function holds the lock to its end"
	}
	return ""
}

// partOfPlace matches what restricts a statement to something beyond the place.
var partOfPlace = pattern.New(`(?i)\b(?:callers?|after(?:wards)?|returned|result|race|while|once|against|during|later|its caller|whoever|other)\b`)

// copies: what is copied in the line is what is said to be kept.
func (c *claim) copies(said []string) string {
	line := c.around(0)
	m := copying.FindAllStringSubmatch(line, 2)
	all := c.before + said[0] + c.behind
	if c.ref.End > c.ref.Line || len(m) != 1 || inParts.MatchString(all) || denies.MatchString(strings.ReplaceAll(all, "not copied", "")) || branches.MatchString(line) {
		return ""
	}
	of := lex.LastName(lex.First(m[0][1:]...))
	if !regexp.MustCompile(`\b`+regexp.QuoteMeta(of)+`\b`).MatchString(all) && !(callersOwn.MatchString(all) && c.soleParameter(of)) {
		return ""
	}
	return "a copy is made there"
}

// callersOwn matches what names the value that a function is given.
var callersOwn = pattern.New(`(?i)\bcaller's (?:array|object|list|map|slice)\b`)

// soleParameter reports whether the line above the place takes just one value, of a
// name.
func (c *claim) soleParameter(name string) bool {
	at := c.ref.Line - 2
	return at >= 0 && at < len(c.file.Lines()) && strings.HasSuffix(strings.TrimSpace(c.file.Lines()[at]), "("+name+") {")
}

// bodyOf returns the lines of the function of a name, when the file has just one that
// is laid out as usual.
func bodyOf(t *repository.Text, name string) (head string, body []string) {
	lines := t.Lines()
	heads := regexp.MustCompile(`^\s*(?:export |default |static )*(?:async )?(?:func (?:\([^)]*\) )?|function )?` + regexp.QuoteMeta(name) + `\s?(?:[=:]\s?(?:async )?function\s?\w*\s?)?\(.*\{\s*$`)
	at := -1
	for i, l := range lines {
		if strings.Contains(l, name) && heads.MatchString(l) && !controls.MatchString(l) {
			if at >= 0 {
				return "", nil
			}
			at = i
		}
	}
	if at < 0 {
		return "", nil
	}
	for i := at + 1; i < len(lines); i++ {
		if l := lines[i]; strings.TrimSpace(l) != "" && lex.Indent(l) <= lex.Indent(lines[at]) {
			return lines[at], lines[at+1 : i]
		}
	}
	return "", nil
}

var (
	controls    = regexp.MustCompile(`^\s*(?:if|for|while|switch|return|else|catch|with)\b`)
	returnsMore = regexp.MustCompile(`\breturn\b\s*[^\s;}]`)
	resultless  = regexp.MustCompile(`^func (?:\([^)]*\) )?\w+\([^()]*\) \{\s*$`)
)

// returnsNothing: the function of the place returns no value anywhere.
func (c *claim) returnsNothing(said []string) string {
	if !c.v.MayLook() || strings.HasSuffix(c.before, ".") || viaOthers.MatchString(c.before+said[0]+c.behind) {
		return ""
	}
	head, body := bodyOf(c.file, said[1])
	if body == nil || strings.Contains(head, "async") || syntax.LanguageOfFile(c.ref.Path) == "go" && !resultless.MatchString(head) {
		return ""
	}
	place, _, _ := strings.Cut(c.around(0), "\n")
	all := head + "\n" + strings.Join(body, "\n")
	if place == "" || !strings.Contains(all, place) || returnsMore.MatchString(all) || strings.Contains(all, "yield") || strings.Contains(all, "=>") {
		return ""
	}
	return said[1] + " returns nothing"
}

// viaOthers matches what says that a value is given in another way than back.
var viaOthers = pattern.New(`(?i)\b(?:callbacks?|cb|promises?|emit\w*|via|through|events?|channel|done|new|constructed|instance)\b`)

// calledElsewhere: another function of the file calls it, too.
func (c *claim) calledElsewhere(said []string) string {
	if !c.v.MayLook() || !endsThere(c.behind) || strings.HasPrefix(strings.TrimSpace(c.behind), "and") || strings.HasPrefix(c.behind, ",") {
		return ""
	}
	_, own := bodyOf(c.file, said[1])
	_, only := bodyOf(c.file, said[2])
	if own == nil || only == nil {
		return ""
	}
	call := regexp.MustCompile(`(?:^|[^.\w$'"` + "`" + `])(?:this\.|self\.)?` + regexp.QuoteMeta(said[1]) + `\(`)
	if syntax.LanguageOfFile(c.ref.Path) == "go" { // of a method of whatever is at hand nobody can tell
		call = regexp.MustCompile(`(?:^|[^.\w'"` + "`" + `])` + regexp.QuoteMeta(said[1]) + `\(`)
	}
	mine := strings.Join(own, "\n") + "\n" + strings.Join(only, "\n")
	inside, elsewhere := call.MatchString(strings.Join(only, "\n")), false
	for _, l := range c.file.Lines() {
		if !strings.Contains(l, said[1]) || !call.MatchString(l) || strings.Contains(mine, l) {
			continue
		}
		if bare := strings.TrimSpace(l); strings.HasSuffix(bare, ";") || strings.HasSuffix(bare, ")") || controls.MatchString(l) {
			elsewhere = elsewhere || !declaring.MatchString(l) && !strings.ContainsAny(bare[:1], "/*#") && !strings.Contains(bare, "//")
		}
	}
	if inside && elsewhere {
		return "it is called elsewhere, too"
	}
	return ""
}

// declaring matches lines that declare what they name.
var declaring = regexp.MustCompile(`\b(?:func|function|def|interface|abstract|declare)\b|=>\s*\{?\s*$|^\s*(?:export )?(?:const|let|` +
	`var) \w+ = (?:async )?\(|^\s*\w+\s?\([^)]*\)(?::[^{};]*)?\s*\{|\)\s*:\s*[\w<>\[\]| ]+;?$`)

// loops: the line is the head of a loop.
func (c *claim) loops(said []string) string {
	if c.weak = true; c.ref.End <= c.ref.Line && loopHead.MatchString(c.around(0)) && (endsThere(c.behind) || strings.HasPrefix(c.behind, ":")) {
		return "there is a loop"
	}
	return ""
}

// tries: the line stands in a try that catches what it throws, and it calls nothing
// that may fail later.
func (c *claim) tries([]string) string {
	lines, line := c.file.Lines(), c.around(0)
	if c.weak = true; c.ref.End > c.ref.Line || c.ref.Line > len(lines) || aside.MatchString(c.before+c.behind) {
		return ""
	}
	for _, m := range calledBy.FindAllStringSubmatch(line, 20) {
		if m[1] == "" && m[2] == "" && !atOnce.MatchString(m[3]) && syntax.LanguageOfFile(c.ref.Path) != "python" {
			return ""
		}
	}
	width := lex.Indent(lines[c.ref.Line-1])
	for i := c.ref.Line - 2; i >= 0 && width > 0; i-- {
		l := lines[i]
		if strings.TrimSpace(l) == "" || lex.Indent(l) >= width {
			continue
		}
		width = lex.Indent(l)
		if tryHead.MatchString(l) && catches(c.file, i) {
			return "it stands in a try"
		}
		if !controls.MatchString(l) && calling.MatchString(l) || catching.MatchString(l) || strings.Contains(l, "finally") {
			return ""
		}
	}
	return ""
}

// atOnce matches calls of which it is known that they have failed or not when they
// are back.
var atOnce = regexp.MustCompile(`^(?:JSON\.\w+|Object\.\w+|Buffer\.\w+|Number|String|BigInt|Symbol|parseInt|parseFloat|decodeURI\w*|encodeURI\w*|(?:fs\.|\w+\.)?\w+Sync|[\w.]+\.toString|require|eval)$`)

// catches reports whether the try of a line catches all and lets nothing go on.
func catches(t *repository.Text, at int) bool {
	lines := t.Lines()
	width, caught := lex.Indent(lines[at]), false
	for _, l := range lines[at+1:] {
		switch {
		case strings.TrimSpace(l) == "":
		case lex.Indent(l) > width:
			if caught && failing.MatchString(l) {
				return false
			}
		case lex.Indent(l) == width && catching.MatchString(l):
			caught = true
		case lex.Indent(l) < width || !strings.HasPrefix(strings.TrimSpace(l), "}") && !strings.HasPrefix(strings.TrimSpace(l), "except"):
			return caught
		case strings.TrimSpace(l) == "}":
			return caught
		}
	}
	return caught
}

// returnsOther: the line that is the subject itself returns another constant.
func (c *claim) returnsOther(said []string) string {
	if at := strings.LastIndex(c.before, citedPlace); c.ref.End > c.ref.Line || at < 0 || strings.IndexFunc(c.before[at+len(citedPlace):], unicode.IsLetter) >= 0 {
		return ""
	}
	m := returned.FindStringSubmatch(c.around(0))
	if m == nil {
		return ""
	}
	for part := range strings.SplitSeq(m[1], ",") {
		if part = strings.TrimSpace(part); part == said[1] || !constant.MatchString(part) {
			return ""
		}
	}
	return "it returns " + m[1]
}

// doesThat: what is said not to be done to a value is done to it in the line,
// whatever holds.
func (c *claim) doesThat(said []string) string {
	line, done := c.around(0), strings.ToLower(said[1])
	at := max(0, strings.LastIndex(c.before, citedPlace))
	m := subject.FindStringSubmatch(strings.TrimPrefix(c.before[at:], citedPlace))
	if c.weak = true; m == nil || c.ref.End > c.ref.Line || !endsThere(c.behind) || branches.MatchString(line) {
		return ""
	}
	of := regexp.MustCompile(`(?:^|[^\w$])` + regexp.QuoteMeta(lex.LastName(m[1])) + `(?:$|[^\w$])`)
	for _, call := range callees.FindAllStringSubmatch(line, 20) {
		parts := lex.NameParts(call[1])
		if len(parts) == 0 || len(parts) > 2 {
			continue
		}
		verb := strings.ToLower(parts[0])
		if len(verb) < 4 || done != verb+"ed" && done != verb+"d" && done != verb+verb[len(verb)-1:]+"ed" {
			continue
		}
		if rest := strings.Replace(line, call[0], " ", 1); of.MatchString(call[2]) && !of.MatchString(rest) && !strings.Contains(call[2], ",") {
			return call[1] + " is called there"
		}
	}
	return ""
}
