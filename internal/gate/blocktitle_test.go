package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// A place in the first line of a block says where its code stands.
func TestPlaceInABlock(t *testing.T) {
	t.Parallel()
	const (
		real = "exports.save = function (value, format, done) {\n  done(null, value)\n}\n"
		fake = "exports.save = function (value, format) {\n  return store.put(value, format)\n}\n"
	)
	for _, tt := range []struct {
		category           city.Category
		lead, title, shown string
		quoted             int
		misquoted          bool
	}{
		{city.CodeReview, "The value is saved here:", "// lib/oven.js:5-7", real, 1, false},
		{city.CodeReview, "The value is saved here:", "// lib/oven.js:5-7", fake, 0, true},
		{city.CodeReview, "The value is saved here:", "// from lib/oven.js, lines 5-7", fake, 0, true},
		{city.BugFix, "The value is saved here:", "// lib/oven.js:5-7", fake, 0, true},
		{city.CodeReview, "Replace it by this:", "// lib/oven.js:5-7", fake, 0, false},
		{city.CodeReview, "The value is saved here:", "// as a caller of lib/oven.js:5-7 would like to have it", fake, 0, false},
	} {
		g := ovenView(tt.category, "Is everything saved?", tt.lead+"\n\n```js\n"+tt.title+"\n"+tt.shown+"```\n").Ground
		if g.Quoted != tt.quoted || g.Misquoted > 0 != tt.misquoted {
			t.Errorf("%s %q %s: %d quoted, %v misquoted", tt.category, tt.lead, tt.title, g.Quoted, g.Misquoted)
		}
	}
}

// The title of a finding tells what the code does, also in words that suggestions have.
func TestTitleTellsWhatTheCodeDoes(t *testing.T) {
	t.Parallel()
	const fake = "\n\n```js\nexports.save = function (value, format) {\n  return store.put(value, format)\n}\n```\n\nThe file is left open.\n"
	for _, tt := range []struct {
		category city.Category
		title    string
		want     bool
	}{
		{city.CodeReview, "### `save` replaces the file without closing it, `lib/oven.js:5-7`", true},
		{city.CodeReview, "### Replace the file, `lib/oven.js:5-7`", false},
		{city.BugFix, "### `save` replaces the file, `lib/oven.js:5-7`", false},
	} {
		if got := ovenView(tt.category, "Is everything saved?", tt.title+fake).Ground.Misquoted > 0; got != tt.want {
			t.Errorf("%s, %q: misquoted %v", tt.category, tt.title, got)
		}
	}
}
