package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// What is cut out of the code need not parse, what was written must.
func TestExcerptsNeedNotParse(t *testing.T) {
	t.Parallel()
	for block, want := range map[string]bool{
		"exports.save = function (value, format, done) {\n  done(null, value)\nexports.configure = (folder, options) => {\n": false,
		"exports.bake = function (value, format, done) {\n  done(null, format)\nexports.cool = (folder, options) => {\n":     true,
	} {
		s, _ := codeParses(ovenView(city.CodeReview, "Look for bugs.", "So it is:\n\n```js\n"+block+"```\n"))
		if got := s.Points < 0; got != want {
			t.Errorf("%q: %+v", block, s)
		}
	}
}
