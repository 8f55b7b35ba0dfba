package gate

import (
	"regexp"
	"strconv"
	"strings"
)

// settled is a kind of statement that the cited lines settle: what says it, and
// what of the place contradicts it, "" for nothing.
type settled struct {
	says    search
	asIs    bool // only where nothing is proposed
	always  bool // whatever the conditions that are named
	against func(c *claim, said []string) string
}

var settledClaims = []settled{
	{newSearch(`(?i)\bwithout (?:an? |the |any |holding (?:an? |the )?|taking (?:an? |the )?)?(?:\w*lock|\w*mu|\w*mutex|synchroni[sz]ation)\b|\b(?:is|are) not (?:protected|guarded|synchroni[sz]ed|locked|atomic)\b|\bunsynchroni[sz]ed\b|\boutside (?:of )?the (?:lock|mutex)\b|\b(?:sem|fora do|sin) (?:lock|mutex|bloqueo)\b|\bohne (?:lock|sperre|mutex)\b`), false, true, (*claim).locked},
	{newSearch(`(?i)\b(?:caller|original|given|passed|argv|input)\b[^.;]{0,40}\b(?:itself|directly|mutated|modified|consumed|changed)\b|\bnot copied\b|\bwithout (?:a copy|copying)\b|\bkeeps? (?:a|the) reference to the caller\b`), false, false, (*claim).copies},
	{newSearch(`(?i)\bunused (?:local )?(?:import|variable)s?\b|\bimported (?:but|and) (?:never|not) used\b|\bdeclared (?:but|and) (?:never|not) used\b`), false, true, (*claim).compiles},
	{newSearch(`\b([A-Za-z_$][\w$]*)(?:\(\))? (?i)(?:returns|gives back|gibt) (?:true|false|null|nil|-?\d+|an? (?:copy|list|array|string|number|live view|boolean)|the (?:number|length|count))\b`), true, true, (*claim).returnsNothing},
	{newSearch(`\b([A-Za-z_$][\w$]*)(?:\(\))? is only (?:called|used|checked) (?:from|in|by) ([A-Za-z_$][\w$]*)`), false, true, (*claim).calledElsewhere},
	{newSearch(`(?i)\bneeds? a loop\b|\b(?:no|without a) loop\b|\bonly once instead of in a loop\b`), false, false, (*claim).loops},
	{newSearch(`(?i)\b(?:is|are) not (?:caught|wrapped in (?:a )?try)\b|\b(?:no|without(?: an?)?|outside (?:of )?(?:an? |the )?) ?try\b|\buncaught\b`), false, false, (*claim).tries},
	{newSearch(`(?i)\b(?:returns?|gibt|devuelve|retorna|renvoie) (?:the |always |just |only )?` + "`?(nil|null|undefined|false|true|-1|0|1)`?" + `(?:[\s,.;:)]|$)`), true, false, (*claim).returnsOther},
	{newSearch(`(?i)\b(?:stops?|capped|caps|limited|limits?|defaults?|default(?:s| is| of)?|set|fixed|hard-?coded|truncated|cut)\b(?: \w+){0,2} (?:at|to|of|is|after) (\d{2,7})\b`), true, false, (*claim).otherFigure},
	{newSearch(`(?i)\b(?:is|are|was|gets?) (?:never|not)(?: even| ever)? ([a-z]{5,14}ed|awaited)\b|\bwithout (?:being )?([a-z]{5,14}(?:ed|ing))\b`), false, false, (*claim).doesThat},
}

// means is something that code does by one of a few names: a file without them does
// not do it.
type means struct{ said, code *regexp.Regexp }

var allMeans = []means{
	{regexp.MustCompile(`\beval\b`), regexp.MustCompile(`\beval\b|\bFunction\(`)},
	{regexp.MustCompile(`(?i)\brealpath\b`), regexp.MustCompile(`(?i)realpath|EvalSymlinks`)},
	{regexp.MustCompile(`\bMath\.random\b|\bmath/rand\b`), regexp.MustCompile(`Math\.random|math/rand`)},
	{regexp.MustCompile(`\bJSON\.(?:parse|stringify)\b`), regexp.MustCompile(`\bJSON\b|[Jj]son`)},
}

// doneBy matches what leads over to the means by which code does something.
var doneBy = regexp.MustCompile(`(?i)\b(?:uses|calls|holds|takes|acquires|starts|spawns|launches|runs|reads|parses|is evaluated|evaluates|resolves|seeds|splits|matches|compares|walks|generates|creates|clones)\b(?:\s[\w'’]+){0,6}?\s$|\b(?:is|are)\s\w+(?:ed|ilt|en)\s(?:with|by|through|via)\s(?:an? |the )?$`)

