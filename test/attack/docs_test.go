package attack

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of attempts into the documentation")

// document is where people read what was tried.
const document = "../../docs/sandbox.md"

// The table stands between these two lines.
const (
	tableBegins = "<!-- attempts: go test ./test/attack -run Documented -update -->\n"
	tableEnds   = "<!-- end of attempts -->\n"
)

// TestDocumented says that the documentation shows the attempts as they are.
func TestDocumented(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	number := 0
	for _, theme := range themes() {
		fmt.Fprintf(&table, "\n### %s\n\n| Attempt | What happens |\n| --- | --- |\n", strings.ToUpper(theme.name[:1])+theme.name[1:])
		for _, a := range theme.attempts {
			number++
			fmt.Fprintf(&table, "| %s | %s |\n", a.name, a.outcome)
		}
	}
	if number < 60 {
		t.Errorf("only %d attempts", number)
	}
	raw, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(raw), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		t.Fatalf("%s has no place for the attempts", document)
	}
	want := before + tableBegins + table.String() + "\n" + tableEnds + after
	if want == string(raw) {
		return
	}
	if !*update {
		t.Errorf("%s shows other attempts; run go test ./test/attack -run Documented -update", document)
		return
	}
	if err := os.WriteFile(document, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
