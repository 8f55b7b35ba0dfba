package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// A numbered review of the file that was named is doubted less for what the request tells
// beside; one of another file is not.
func TestReviewOfTheNamedFile(t *testing.T) {
	t.Parallel()
	const review = "1. lib/oven.js:1 takes any folder.\n2. lib/oven.js:2 keeps it for ever.\n3. lib/oven.js:5 drops the format.\n4. lib/oven.js:6 never fails.\n"
	for _, tt := range []struct {
		category        city.Category
		request, result string
		want            bool
	}{
		{city.CodeReview, "Please review lib/oven.js. We bake search terms with it.", review, true},
		{city.CodeReview, "Please review package.json. We bake search terms with it.", review, false},
		{city.CodeReview, "Please review lib/oven.js. We bake search terms with it.", strings.ReplaceAll(review, ". lib", " lib"), false},
		{city.CodeReview, "Please review lib/oven.js.", strings.ReplaceAll(review, "lib/oven.js", "package.json"), false},
		{city.CodeReview, "Please review lib/oven.js.", review + "\n```js\ntest('bakes', () => assert.equal(save(1), 1))\n```\n", false},
		{city.Research, "How does lib/oven.js bake search terms?", review, false},
	} {
		if got := ovenView(tt.category, tt.request, tt.result).looksAtNamed(); got != tt.want {
			t.Errorf("%q, %q: %v", tt.request, tt.result, got)
		}
	}
}

// Tests that use functions of the file that the request names are tests of it.
func TestTestsOfNamedFile(t *testing.T) {
	t.Parallel()
	const head = "```js\nconst oven = require('./lib/oven')\n"
	for body, want := range map[string]bool{
		"it('bakes', () => {\n  oven.configure('a', {})\n  oven.save(1, 2, assert.ok)\n})\n```":   true,
		"it('bakes', () => {\n  oven.save(1, 2, assert.ok)\n})\n```":                              false,
		"it('bakes', () => {\n  // configure, save\n  assert.ok(oven)\n})\n```":                   false,
		"console.log(oven.configure('a', {}), oven.save(1, 2, console.log))\n```\n\nNo test yet.": false,
	} {
		if got := ovenView(city.Testing, "Write the missing tests of lib/oven.js.", head+body).testsNamedFile(); got != want {
			t.Errorf("%q: %v, want %v", body, got, want)
		}
	}
}
