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
		"no, it is safe.":                                                            "no, it is safe.",
		"":                                                                           "",
	} {
		if got := text[greeted(text):]; got != rest {
			t.Errorf("%q: %q is left, want %q", text, got, rest)
		}
	}
}
