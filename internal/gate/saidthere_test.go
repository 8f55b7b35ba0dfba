package gate_test

import (
	"slices"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// slotFile does little: what is told of it beyond that leaves no trace.
const slotFile = `package slot

type Slots struct {
	all []*Slot
}

func (s *Slots) First() *Slot {
	if len(s.all) == 0 {
		return nil
	}
	return s.all[0]
}

func (s *Slots) Order() {
	sort.Sort(byTime(s.all))
}
`

// What is said to be done where nothing has a trace of it, twice, proves a text wrong;
// once it may be meant otherwise, as what is denied, proposed or done by others is.
func TestSaidToBeDone(t *testing.T) {
	t.Parallel()
	const (
		lock   = "`Slots` (slot.go:3-5) carries a read-write lock next to its list.\n\n"
		order  = "`Order` at slot.go:14-16 uses the stable algorithm, so equal slots stay as they came.\n\n"
		limit  = "`First` (slot.go:7-12) looks at the first 500 entries.\n\n"
		thread = "The list is sorted in a worker thread (slot.go:14-16).\n\n"
	)
	for _, tt := range []struct {
		name, result string
		fails        bool
	}{
		{"two", lock + order, true},
		{"a limit and a thread", limit + thread, true},
		{"leads in bold", "**1. Nobody expects that it waits (slot.go:7-12).** `First` takes a lock of its own.\n\n**2. It grows without an end (slot.go:3-5).** Each slot is stored in a package-level map and never removed.\n", true},
		{"one", lock + "`First` at slot.go:7-12 gives nil for an empty list.\n", false},
		{"denied", "`Slots` (slot.go:3-5) has no lock next to its list.\n\n`Order` (slot.go:14-16) is no stable sort.\n", false},
		{"proposed", "`Slots` (slot.go:3-5) should be guarded by a lock.\n\n`Order` (slot.go:14-16) needs a stable sort.\n", false},
		{"of others", "Callers of `Slots` (slot.go:3-5) are serialized by a lock.\n\nThe server runs `Order` (slot.go:14-16) in a goroutine.\n", false},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.Research, Description: "How do Slots of slot.go work? With lines."}, Deliverable: gate.Deliverable{Result: tt.result},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "slot.go", Lines: 16}}, Source: memory{"slot.go": slotFile}},
		})
		if s := signalOf(report, "claims"); s == nil || (s.Cap != nil && *s.Cap < gate.PassScore) != tt.fails {
			t.Errorf("%s: %+v", tt.name, s)
		}
		if s := signalOf(report, "claims"); tt.name == "two" && !slices.Contains(s.Evidence, "slot.go:3-5: nothing near has a lock") {
			t.Errorf("the places are not told: %q", s.Evidence)
		}
	}
}
