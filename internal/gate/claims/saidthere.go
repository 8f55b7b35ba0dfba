package claims

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/repository"
	"aicity.dev/aicity/internal/gate/syntax"
)

// deed is something that code does: what says in lower case that it does, and what
// stands, in lower case, in code that does so in some way.
type deed struct {
	name  string
	said  pattern.Pattern
	trace *regexp.Regexp
	only  string // the language in which it leaves the trace, "" for any
}

// checksForZero matches what tells that something is compared with zero.
var checksForZero = pattern.New(`\b(?:checks?|tests?) (?:whether |if |that )?(?:[\w.-]+ ){1,4}(?:for|is|against) (?:zero|0)\b|\b(?:rejects|refuses) (?:zero|0)\b`)

// deeds are those that cannot be done without a trace.
var deeds = []deed{
	{name: "a lock", said: pattern.Any(
		`\b(?:carries|holds|takes|acquires|has|under|behind|inside) (?:an? |the |its |one )?(?:own |read-?write |`+
			`rw-?|exclusive |shared |per-\w+ |internal )*(?:lock|mutex|semaphore)\b`,
		`\b(?:guarded|protected|seriali[sz]ed|locked) (?:by|with|through) (?:an? |the |its )?(?:[\w-]+ )?(?:lock|mutex|semaphore)\b`,
	), trace: regexp.MustCompile(`(?:^|[^bc])lock|mutex|atomic|\bsync\b|semaphore|\bmu\b`)},
	{name: "another thread", said: pattern.Any(
		`\b(?:in|on|to) (?:an?|its own|another|the) (?:worker thread|worker|separate thread|background thread|`+
			`goroutine|child process|thread pool)\b`,
		`\bspawns? (?:an?|one|its own) (?:goroutine|worker|thread|process)\b|\bworker threads?\b`,
	), trace: regexp.MustCompile(`\bgo func|\bgo \w|worker|thread|fork|spawn|exec|cluster`)},
	{name: "a map", said: pattern.Any(
		`\bplain map\b`,
		`\bcaches? (?:the |each |every |its |all )?(?:parsed|compiled|results?|lookups?|entries)\b`,
		`\b(?:stored|kept|put|held) in an? (?:[\w-]+ )?(?:map|cache)\b`,
		`\bcache of\b|\b(?:is|are) (?:cached|memoi[sz]ed)\b|\bmemoi[sz]es\b`,
	), trace: regexp.MustCompile(`map\[|cache|memo|sync\.map|new map|lru|store|pool|once|[:=(,]\s*\{\}|object\.create|dict|map<|map::|weakmap`)},
	{name: "a stable sort", said: pattern.New(`\bstable (?:sort|algorithm|order|one)\b|\bsorts? stably\b|\bsort(?:ing)? is stable\b`), trace: regexp.MustCompile(`stable`), only: "go"},
	{name: "a copy", said: pattern.Any(
		`\b(?:first |always )(?:copies|clones)\b`,
		`\b(?:copies|clones) (?:the|its|each|every|all) (?:[\w-]+ )?(?:slice|array|map|list|object|options|`+
			`pointers|entries|elements|buffer|headers|arguments?|input|values?)\b`,
		`\b(?:makes|takes|keeps|holds) an? (?:deep |shallow |defensive |private |own )*(?:copy|clone)\b`,
		`\bdeep copy\b|\bdeep-copie[sd]\b|\b(?:is|are) (?:first )?(?:copied|cloned)\b`,
	), trace: regexp.MustCompile(`\bcop(?:y|ies|ied)\b|copy(?:of|\()|clone|slice\(|[\[{(,]\s*\.\.\.\w|append\(|assign|from\(|concat|\bdup|` +
		`stringify|[:+]?= \*|extend|merge|spread|\.map\(|\w\[\w+\]\s*=[^=]`)},
	{name: "a checksum", said: pattern.New(`\bchecksums?\b`), trace: regexp.MustCompile(`sum|hash|sha|md5|crc|digest|adler|fnv`)},
	{name: "freezing", said: pattern.Any(
		`\bfreezes (?:the |its |all |each )(?:options?|objects?|config\w*|settings|results?|arrays?|copy|defaults)\b`,
		`\b(?:options|objects?|arrays?|defaults) (?:is|are) frozen\b`,
	), trace: regexp.MustCompile(`freez|frozen`)},
	{name: "a timer", said: pattern.New(`\bdebounc(?:es|ed|ing)\b|\b(?:is|are) throttled\b|\bthrottles\b|\bpolls every\b`), trace: regexp.MustCompile(`debounce|throttle|settimeout|setinterval|date\.now|time\.|tick|delay|sleep|timer`)},
	{name: "another try", said: pattern.Any(
		`\b(?:is|are) retried\b|\bretries (?:the|it|up to|once|twice|three|each|with|on|after)\b`,
		`\b(?:exponential|linear) back-?off\b`,
	), trace: regexp.MustCompile(`retr|attempt|back-?off|again|tries`)},
	{name: "linked nodes", said: pattern.New(`\blinked (?:list|nodes|entries)\b`), trace: regexp.MustCompile(`next|prev|list|link|node|tail|head`)},
	{name: "lower case", said: pattern.Any(
		`\blower-?cases\b|\b(?:is|are) lower-?cased\b`,
		`\b(?:compare[sd]?|matche[sd]|matching|comparison is) (?:\w+ )?case-insensitive(?:ly)?\b`,
	), trace: regexp.MustCompile(`lower|upper|equalfold|fold|/[gmsuy]*i[gmsuy]*\b|\(\?i|'i'|"i"|localecompare|sensitiv`)},
	{name: "escaping", said: pattern.New(`\bescapes (?:the|all|each|every|html|control|special)\b|\b(?:is|are) (?:html-)?escaped\b`), trace: regexp.MustCompile(`escap|quot|encode|replace|entit|sanit|\\\\`)},
	{name: "trimming", said: pattern.New(`\btrims (?:the|all|white|lead|trail)\w*|\b(?:is|are) trimmed\b`), trace: regexp.MustCompile(`trim|strip|replace|\\s|space|slice|substr`)},
	{name: "a log", said: pattern.New(`\b(?:is|are) (?:merely |only |just )?logged\b|\blogs (?:the|an?|each|it|every)\b`), trace: regexp.MustCompile(`log|console|warn|print|debug|emit|trace|report`)},
	{name: "constant time", said: pattern.New(`\b(?:in|with a) constant[- ]time (?:comparison|compare)?\b|\bconstant-time comparison\b`), trace: regexp.MustCompile(`timingsafe|constanttime|subtle|hmac\.equal|tsscmp|safecompare|scmp`)},
	{name: "sorting", said: pattern.New(`\bsorts (?:the|its|all|them|by|each)\b|\b(?:is|are) (?:first )?sorted\b`), trace: regexp.MustCompile(`sort|order|heap|search|bound|insert|less`)},
	{name: "compression", said: pattern.New(`\b(?:g?zips|compresses|gzipped|(?:is|are) compressed)\b`), trace: regexp.MustCompile(`zip|deflate|compress|brotli|lz|snappy|archive`)},
	{name: "encryption", said: pattern.New(`\b(?:encrypts|decrypts|(?:is|are) encrypted)\b`), trace: regexp.MustCompile(`crypt|cipher|aes|seal|secret`)},
	{name: "randomness", said: pattern.New(`\b(?:random (?:jitter|suffix|delay|order|salt)|jitter|(?:is|are) shuffled|shuffles)\b`), trace: regexp.MustCompile(`rand|jitter|shuffle|uuid|nonce|salt`)},
	{name: "a test for zero", said: checksForZero, trace: regexp.MustCompile(`[<>=] ?0\b|\b0 ?[<>=]|[<>] ?1\b|zero|empty|if !|case 0`), only: "go"},
	{name: "a test for zero", said: checksForZero, trace: regexp.MustCompile(`[<>=] ?0\b|\b0 ?[<>=]|[<>] ?1\b|zero|empty|!\s*[\w.(]|\bnot\b|\?|case 0`)},
	{name: "a size limit", said: pattern.New(`\b(?:queue|buffer|cache|list|map) is bounded\b|\bring buffer\b`), trace: regexp.MustCompile(`max|limit|cap|size|length|len\(|bound|ring|full`)},
}

