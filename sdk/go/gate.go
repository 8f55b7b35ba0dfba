package aicity

// GateReport is what the quality gate found in a deliverable.
type GateReport struct {
	Version    string          `json:"version"`
	Score      int             `json:"score"` // 0 to 100, 50 passes
	Verdict    string          `json:"verdict"`
	Borderline bool            `json:"borderline"`
	Signals    []GateSignal    `json:"signals"`
	References []GateReference `json:"references"`
	Advice     []string        `json:"advice"`
}

// GateSignal is one part of the score.
type GateSignal struct {
	Name     string   `json:"name"`
	Points   float64  `json:"points"`
	Max      float64  `json:"max"`
	Cap      *int     `json:"cap"` // the most the whole score can be because of it
	Reason   string   `json:"reason"`
	Evidence []string `json:"evidence"`
}

// GateReference is a file reference of the deliverable, checked against the
// repository.
type GateReference struct {
	Text   string `json:"text"`
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Status string `json:"status"`
	Quoted bool   `json:"quoted"` // what is said about the place really stands there
}
