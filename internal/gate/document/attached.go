package document

import "strings"

// MaxShownPatch bounds, in bytes, how much of a patch is read with the text.
const MaxShownPatch = 64 << 10

// addPatch adds the changes that a deliverable comes with, as if it showed them:
// work that was done in the repository is judged like work that is written
// down, and a short note on it need not tell it again. Changes that the text
// shows already are not repeated.
func (d *Document) addPatch(changes []string) {
	room := MaxShownPatch
	for _, change := range changes {
		shown := strings.Contains(d.Text, "\n+++ ") && strings.Contains(d.Text, NewName(change))
		if shown || strings.Contains(change, "\nGIT binary patch\n") || len(change) > room {
			continue
		}
		room -= len(change)
		b := Block{Lang: "diff", Start: len(d.Lines), Lines: strings.Split(strings.TrimRight(change, "\n"), "\n"), Delivered: true}
		for _, l := range b.Lines {
			d.Lines = append(d.Lines, Line{Text: l, Code: true})
		}
		d.add(b)
	}
}

// NewName is the line of a change that names the file it makes.
func NewName(change string) string {
	_, rest, found := strings.Cut(change, "\n+++ ")
	if !found {
		return "\x00" // it names none, so nothing shows it
	}
	name, _, _ := strings.Cut(rest, "\n")
	return "\n+++ " + name
}