// supposed matches what does not say that something is done there, before the words
// that would.
var supposed = pattern.New(`\b(?:should|would|could|may|might|must|can|needs?|wants?|let|please|consider\w*|suggest\w*|propos\w*|` +
	`recommend\w*|instead|if|unless|until|as if|either|plan|tests?|assum\w*|expect\w*|callers?|clients?|your|` +
	`you|we|i|previous\w*|formerly|upstream|librar\w+|depend\w+|node|browsers?|servers?|elsewhere|others?|` +
	`another|net/http|readme|docs?|comments?|says|claims?|missing|lack\w*|without|absent|fix|adds?|added|new|whether|` +
	`any|which|who|what|to|by|after|rather|no)\b`)

// doneThere tells what is said to be done at the cited places without a trace of it near
// them, and limits that no cited file has; nothing where that is too little to prove
// anything.
func doneThere(r *grounding.Reading, cited []claim) []string {
	if !r.MayLook() {
		return nil
	}
	found := map[string]string{} // what is missing, by it, with the first place
	files, asked := citedFiles(r), strings.ToLower(r.Request)
	places := map[grounding.Place]bool{}
	for _, c := range cited {
		places[c.ref.Place()] = true
		miss := func(what string) {
			if found[what] == "" {
				found[what] = lex.Shorten(c.ref.Text+": "+what, 160)
			}
		}
		near := strings.ToLower(c.around(aroundPlace))
		for _, sentence := range c.said {
			if d := traceless(sentence, c.ref.Path, near); d != nil && !strings.Contains(asked, d.name) {
				miss("nothing near has " + d.name)
			}
			if limit := limitNowhere(sentence, files); limit != "" && !strings.Contains(asked, limit) {
				miss("no cited file has a limit of " + limit)
			}
		}
	}
	if !proves(len(found), len(places)) {
		return nil
	}
	return slices.Sorted(maps.Values(found))
}

