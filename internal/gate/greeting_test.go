package gate

import "testing"

// A greeting says nothing of the work; a sentence that names anything has begun.
func TestGreetings(t *testing.T) {
	t.Parallel()
	for text, rest := range map[string]string{
		"sure, happy to help! here is what i found for you:\n\nthe loop ends early.": "\nthe loop ends early.",
		"hi there,\n\nthanks for the task. the loop ends early.":                     "the loop ends early.",
		"i've completed the task. parse drops the last byte.":                        "parse drops the last byte.",
		"hier ist mein bericht: die schleife endet zu früh.":                         "die schleife endet zu früh.",
		"here is why `parse` drops it: the loop ends early.":                         "here is why `parse` drops it: the loop ends early.",
		"sure enough, a.go:12 is wrong.":                                             "sure enough, a.go:12 is wrong.",
		"the loop ends early. thanks!":                                               "the loop ends early. thanks!",
		"i'll start by looking at the code. the loop ends early.":                    "the loop ends early.",
		"no, it is safe.": "no, it is safe.",
		"":                "",
	} {
		if got := text[greeted(text):]; got != rest {
			t.Errorf("%q: %q is left, want %q", text, got, rest)
		}
	}
}

// A farewell says nothing of the work; a condition of the code is none.
func TestFarewells(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Let me know if you have any questions.":            true,
		"If you have any questions, ask.":                   true,
		"I hope this helps.":                                true,
		"Bei Fragen melden Sie sich gern bei mir.":          true,
		"If something throws between, the lock stays held.": false,
		"If you want one copy only, pass `once`.":           false,
		"The loop ends early.":                              false,
	} {
		if farewell.MatchString(text) != want {
			t.Errorf("%q is a farewell: %v", text, !want)
		}
	}
}

// The mark of what is left to do is none where it is a word or an option of tests.
func TestLeftToDo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"TODO: write it": true, "// todo write it": true, "todo: write it": true, "- severity: todo": true, "| parse | todo |": true, "the rest (todo)": true,
		"put a todo there": false, "await t.test('x', { todo: 'known' })": false, "test.todo('later')": false, "Todo el código": false, "sobre todo: el coste": false,
	} {
		if leftToDo.MatchString(text) != want {
			t.Errorf("%q is left to do: %v", text, !want)
		}
	}
}
