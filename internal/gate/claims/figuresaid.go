package claims

import (
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/repository"
)

var (
	ofOtherUse = pattern.New(`(?i)\b(?:docs?|documentation|readme|comments?|rfc|spec\w*|standard|node(?:\.js)?|nginx|browsers?|` +
		`postgres\w*|mysql|sqlite|kernel|os|platform|runtime|formerly|previous\w*|version|usual\w*|typical\w*|` +
		`elsewhere|librar\w+|stream|in total|altogether|together|per|sum|would|worst|at most|effective\w*|type|` +
		`int\d*|uint\d*|bits?)\b`)
)

// typeBounds are figures that come from a type and stand nowhere.
var typeBounds = map[int64]bool{127: true, 128: true, 255: true, 256: true, 32767: true, 32768: true, 65535: true, 65536: true}

var unitsOfFigures = []float64{1, 2, 8, 10, 16, 24, 60, 100, 1000, 1024, 3600, 60_000, 86_400, 1_000_000, 1 << 20, 1 << 30}

// otherFigure: the figure stands in no file, in no unit, and the line has just one
// other.
func (c *claim) otherFigure(said []string) string {
	n, err := strconv.ParseFloat(said[1], 64)
	line := lex.CodeNumbers(c.around(0), -1)
	if c.weak = true; err != nil || typeBounds[int64(n)] || c.ref.End > c.ref.Line || !c.v.Index.Whole() {
		return ""
	}
	if all := c.before + said[0] + c.behind; ofOtherUse.MatchString(all) || denies.MatchString(all) {
		return ""
	}
	telling := 0
	for _, text := range line {
		for _, has := range lex.ValuesOf(text) {
			if has > 1 {
				telling++
			}
			if strings.Contains(c.before+c.behind, strconv.FormatFloat(has, 'f', -1, 64)) && has > 1 {
				return ""
			}
		}
	}
	if telling != 1 {
		return ""
	}
	if hasFigure(c.file, n) {
		return ""
	}
	for _, p := range c.v.Index.Sources { // a constant of another file
		if t := c.v.Index.Text(p); t != nil && (t.Figures()[n] || t.Figures()[n*1000] || t.Figures()[n*1024]) {
			return ""
		}
	}
	return "the file has no " + said[1]
}

// hasFigure reports whether a file has a figure, in any unit or as the one beside it.
func hasFigure(t *repository.Text, n float64) bool {
	has := t.Figures()
	for _, unit := range unitsOfFigures {
		for _, by := range []float64{-1, 0, 1} {
			if has[n*unit+by] || has[n/unit+by] {
				return true
			}
		}
	}
	return false
}
