package gate

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/testcode"
)

// What requests say that ask for tests, for findings and for what builds and
// ships code, whatever their category.
var (
	asksTests    = pattern.New(`(?i)test|spec\b|specs\b|prueba|ensayo|teste|проверк|тест|测试|テスト|benchmark|fuzz|coverage|regress|reproduc`)
	asksFindings = pattern.New(`(?i)review|audit|severit|risk|finding|problem|issue|bug|wrong|danger|threat|priorit|rank|fehler|risik|schwere|riesgo|gravedad|erro|risco|risque|гравн|ошибк|риск|问题|风险|严重|問題`)
	asksConfig   = pattern.Any(
		`(?i)\b(?:ci|cd|workflows?|docker\w*|pipelines?|github|gitlab|actions?|builds?|deploy\w*|ya?ml|releases?|`+
			`makefile|compose|containers?|kubernetes|circleci|travis|package\.json|go\.mod|config\w*|dependenc\w*|`+
			`licen[sc]es?|publish\w*|install\w*|lint\w*|scripts?|packag\w*)\b`,
		`构建|部署|流水线|конфиг|сборк|ビルド`,
	)
	asksText = pattern.New(`(?i)readme|docs?\b|document|changelog|comment|wiki`)
)

// severities are the words that findings are ranked by.
var severities = lex.Set(`critical high medium moderate low minor major nit blocker hoch mittel niedrig gering kritisch alta alto media medio
baja bajo baixa baixo crítica crítico haute élevée moyenne faible критично высокая средняя низкая высокий средний низкий 严重 高 中 低`)

// maxRanked bounds the lines that are looked at for severities.
const maxRanked = 2000

// ranked counts the lines of prose that give a severity: as their first word,
// in brackets or in a cell of a table.
func (v *view) ranked() int {
	n := 0
	for i, l := range v.Doc.Lines[:min(len(v.Doc.Lines), maxRanked)] {
		if !l.Code && givesSeverity(v.Doc.Lower[i]) {
			n++
		}
	}
	return n
}

func givesSeverity(low string) bool {
	rest := strings.TrimLeft(low, " \t>#*_-0123456789.)([|`")
	word := severityAt(rest)
	if word != "" && (len(rest) < len(low) || !strings.HasPrefix(rest[len(word):], " ")) {
		return true
	}
	for i := 0; i < len(low); i++ {
		if c := low[i]; c != '(' && c != '[' && c != '|' {
			continue
		}
		rest := strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(low[i+1:], " *_"), "severity"), " :*_")
		word := severityAt(rest)
		if behind := strings.TrimLeft(rest[len(word):], " *_"); word != "" && behind != "" && strings.IndexByte(",)]|", behind[0]) >= 0 {
			return true
		}
	}
	return false
}

// severityAt returns the word of severities that a text begins with.
func severityAt(text string) string {
	end := strings.IndexFunc(text, lex.NotLetter)
	if end < 0 {
		end = len(text)
	}
	if severities[text[:end]] {
		return text[:end]
	}
	return ""
}

// otherProduct are the signs that the deliverable is another kind of work than
// the one asked for.
func (v *view) otherProduct() []sign {
	var all []sign
	text, c := v.Request, v.in.Request.Category
	if v.Index != nil { // else too little can be told
		made := v.makeup()
		all = append(all, v.madeAsAsked(made), v.kindAsAsked(made))
	}
	if v.otherTongue() {
		all = append(all, sign{-signTongue, "it is written in another language than the request"})
	}
	if v.inEnglishInstead() {
		all = append(all, sign{-signEnglish, "a text was ordered in another language and is written in English"})
	}
	if (v.review() || v.Want.Code && c != city.DevOps) && v.onlyOtherFiles() && !asksConfig.MatchString(text) && !asksText.MatchString(text) {
		all = append(all, sign{-signOtherFiles, "no file of code is touched"})
	}
	if c == city.ContentCreation && v.Index != nil && !asksChange.MatchString(text) && v.changesSource() {
		all = append(all, sign{-signCodeForText, "it changes code where a text was asked for"})
	}
	if nothing, hardly := v.tellsNoDanger(); nothing {
		all = append(all, sign{-signNoDanger, "nothing is said of who could attack and what would be lost"})
	} else if hardly {
		all = append(all, sign{points: -signFewDangers})
	}
	if v.tellsOfDangers() {
		all = append(all, sign{-signDangers, "it is full of dangers that the request has no word of"})
	}
	if v.onlyDeclares() {
		all = append(all, sign{-signOnlyTypes, "it changes nothing but declarations of types, which the request is not about"})
	}
	if v.namesNothingNew() {
		all = append(all, sign{-signNewNames, "nothing is called as the new code was to be"})
	}
	return all
}

