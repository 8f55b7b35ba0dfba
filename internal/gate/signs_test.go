package gate

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// The signs of another kind of work are told with their reasons.
func TestOtherProductSigns(t *testing.T) {
	t.Parallel()
	dull := strings.Repeat("The function save in lib/oven.js:5 hands the value on and calls back when it is done, whatever format the caller wants to have. ", 8)
	for _, tt := range []struct {
		category        city.Category
		request, result string
		points          float64
	}{
		{city.ContentCreation, "Please write a page for our cooks in Spanish about `save`.", englishPage, -signEnglish},
		{city.CodeGeneration, "Extend lib/oven.js with maxAge in ms.", "`save` hands the error on.\n", -signNewNames},
		{city.Security, "Security audit of lib/oven.js please.", dull, -signNoDanger},
		{city.Security, "Security audit of lib/oven.js please.", dull + "An attacker may inject what is untrusted.", -signFewDangers},
		{city.General, "How does lib/oven.js save a loaf?", dull + "An attacker may exploit that, inject untrusted loaves, bypass the guard and crash the oven.", -signDangers},
	} {
		has := func(request string) bool {
			return slices.ContainsFunc(ovenView(tt.category, request, tt.result).otherProduct(), func(s sign) bool { return s.points == tt.points })
		}
		if !has(tt.request) {
			t.Errorf("%s, %q: no sign of %v", tt.category, tt.request, tt.points)
		}
	}
}

// What a request says beside its subject is none of what has to come back.
func TestNotWished(t *testing.T) {
	t.Parallel()
	for request, not := range map[string]string{
		"The folder has to be up to date when configure returns.": "date",
		"Loaves, e.g. dark ones, go stale in save.":               "e.g",
		"The configure/save twins annoy us.":                      "configure/save",
	} {
		if slices.ContainsFunc(ovenView(city.Refactor, request, "").wished, func(w wish) bool { return w.text == not }) {
			t.Errorf("%q: %q is wished", request, not)
		}
	}
	for request, want := range map[string]bool{
		`They ask "why is it stale", "why is it cold" and so on about save.`: true,
		`They ask "why is it stale" and "why is it cold" about save.`:        false,
	} {
		for _, w := range ovenView(city.ContentCreation, request, "").wished {
			if w.kind == wishLiteral && w.sample != want {
				t.Errorf("%q: %+v", request, w)
			}
		}
	}
	if times := traitsOf[6]; times.name != "figures of time" || !times.excused(1, "Show that it works under load.", false, false) || times.excused(1, "Write an enhancer.", false, false) {
		t.Errorf("figures of time: %+v", times)
	}
}

// A single word of the request ties a sentence of a text for laymen that says in three
// places where in the code all that is, but not every sentence.
func TestPlainWordsWithPlaces(t *testing.T) {
	t.Parallel()
	const request = "Why do loaves go stale in the folder? Support is not technical, no jargon please."
	text := "The folder is looked at only once in a while. Whoever waits long enough gets loaves from yesterday then. Nobody notices before the evening comes. "
	for behind, want := range map[string]int{"See lib/oven.js:1, lib/oven.js:2 and lib/oven.js:5.": 2, "": 0} {
		if got := ovenView(city.General, request, text+behind).prose.tied; got < want || want == 0 && got > 0 {
			t.Errorf("%q: %d sentences are tied", behind, got)
		}
	}
}

// A name in brackets behind another is an index, one that stands alone a place to fill in.
func TestIndexIsNoPlaceholder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"Dear [name], your [date] has come.": true, "`events[name].push` and `days[date].push` run.": false, "x[describe the fix here] and y[insert finding]": true} {
		s, _ := placeholders(ovenView(city.General, "Write a letter.", text))
		if got := s.Points < 0; got != want {
			t.Errorf("%q: %+v", text, s)
		}
	}
}

// Of a request that names much something comes back, or its function is mended.
func TestHardlyTaken(t *testing.T) {
	t.Parallel()
	const much = "In our bakery the night shift sees loaves that vanish between oven and shelf, the scanner beeps twice, labels print garbled umlauts, " +
		"the conveyor halts, drivers wait, invoices miss crates and the auditor frowns. Which cable, buffer or kernel flag causes that?"
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{much, "`configure` keeps the folder (lib/oven.js:2).", true},
		{much, "The scanner beeps twice because the conveyor halts: loaves vanish, labels print garbled umlauts, and no cable or kernel flag helps.", false},
		{"Why is the folder kept?", "`save` hands the value on.", false},
	} {
		if got := ovenView(city.Research, tt.request, tt.result).hardlyTaken(); got != tt.want {
			t.Errorf("%.40q, %.40q: %v", tt.request, tt.result, got)
		}
	}
}
