package main

import "testing"

// What others wrote must not steer the terminal it is shown in.
func TestHarmless(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain\ttext\n":             "plain\ttext\n",
		"\x1b[2J\x1b]52;c;eA==\x07": "\ufffd[2J\ufffd]52;c;eA==\ufffd",
		"“\u202eno” said":           "“\ufffdno” said",
		"over\rwritten\u009b1m":     "over\ufffdwritten\ufffd1m",
		"grüße 你好":                  "grüße 你好",
	} {
		if got := harmless(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	if got := (facts{{"Name", "\x1b[31m"}}).String(); got != "Name  \ufffd[31m" {
		t.Errorf("facts: %q", got)
	}
}
