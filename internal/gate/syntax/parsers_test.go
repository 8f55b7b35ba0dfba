package syntax

import "testing"

// No text breaks the parsers of code, whichever language it is said to be in.
func FuzzParsers(f *testing.F) {
	f.Add("func f() {\n\treturn\n}", "a: [1, 2\nb: {c}")
	f.Add("class A { x = <b>{...y}</b> }", "{\"a\": [1,], // b\n}")
	f.Add("for i in *; do\n  cat <<EOF\nEOF\ndone", "[a]\nb = 1979-05-27\n[[c.d]]")
	f.Add("$ make \\\n  test\nok", "&a [*a, !!str b]\n---\n...")
	f.Fuzz(func(_ *testing.T, first, second string) {
		for lang, parser := range parserOf {
			for _, code := range []string{first, second} {
				if TooDeep(code) || len(code) > 1<<10 {
					continue // as the gate does, and nobody learns from more
				}
				parser.Part(code)
				if parser.file(code) && lang == "json" && !parser.Part(code) {
					panic("a file is no part: " + code)
				}
			}
		}
	})
}

// People show the part of a script that matters: the rest of a chain, what stands in a
// loop; what is wrong is wrong in any place.
func TestPartsOfScripts(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		".catch(reason => {\n  this.emit('error', reason)\n})":        true,
		"if (a > b) {\n  this[key] = noop\n  continue\n}":             true,
		"const { data } = await fetch(url)\nif (!data) return null\n": true,
		"get (key) {\n  return this.map[key]\n}":                      true,
		".catch(reason => {\n  this.emit('error', reason)\n":          false,
		"if (a > b {\n  continue\n}":                                  false,
	} {
		if got := parserOf["js"].Part(code); got != want {
			t.Errorf("%q: %v", code, got)
		}
	}
}