// aroundPlace is how many lines before and behind a place belong to what is done there.
const aroundPlace = 25

// traceless is the deed of which a sentence says that it is done in a file and the lines
// near its place have no trace, nil for none.
func traceless(sentence, path, near string) *deed {
	for i := range deeds {
		d := &deeds[i]
		if d.only != "" && syntax.LanguageOfFile(path) != d.only || !d.said.Can(sentence) {
			continue
		}
		at := d.said.Regexp().FindStringIndex(sentence)
		if at == nil || !asserts(sentence, at[0], tellsOfOne(sentence[at[0]:at[1]])) {
			continue
		}
		if !d.trace.MatchString(near) {
			return d
		}
	}
	return nil
}

// tellsOfOne reports whether words tell what one does or what is, and order nothing.
func tellsOfOne(said string) bool {
	first, _, _ := strings.Cut(said, " ")
	return strings.HasSuffix(first, "s") || first == "are"
}

// asserts reports whether what a sentence says from a place on is said to be so: the
// clause before neither denies nor supposes it, nor is its only word an order, which it
// cannot be before what tells of one.
func asserts(sentence string, at int, told bool) bool {
	clause := sentence[:at]
	for _, end := range []string{", ", "; ", ": ", "—"} {
		clause = clause[strings.LastIndex(clause, end)+1:]
	}
	if words := lex.Words(clause); !told && len(words) == 1 && !strings.HasSuffix(words[0], "s") && !strings.HasSuffix(words[0], "it") {
		return false // "4. Evaluate in a worker": an order
	}
	return !denies.MatchString(clause) && !supposed.MatchString(document.CodeSpan.ReplaceAllString(clause, ""))
}

// limited matches, in lower case, a figure that is said to bound or to delay something.
var limited = pattern.New(`\b(?:refuses|rejects|stops|truncate[sd]|cuts?|caps|capped|limits|limited|bounded|clamps|clamped|range|` +
	`first|last|buffer of|queue of|batches of|default (?:of|timeout of|limit of|size of)|timeout of|limit of|` +
	`maximum of|at most|no more than|up to|above|beyond|` +
	`every)\b[^.;|\d]{0,25}?(\d[\d,_]*(?:\.\d+)?)\s?(?:kib|mib|kb|mb|bytes|characters|elements|entries|items|` +
	`levels|seconds|s|ms|milliseconds|minutes|attempts|retries)\b`)

// limitNowhere is the figure that a sentence says to be a limit and that no file has, in
// any unit, "" for none.
func limitNowhere(sentence string, files []*repository.Text) string {
	if !limited.Can(sentence) {
		return ""
	}
	for _, m := range limited.Regexp().FindAllStringSubmatchIndex(sentence, 4) {
		said := sentence[m[2]:m[3]]
		n, err := strconv.ParseFloat(strings.NewReplacer(",", "", "_", "").Replace(said), 64)
		if err != nil || n < 2 || typeBounds[int64(n)] || ofOtherUse.MatchString(sentence) || !asserts(sentence, m[0], false) {
			continue
		}
		if !slices.ContainsFunc(files, func(t *repository.Text) bool { return hasFigure(t, n) }) {
			return said
		}
	}
	return ""
}

// citedFiles are the files that a text cites.
func citedFiles(r *grounding.Reading) []*repository.Text {
	var all []*repository.Text
	seen := map[string]bool{}
	for i := range r.Refs {
		ref := &r.Refs[i]
		if ref.Status != grounding.RefExists || seen[ref.Path] {
			continue
		}
		seen[ref.Path] = true
		if t := r.Index.Text(ref.Path); t != nil {
			all = append(all, t)
		}
	}
	return all
}
