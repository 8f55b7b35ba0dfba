package gate

import (
	"fmt"
	"slices"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

// A block that copies the cited lines but for one of them is an altered quote; one that
// leaves out, abbreviates or remarks is none.
func TestAlteredQuotes(t *testing.T) {
	t.Parallel()
	const source = "package oven\n\nfunc (o *Oven) take(loaf Loaf) (int, error) {\n\tfor i, shelf := range o.shelves {\n\t\tplace, err := shelf.find(loaf.width)\n\t\tif err != nil {\n\t\t\treturn 0, err\n\t\t}\n\t\tif place >= len(shelf.loaves) {\n\t\t\treturn i, shelf.add(place, loaf)\n\t\t}\n\t}\n\treturn 0, errFull\n}\n"
	for name, tt := range map[string]struct {
		block string
		wrong bool
	}{
		"a copy":            {"\tfor i, shelf := range o.shelves {\n\t\tplace, err := shelf.find(loaf.width)\n\t\tif err != nil {\n\t\t\treturn 0, err\n\t\t}\n\t\tif place >= len(shelf.loaves) {\n", false},
		"another condition": {"\tfor i, shelf := range o.shelves {\n\t\tplace, err := shelf.find(loaf.width)\n\t\tif err != nil {\n\t\t\treturn 0, err\n\t\t}\n\t\tif place > len(shelf.loaves) {\n\t\t\treturn i, shelf.add(place, loaf)\n\t\t}\n", true},
		"goes on":           {"\tfor i, shelf := range o.shelves {\n\t\tplace, err := shelf.find(loaf.width)\n\t\tif err != nil {\n\t\t\tcontinue\n\t\t}\n\t\tif place >= len(shelf.loaves) {\n", true},
		"an error dropped":  {"\tfor i, shelf := range o.shelves {\n\t\tplace, _ := shelf.find(loaf.width)\n\t\tif place >= len(shelf.loaves) {\n\t\t\treturn i, shelf.add(place, loaf)\n\t\t}\n", true},
		"another end":       {"\tfor i, shelf := range o.shelves {\n\t\tplace, err := shelf.find(loaf.width)\n\t\tif err != nil {\n\t\t\treturn 0, err\n\t\t}\n\t\tif place >= len(shelf.loaves) {\n\t\t\treturn i + 1, shelf.drop(place)\n", true},
		"a line between":    {"\tfor i, shelf := range o.shelves {\n\t\treturn 0, errFull\n\t\tplace, err := shelf.find(loaf.width)\n", true},
		"two lines apart":   {"\tfor i, shelf := range o.shelves {\n\t\tif place >= len(shelf.loaves) {\n", false},
		"another begin":     {"\tfor i := range o.drawers {\n\t\tplace, err := shelf.find(loaf.width)\n\t\tif err != nil {\n\t\t\treturn 0, err\n\t\t}\n\t\tif place >= len(shelf.loaves) {\n", true},
		"lines left out":    {"\tfor i, shelf := range o.shelves {\n\t\tplace, err := shelf.find(loaf.width)\n\t\tif place >= len(shelf.loaves) {\n\t\t\treturn i, shelf.add(place, loaf)\n\t\t}\n", false},
		"with a remark":     {"\tfor i, shelf := range o.shelves {\n\t\tplace, err := shelf.find(loaf.width) // never fails\n\t\tif err != nil {\n\t\t\treturn 0, err\n\t\t}\n\t\t// the width is right\n\t\tif place >= len(shelf.loaves) {\n", false},
		"abbreviated":       {"\tfor i, shelf := range o.shelves {\n\t\tplace, err := shelf.find(...)\n\t\tif err != nil {\n\t\t\treturn 0, err\n\t\t}\n\t\tif place >= len(shelf.loaves) {\n", false},
		"on fewer lines":    {"\tfor i, shelf := range o.shelves {\n\t\tplace, err := shelf.find(loaf.width)\n\t\tif err != nil { return 0, err }\n\t\tif place >= len(shelf.loaves) {\n\t\t\treturn i, shelf.add(place, loaf)\n\t\t}\n", false},
	} {
		v := look(Input{
			Request:     Request{Category: city.CodeReview, Description: "Look for bugs."},
			Deliverable: Deliverable{Result: "`oven.go:4-11`, in `take`:\n\n```go\n" + tt.block + "```\n\nThat is wrong when the shelf is full.\n"},
			Repo:        &repository.Repo{Files: []repository.File{{Path: "oven.go"}}, Source: filesOf{"oven.go": source}},
		})
		if got := v.Ground.Misquoted > 0; got != tt.wrong {
			t.Errorf("%s: misquoted %v, quoted %d: %q", name, v.Ground.Misquoted, v.Ground.Quoted, v.Ground.BadQuotes)
		}
	}
}

// Several quotes that are not there fail a review also when as many are.
func TestManyWrongQuotes(t *testing.T) {
	t.Parallel()
	const source = "package oven\n\nfunc bake(loaf Loaf) error {\n\theat := loaf.width * degrees\n\tif heat > hottest {\n\t\treturn errTooHot\n\t}\n\tshelf.put(loaf, heat)\n\tlog.Println(loaf.name)\n\treturn nil\n}\n"
	right := []string{"heat := loaf.width * degrees", "if heat > hottest {", "shelf.put(loaf, heat)"}
	wrong := []string{"heat := loaf.height * minutes", "if heat == coldest {", "shelf.drop(loaf.name, heat)"}
	for n, want := range map[int]bool{1: false, 3: true} {
		text := ""
		for i, q := range append(slices.Clone(right), wrong[:n]...) {
			text += fmt.Sprintf("%d. oven.go:%d `%s` goes wrong.\n", i+1, 4+i, q)
		}
		v := look(Input{
			Request: Request{Category: city.CodeReview, Description: "Look for bugs in oven.go."}, Deliverable: Deliverable{Result: text},
			Repo: &repository.Repo{Files: []repository.File{{Path: "oven.go"}}, Source: filesOf{"oven.go": source}},
		})
		if s, _ := misquotes(v); (s.Cap != nil && *s.Cap == capMisquotes) != want {
			t.Errorf("%d of %d: %+v", n, n+len(right), s)
		}
	}
}
