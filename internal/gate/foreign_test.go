package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Where an English request orders a text in another language, its words do not come back.
func TestOrderedInAnotherLanguage(t *testing.T) {
	t.Parallel()
	const spanish = "`save`: el horno se configura con la carpeta de los panes y con las opciones que cada uno necesita para su trabajo de todos los días. " +
		"Cuando la carpeta cambia, el horno lo nota y vuelve a leer los panes sin que nadie tenga que hacer nada más, porque así lo quiere la casa."
	const english = "`save`: the oven is configured with the folder of the loaves and with the options that each of them needs for the work of every day. " +
		"When the folder changes, the oven notices and reads the loaves again, and nobody has to do anything, because the house wants it so."
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{"Write a page in Spanish about `save` and the differences that hurt silently.", spanish, true},
		{"Write a page in Spanish about `save` and the differences that hurt silently.", english, false},
		{"Write a page in German about `save` and the differences that hurt silently.", spanish, false},
		{"Write a polished page about `save` and the differences that hurt silently.", spanish, false},
		{"Write a page about `save` and the differences that hurt silently.", spanish, false},
	} {
		v := ovenView(city.ContentCreation, tt.request, tt.result)
		lost := true
		for _, w := range v.wished {
			lost = lost && w.text != "differences"
		}
		if lost != tt.want {
			t.Errorf("%q: %v", tt.request, v.wished)
		}
	}
}