// withoutMeans tells that the file does by no means what is said to be done by some.
func (c *claim) withoutMeans(said string) string {
	bare := strings.ReplaceAll(strings.ReplaceAll(said, c.ref.Text, " "), "`", "")
	for _, m := range allMeans {
		at := m.said.FindStringIndex(bare)
		if at == nil || declines.MatchString(bare[:at[0]]) || m.code.MatchString(c.file.raw) || !doneBy.MatchString(bare[:at[0]]) || proposes(bare) {
			continue
		}
		return "the file has no " + strings.TrimSpace(bare[at[0]:at[1]])
	}
	return ""
}

// declines matches what says that something is not so, or may be.
var declines = newSearch(`(?i)\b(?:no|not|never|without|neither|nor|isn't|doesn't|can|could|may|might|if|when|unless|instead|rather|unlike|would|should)\b`)

// settle says what of the place contradicts what is said about it.
func (c *claim) settle(said string) string {
	one := codeSpan.ReplaceAllStringFunc(strings.ReplaceAll(said, c.ref.Text, " "), func(code string) string {
		if name := strings.Trim(code, "`"); !strings.ContainsAny(name, " (=") {
			return name
		}
		return " "
	})
	partly := saysPartly.MatchString(one) || underCondition.MatchString(one)
	for _, s := range settledClaims {
		if partly && !s.always {
			continue
		}
		if m := s.says.FindStringSubmatch(one); m != nil && !(s.asIs && proposes(one)) {
			if why := s.against(c, m); why != "" {
				return why
			}
		}
	}
	return ""
}

// underCondition matches what makes a statement one about some cases.
var underCondition = newSearch(`(?i)\b(?:if|when|whenever|while|until|before|after|again|twice|in that case|for a|once|on (?:that|this|the) (?:path|branch)|between)\b`)

var (
	goHead   = regexp.MustCompile(`^func\b`)
	atomics  = regexp.MustCompile(`\batomic\.\w+\(|\.(?:Load|Store|CompareAndSwap|Add|Swap)\(`)
	unlocks  = regexp.MustCompile(`^\tdefer [\w.]+\.Unlock\(\)`)
	copying  = regexp.MustCompile(`\.slice\(\)|\.slice\(0\)|Object\.assign\(\{\}|\{ ?\.\.\.\w|\[ ?\.\.\.\w|Array\.from\(|\bslices\.Clone\(|\bmaps\.Clone\(|\bappend\(\[\]\w+(?:\(nil\)|\{\})|\bcopy\(`)
	looping  = regexp.MustCompile(`(?m)^\s*(?:\} )?(?:for|while)\b|\.forEach\(|\bdo \{`)
	tryHead  = regexp.MustCompile(`^\s*(?:\}\s*)?try\s*(?:\{|:)`)
	returned = regexp.MustCompile(`^\s*(?:\} else )?return ([^;]*);?\s*$`)
	constant = regexp.MustCompile(`^(?:nil|null|undefined|true|false|-?\d+|'[^']*'|"[^"]*")$`)
	numbers  = regexp.MustCompile(`\b(?:0x[0-9a-fA-F]+|\d[\d_]*)\b`)
	callees  = regexp.MustCompile(`([A-Za-z_$][\w$]*)\(|\b(await)\s`)
)

// locked: the line is atomic, or its function holds the lock to its end.
func (c *claim) locked([]string) string {
	if languageOfFile(c.ref.Path) != "go" {
		return ""
	}
	if c.ref.end == 0 && atomics.MatchString(c.around(0)) {
		return "what is done there is atomic"
	}
	lines := c.file.lines()
	for i := min(max(c.ref.Line, c.ref.end), len(lines)) - 1; i >= 0 && (i >= c.ref.Line-1 || !goHead.MatchString(lines[i])); i-- {
		if unlocks.MatchString(lines[i]) {
			return "its function holds the lock to its end"
		}
	}
	return ""
}

func (c *claim) copies([]string) string {
	if c.ref.end-c.ref.Line <= 4 && copying.MatchString(c.around(0)) {
		return "a copy is made there"
	}
	return ""
}