// aboutTypes matches requests that declarations of types may answer.
var aboutTypes = pattern.New(`(?i)\btyp(?:e|es|ed|ings?|escript|echeck\w*)\b|\btsc?\b|\.ts\b|declaration|compil|autocomplet|intellisense|\bas any\b|\bts\d{4}\b|does not exist on|not assignable|no overload|vs ?code|\bide\b|editor|underlin|squiggl`)

// onlyDeclares reports whether a fix changes declarations of types only, where the request
// tells of what happens when the code runs.
func (v *view) onlyDeclares() bool {
	if v.Index == nil {
		return false
	}
	changed := v.changes().Changed
	return v.in.Request.Category == city.BugFix && len(changed) > 0 && !aboutTypes.MatchString(v.in.Request.Description) &&
		!slices.ContainsFunc(changed, func(f change.File) bool { return !strings.HasSuffix(f.Path, ".d.ts") })
}

// asksChange matches what in a request for a text may be told by a change of the code.
var asksChange = pattern.New(`(?i)\b(?:fix\w*|patch\w*|diffs?|chang\w+|commits?|pull requests?|prs?|release notes?|advisor\w+|` +
	`migrat\w+|upgrad\w+|before and after|bugs?|code comments?|add(?:s|ing)?|extend\w*|contribut\w+|` +
	`tutorials?|walk\w* (?:\w+ )?through|how (?:would|to)|where would|options?|with the code|show \w+ line|` +
	`doc comments?|docstrings?|jsdoc|godoc|post-?mortem)\b`)

// changesSource reports whether a change of the deliverable fits code of the repository.
func (v *view) changesSource() bool {
	return slices.ContainsFunc(v.changes().Changed, func(f change.File) bool { return isSource(f.Path) })
}

// tongueNames matches requests that name the language of the answer.
var tongueNames = pattern.Any(
	`(?i)german|deutsch|spanish|español|castellano|french|français|portugu|italian|dutch|russian|русск`,
	`chinese|中文|japanese|日本語|korean|polish|turkish|swedish|translat\w+|locali[sz]|i18n|language`,
	`multilingual`,
)

// otherTongue reports whether an English request got prose in another language
// without asking for one.
func (v *view) otherTongue() bool {
	text := v.Request
	if tongue, _ := lex.TongueOf(v.asked); tongue != 0 || len(v.asked) < 6 || strings.IndexFunc(text, lex.Unspaced) >= 0 || tongueNames.MatchString(text) {
		return false
	}
	return v.writtenForeign()
}

// tongueWords is how many words a text has of which the language can be told.
const tongueWords = 40

// findWrittenForeign reports whether the deliverable is written in another language than
// English.
func (v *view) findWrittenForeign() bool {
	if len(v.Doc.Words) < tongueWords {
		return false
	}
	tongue, sure := lex.TongueOf(v.Doc.Words)
	pairs := 0
	for _, w := range v.Doc.Words[:min(len(v.Doc.Words), 400)] {
		if r, _ := utf8.DecodeRuneInString(w); lex.Unspaced(r) {
			pairs++
		}
	}
	return tongue != 0 && sure > 0.06 || pairs*2 > min(len(v.Doc.Words), 400)
}

// shellBlock are the languages of blocks that show commands, fewCommands how many of them
// are no script.
var shellBlock = lex.Set("sh bash shell zsh console powershell ps1")

const fewCommands = 3

// codeByKind counts the lines of code, and of these those of tests, of
// configuration and of changes to files of code.
func (v *view) codeByKind() (code, tests, config, change int) {
	for _, b := range v.Doc.Blocks {
		n := 0
		for _, l := range b.Lines {
			if lex.Meaningful(l) {
				n++
			}
		}
		code += n
		text := strings.Join(b.Lines, "\n")
		switch {
		case testcode.Marked(text):
			tests += n
		case shellBlock[b.Lang] && n <= fewCommands && v.in.Request.Category != city.DevOps: // how the work is applied or was seen
		case configBlock[b.Lang] || workflowText.MatchString(text) || dockerText.MatchString(text):
			config += n
		}
		if b.Diff {
			change += n
		}
	}
	return code, tests, config, change
}

// onlyOtherFiles reports whether the deliverable touches files of the
// repository and none of them holds code.
func (v *view) onlyOtherFiles() bool {
	for _, p := range v.all.touched {
		if path.Ext(p) == "" && !citation.CitedNames[path.Base(p)] {
			return false // a program without an extension
		}
		if holdsCode(p) {
			return false
		}
	}
	return len(v.all.touched) > 0
}
