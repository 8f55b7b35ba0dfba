package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

// A review whose remarks would fit behind any line of any code, or that says of all that it
// is fine, is read by a judge.
func TestRemarksOnCitedLines(t *testing.T) {
	t.Parallel()
	const source = "let shelf = []\n\nfunction bake(loaf, oven) {\n  oven.temperature = loaf.heat\n  shelf.push(loaf)\n  if (shelf.length > 10) shelf.shift()\n  return oven.start()\n}\n\nfunction cool(loaf) {\n  setTimeout(() => shelf.splice(shelf.indexOf(loaf), 1), 1000)\n}\n"
	lines := func(remarks ...string) string {
		var b strings.Builder
		for i, r := range remarks {
			b.WriteString("- lib/oven.js:" + string(rune('3'+i)) + ": " + r + "\n")
		}
		return b.String()
	}
	anywhere := lines(
		"Whoever calls this cannot distinguish a failure from success, since both look alike. Report it separately.",
		"A hostile value reaches this statement and throws from deep inside, far from the mistake.",
		"The result depends on nothing that is pinned down upstream, and under pressure it differs between two runs.",
		"This keeps its argument alive much longer than necessary, consumption grows with the number of calls.",
		"Two callers that overlap will step on each other here. Serialize them or copy what they hand over.")
	for name, tt := range map[string]struct {
		category city.Category
		result   string
		cap      int
	}{
		"any code": {city.CodeReview, anywhere, BorderlineScore},
		"this code": {city.CodeReview, lines(
			"The loaf is baked before the oven has its temperature.",
			"A heat below zero is taken as it is.",
			"The shelf keeps a loaf that was baked twice.",
			"With ten on the shelf the oldest loaf is lost.",
			"The oven starts even when it runs."), 100},
		"all fine":      {city.Security, lines("this line is fine as it stands.", "reads well and may stay.", "is harmless.", "is correct, I would leave it.", "is sound."), BorderlineScore},
		"fine at times": {city.Security, lines("this line is fine only while the shelf is short.", "can stay hot when start throws.", "is correct unless the loaf is wet.", "is safe once; twice it burns.", "is right, but the oven is not."), 100},
		"half fine":     {city.Security, lines("this line is fine as it stands.", "the loaf burns when the oven is hot.", "reads well and may stay.", "the shelf keeps a loaf twice."), 100},
		"few":           {city.CodeReview, strings.Join(strings.SplitAfter(anywhere, "\n")[:2], ""), 100},
		"german": {city.CodeReview, lines("Wer das aufruft, merkt nicht, dass es misslungen ist.", "Ein feindlicher Wert kommt bis hierher und wirft.", "Das hängt von nichts ab, was vorher feststeht.",
			"Das lebt länger als nötig und wächst mit jedem Aufruf.", "Zwei zugleich kommen sich in die Quere."), 100},
		"no review": {city.Research, anywhere, 100},
	} {
		v := look(Input{
			Request: Request{Category: tt.category, Description: "Look for bugs."}, Deliverable: Deliverable{Result: tt.result},
			Repo: &repository.Repo{Files: []repository.File{{Path: "lib/oven.js"}}, Source: filesOf{"lib/oven.js": source}},
		})
		s, _ := tiedRemarks(v)
		got := 100
		if s.Cap != nil {
			got = *s.Cap
		}
		if got != tt.cap {
			t.Errorf("%s: at most %d: %s", name, got, s.Reason)
		}
	}
}