// body returns the lines of the function of a name, when the file has just one that
// is laid out as usual.
func (t *fileText) body(name string) (head string, body []string) {
	lines := t.lines()
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
		if l := lines[i]; strings.TrimSpace(l) != "" && indentOf(l) <= indentOf(lines[at]) {
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

// returnsNothing: the function returns no value anywhere.
func (c *claim) returnsNothing(said []string) string {
	if !c.v.mayLook() {
		return ""
	}
	head, body := c.file.body(said[1])
	if body == nil || strings.Contains(head, "async") || languageOfFile(c.ref.Path) == "go" && !resultless.MatchString(head) {
		return ""
	}
	if returnsMore.MatchString(strings.Join(body, "\n")) {
		return ""
	}
	return said[1] + " returns nothing"
}

// calledElsewhere: another function of the file calls it, too.
func (c *claim) calledElsewhere(said []string) string {
	if !c.v.mayLook() {
		return ""
	}
	_, only := c.file.body(said[2])
	if only == nil {
		return ""
	}
	call := regexp.MustCompile(`\b` + regexp.QuoteMeta(said[1]) + `\(`)
	inside := len(call.FindAllString(strings.Join(only, "\n"), -1))
	all := 0
	for _, l := range c.file.lines() {
		if call.MatchString(l) && !declaring.MatchString(l) && !strings.HasPrefix(strings.TrimSpace(l), "//") && !strings.HasPrefix(strings.TrimSpace(l), "*") {
			all++
		}
	}
	if inside > 0 && all > inside {
		return "it is called elsewhere, too"
	}
	return ""
}

// declaring matches lines that declare what they name.
var declaring = regexp.MustCompile(`\b(?:func|function)\b|=>\s*\{?\s*$|^\s*(?:export )?(?:const|let|var) \w+ = (?:async )?\(|^\s*\w+\([^)]*\)\s*\{\s*$`)

// compiles: Go has no unused variables and imports.
func (c *claim) compiles([]string) string {
	if languageOfFile(c.ref.Path) == "go" {
		return "it would not compile"
	}
	return ""
}

func (c *claim) loops([]string) string {
	lines := c.file.lines()
	last := max(c.ref.end, c.ref.Line+4)
	if looping.MatchString(strings.Join(lines[max(0, c.ref.Line-1):min(len(lines), last)], "\n")) {
		return "there is a loop"
	}
	return ""
}

// tries: a block of less indentation around the line is one whose failure is
// caught.
func (c *claim) tries([]string) string {
	lines := c.file.lines()
	if c.ref.Line > len(lines) {
		return ""
	}
	width := indentOf(lines[c.ref.Line-1])
	for i := c.ref.Line - 2; i >= 0 && width > 0; i-- {
		l := lines[i]
		if strings.TrimSpace(l) == "" || indentOf(l) >= width {
			continue
		}
		width = indentOf(l)
		if tryHead.MatchString(l) {
			return "it stands in a try"
		}
	}
	return ""
}

// returnsOther: the line itself returns another constant.
func (c *claim) returnsOther(said []string) string {
	if c.ref.end > c.ref.Line {
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

// otherFigure: the figure stands nowhere in the file, in no unit, and others do at
// the place.
func (c *claim) otherFigure(said []string) string {
	n, err := strconv.ParseInt(said[1], 10, 64)
	if err != nil || !numbers.MatchString(c.around(1)) {
		return ""
	}
	for _, text := range numbers.FindAllString(c.file.raw, -1) {
		has, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 0, 64)
		if err != nil {
			continue
		}
		for _, unit := range []int64{1, 2, 8, 10, 16, 24, 60, 100, 1000, 1024, 3600, 60_000, 1_000_000} {
			if d := has - n*unit; d >= -1 && d <= 1 || has*unit == n {
				return ""
			}
		}
	}
	return "the file has no " + said[1]
}

// doesThat: what is said not to be done is called in the line.
func (c *claim) doesThat(said []string) string {
	done := strings.ToLower(first(said[1:]...))
	root := strings.TrimSuffix(strings.TrimSuffix(done, "ed"), "ing")
	if n := len(root); n > 3 && root[n-1] == root[n-2] {
		root = root[:n-1] // stopped
	}
	if c.ref.end-c.ref.Line > 3 || len(root) < 4 {
		return ""
	}
	for _, m := range callees.FindAllStringSubmatch(c.around(0), 20) {
		name := m[1] + m[2]
		for _, part := range append(nameParts(name), strings.ToLower(name)) {
			if strings.HasPrefix(part, root) && len(part) <= len(root)+2 {
				return name + " is called there"
			}
		}
	}
	return ""
}
