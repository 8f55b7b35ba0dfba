package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// The same page in two languages.
const (
	spanishPage = "`save`: el horno se configura con la carpeta de los panes y con las opciones que cada uno necesita para su trabajo de todos los días. " +
		"Cuando la carpeta cambia, el horno lo nota y vuelve a leer los panes sin que nadie tenga que hacer nada más, porque así lo quiere la casa."
	englishPage = "`save`: the oven is configured with the folder of the loaves and with the options that each of them needs for the work of every day. " +
		"When the folder changes, the oven notices and reads the loaves again, and nobody has to do anything, because the house wants it so."
)

// Where an English request orders a text in another language, its words do not come back.
func TestOrderedInAnotherLanguage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{"Write a page in Spanish about `save` and the differences that hurt silently.", spanishPage, true},
		{"Write a page in Spanish about `save` and the differences that hurt silently.", englishPage, false},
		{"Write a page in German about `save` and the differences that hurt silently.", spanishPage, false},
		{"Write a polished page about `save` and the differences that hurt silently.", spanishPage, false},
		{"Write a page about `save` and the differences that hurt silently.", spanishPage, false},
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

// A text in another language is not answered by one in English.
func TestEnglishInstead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{"Write a page for our cooks in Spanish about `save`.", englishPage, true},
		{"Write a page for our cooks in Spanish about `save`.", spanishPage, false},
		{"Write a page about how loaves are called in Spanish.", englishPage, false},
		{"Necesitamos una página para nuestros panaderos sobre cómo guarda el horno los panes y cuándo los vuelve a leer.", englishPage, true},
		{"Necesitamos una página para nuestros panaderos sobre cómo guarda el horno los panes y cuándo los vuelve a leer.", spanishPage, false},
		{"Necesitamos una página en inglés para nuestros panaderos sobre cómo guarda el horno los panes.", englishPage, false},
	} {
		if got := ovenView(city.ContentCreation, tt.request, tt.result).inEnglishInstead(); got != tt.want {
			t.Errorf("%q: %v", tt.request, got)
		}
	}
}
