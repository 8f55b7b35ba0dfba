package grounding

import (
	"regexp"

	"aicity.dev/aicity/internal/gate/pattern"
)

// Reference is a file, and maybe a line, that the deliverable cites.
type Reference struct {
	Text   string          `json:"text" doc:"As the work cites it"`
	Path   string          `json:"path" doc:"The file's path in the repository, as cited when it is not there"`
	Line   int             `json:"line,omitempty" doc:"From 1; absent when no line is cited"`
	Status ReferenceStatus `json:"status" doc:"Whether the place exists"`
	Quoted bool            `json:"quoted,omitempty" doc:"Whether what is said about the place stands there"`
	Link   string          `json:"link,omitempty" doc:"For the buyer: the page of the city's site that shows the line"`
}

// ReferenceStatus is what the repository says about a reference.
type ReferenceStatus string

// What can become of a reference.
const (
	RefExists         ReferenceStatus = "exists"
	RefMissing        ReferenceStatus = "missing"
	RefLineOutOfRange ReferenceStatus = "line_out_of_range"
	RefNewFile        ReferenceStatus = "new_file"  // proposed, not claimed to exist
	RefExternal       ReferenceStatus = "external"  // outside the repository on purpose
	RefUnchecked      ReferenceStatus = "unchecked" // the task has no repository
)

// ReferenceStatuses lists what can become of a reference.
func ReferenceStatuses() []ReferenceStatus {
	return []ReferenceStatus{RefExists, RefMissing, RefLineOutOfRange, RefNewFile, RefExternal, RefUnchecked}
}

// Cited is a Reference with what the signals need to know of it.
type Cited struct {
	Reference
	End      int  // last line of a cited range
	At       int  // index of the document line it stands in
	Guessed  bool // the file was inferred: "line 12" after a mention of a file
	Slight   bool // a bare number, a line only if what is said stands there
	Bare     bool // a name without folder and line, weak as evidence of anything
	Modified bool // the header of a diff that changes the file
}

// maxReferencesParsed bounds the work on a deliverable that only lists files.
const maxReferencesParsed = 4000

var (
	newFile = pattern.New(`(?i)\b(?:new|create[sd]?|creating|add(?:s|ed|ing)?|propos\w*|introduce[sd]?|generate[sd]?|save (?:it |` +
		`this )?(?:as|to)|put (?:it |this )?in(?:to)?|place (?:it |this )?in|write (?:it |this )?to|replacement|` +
		`goes into|would live|move[sd]? (?:it |them )?(?:in)?to|extract\w* (?:\w+ )?(?:in)?to|neue?[rsn]?|` +
		`nov[oa]|nuev[oa]|crie|criar|crea|anlegen|nouveau|nouvelle|cr[ée]er)\b`)
	// absentBefore and absentAfter match what says that a file is not there, right
	// before its name and right behind it, absentInRow what says so in a cell behind it.
	absentInRow  = regexp.MustCompile("(?i)^[`*\\s]{0,4}\\|[`*\\s]*(?:ERR_\\w+|ENOENT|MODULE_NOT_FOUND|not (?:found|exported)|no longer there|gone|removed|missing|absent)[`*.\\s]*(?:\\||$)")
	absentBefore = regexp.MustCompile(`(?i)(?:\b(?:no|not|without|missing|lacks?|never|an?other|kein\w*|ohne|não|sem|sin|senza|geen|zonder|pas de|sans|brak|bez)\s|нет\s|没有|無い)(?:[\w"'` + "`" + `*-]+\s){0,2}["'` + "`" + `*(]*$`)
	absentAfter  = regexp.MustCompile(`(?i)^["'` + "`" + `*)]*\s?(?:\w+\s){0,2}(?:missing|absent|lacking|fehlt|doesn't exist|does not exist|do not exist|isn't there|is not there|not present|not (?:needed|required|necessary)|existiert nicht|gibt es nicht|não existe|no existe|n'existe pas|non esiste|ontbreekt|bestaat niet|(?:ist |wird )?(?:nicht nötig|nicht gebraucht)|n'est pas nécessaire|no es necesario|não é necessário|нет|отсутствует|不存在|がない|はない|ありません)`)
)

// Place is a line of a file.
type Place struct {
	Path string
	Line int
}

// Place is where a citation begins: a text may cite one place again and again.
func (c *Cited) Place() Place { return Place{c.Path, c.Line} }
