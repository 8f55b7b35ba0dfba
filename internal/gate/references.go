package gate

import (
	"fmt"

	"aicity.dev/aicity/internal/gate/grounding"
)

// ownToolsFound is what it is worth that configuration calls what builds and tests this
// repository, though it names no file of it.
const ownToolsFound = 0.5

// references asks whether the deliverable points at the repository: at real
// files, and better at lines in them. Categories whose product is not about
// existing code need fewer.
func references(v *view) (Signal, bool) {
	s := Signal{Name: "references", Max: maxReferences}
	if v.Index == nil {
		return s, false
	}
	files := map[string]bool{}
	fresh := 0
	for _, ref := range v.Refs {
		switch ref.Status {
		case grounding.RefExists:
			files[ref.Path] = true
		case grounding.RefNewFile:
			fresh++
		}
	}
	for _, p := range v.Patched {
		files[p] = true
	}
	s.Reason = fmt.Sprintf("%s cited, %s by line.", counted(len(files), "real file is", "real files are"), counted(v.Ground.Located, "place", "places"))
	found := 0.4*share(float64(len(files)), 1) + 0.6*share(float64(v.Ground.Located)+0.5*float64(max(0, len(files)-1)), 3)
	if !v.Want.Located {
		found = 0.7*share(float64(len(files))+0.5*float64(min(fresh, 1)), 1) + 0.3*share(float64(v.Ground.Located)+0.5*float64(max(0, len(files)-1)), 1)
	}
	if v.Want.Tests || v.Want.Whole {
		found = max(found, 0.8*min(share(float64(v.Ground.CodeNames), 8), share(float64(v.newLines()-12), 20)))
	}
	if v.Want.Config && v.callsOwnTools() {
		found = max(found, ownToolsFound)
	}
	if v.tellsReaders() {
		found = max(found, share(float64(v.Ground.Names), namesInReading))
	}
	s.Points = maxReferences * found
	if v.Want.Located && v.Ground.Located == 0 {
		s.advice = "Cite files of the repository with line numbers, such as path/to/file.go:42."
	} else if len(files) == 0 {
		s.advice = "Cite the files of the repository that the answer is about."
	}
	return s, true
}
