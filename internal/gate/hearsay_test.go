package gate

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// What somebody said of the matter is no text that the code has to have; a message is one.
func TestHearsay(t *testing.T) {
	t.Parallel()
	for request, literal := range map[string]bool{
		"We were told that lib/oven.js 'forgets after ten minutes'. Is it so?": false,
		"Support says that it \"eats the bread\" in lib/oven.js.":              false,
		"lib/oven.js prints 'forgets after ten minutes'. Where?":               true,
		"The log says: 'forgets after ten minutes' in lib/oven.js.":            true,
		"I am told that 'exports.folder = folder' is wrong in lib/oven.js.":    true,
	} {
		v := ovenView(city.General, request, "It is so.")
		if got := slices.ContainsFunc(v.wished, func(w wish) bool { return w.kind == wishLiteral && strings.Contains(w.key, " ") }); got != literal {
			t.Errorf("%q: a literal %v, want %v", request, got, literal)
		}
	}
}

// A folder that is called like a thing of which there are many is meant where it is named,
// not where such a thing is.
func TestOneOfKind(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"It deletes words from a list.": true, "It fills our list.": true, "The list of words is right.": true,
		"Review list, please.": false, "Is the list package safe?": false, "alist is fine, list too.": false, "It is a listing, see list.": false,
	} {
		if oneOfKind(text, "list") != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}
