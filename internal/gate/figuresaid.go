package gate

import (
	"regexp"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/pattern"
)

// figureOf matches numbers as code writes them, with what they are shifted by or
// raised to, and products.
var figureOf = regexp.MustCompile(`\b(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d+)?(?:[eE]\d+)?)n?(?:\s*(?:<<|\*\*|\*)\s*(?:0[xX][0-9a-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE]\d+)?)n?)*|\d[\d_]*(?:\.\d+)?`)

var (
	operations = regexp.MustCompile(`\s*(<<|\*\*|\*)\s*`)
	ofOtherUse = pattern.New(`(?i)\b(?:docs?|documentation|readme|comments?|rfc|spec\w*|standard|node(?:\.js)?|nginx|browsers?|postgres\w*|mysql|sqlite|kernel|os|platform|runtime|formerly|previous\w*|version|usual\w*|typical\w*|elsewhere|librar\w+|stream|in total|altogether|together|per|sum|would|worst|at most|effective\w*|type|int\d*|uint\d*|bits?)\b`)
)

// valuesOf are the values that a number of the code, and each part of it, has.
func valuesOf(text string) []float64 {
	parts := operations.Split(text, -1)
	ops := operations.FindAllStringSubmatch(text, -1)
	var all []float64
	whole, ok := figureValue(parts[0])
	if ok {
		all = append(all, whole)
	}
	for i, part := range parts[1:] {
		n, good := figureValue(part)
		if !good {
			return all
		}
		all = append(all, n)
		switch ops[i][1] {
		case "*":
			whole *= n
		case "<<":
			whole = power(whole, 2, n)
		case "**":
			whole = power(1, whole, n)
		}
		all = append(all, whole)
	}
	return all
}

// power is start times base to the n, as far as figures go.
func power(start, base, n float64) float64 {
	const most = 63
	for range int(min(n, most)) {
		start *= base
	}
	return start
}

func figureValue(text string) (float64, bool) {
	text = strings.ReplaceAll(strings.TrimSuffix(text, "n"), "_", "")
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return float64(n), true
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// figures are the values of the numbers of the file.
func (t *fileText) figures() map[float64]bool {
	if t.values == nil {
		t.values = map[float64]bool{}
		for _, text := range figureOf.FindAllString(t.raw, maxFigures) {
			for _, n := range valuesOf(text) {
				t.values[n] = true
			}
		}
	}
	return t.values
}

// maxFigures bounds the numbers that are looked at in one file.
const maxFigures = 50_000

// typeBounds are figures that come from a type and stand nowhere.
var typeBounds = map[int64]bool{127: true, 128: true, 255: true, 256: true, 32767: true, 32768: true, 65535: true, 65536: true}

var unitsOfFigures = []float64{1, 2, 8, 10, 16, 24, 60, 100, 1000, 1024, 3600, 60_000, 86_400, 1_000_000, 1 << 20, 1 << 30}

// otherFigure: the figure stands in no file, in no unit, and the line has just one
// other.
func (c *claim) otherFigure(said []string) string {
	n, err := strconv.ParseFloat(said[1], 64)
	line := figureOf.FindAllString(c.around(0), -1)
	if c.weak = true; err != nil || typeBounds[int64(n)] || c.ref.end > c.ref.Line || !c.v.index.whole() {
		return ""
	}
	if all := c.before + said[0] + c.behind; ofOtherUse.MatchString(all) || denies.MatchString(all) {
		return ""
	}
	telling := 0
	for _, text := range line {
		for _, has := range valuesOf(text) {
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
	for _, unit := range unitsOfFigures {
		for _, by := range []float64{-1, 0, 1} {
			if has := c.file.figures(); has[n*unit+by] || has[n/unit+by] {
				return ""
			}
		}
	}
	for _, p := range c.v.index.sources { // a constant of another file
		if t := c.v.index.text(p); t != nil && (t.figures()[n] || t.figures()[n*1000] || t.figures()[n*1024]) {
			return ""
		}
	}
	return "the file has no " + said[1]
}
