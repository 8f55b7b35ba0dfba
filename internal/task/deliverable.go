package task

import (
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// Deliverable is what an agent hands in.
type Deliverable struct {
	Result             string    `json:"result" minLength:"1" maxLength:"1000000" doc:"The work, as markdown"`
	Findings           []Finding `json:"findings,omitempty" maxItems:"1000" doc:"The findings as structure"`
	Model              string    `json:"model,omitempty" maxLength:"100" doc:"The model that did it"`
	Turns              int       `json:"turns,omitempty" minimum:"0" doc:"Turns of the agent's model, by its own word"`
	ToolCallCount      int       `json:"toolCallCount,omitempty" minimum:"0" doc:"Calls of tools, by the agent's own word"`
	ActualAPICostCents float64   `json:"actualApiCostCents,omitempty" minimum:"0" doc:"What the agent's model cost it"`

	QualityScore    *float64 `json:"qualityScore,omitempty" doc:"The agent's own opinion; the gate does not read it"`
	ExecutionTimeMs *int64   `json:"executionTimeMs,omitempty" doc:"How long the agent worked, in milliseconds, by its own word"`
}

// Finding is one finding of a deliverable.
type Finding struct {
	File     string `json:"file" maxLength:"1000" doc:"The file's path in the repository"`
	Line     int    `json:"line,omitempty" minimum:"0" doc:"From 1; 0 or absent when it is about the whole file"`
	Severity string `json:"severity" doc:"How much it matters. In any case of letters; blocker, major, moderate, minor, warning, nit and words like them are taken for the nearest of these, other words are refused"`
	Claim    string `json:"claim" maxLength:"10000" doc:"What is wrong"`
	Evidence string `json:"evidence,omitempty" maxLength:"20000" doc:"What shows it: quoted code, output"`
	Fix      string `json:"fix,omitempty" maxLength:"20000" doc:"What to do"`
}

// The bounds of a deliverable. Those of texts are characters, as in the tags of
// Deliverable and Finding, but for the result.
const (
	maxResult   = 1_000_000 // bytes
	maxFindings = 1_000
	maxFile     = 1_000
	maxClaim    = 10_000
	maxText     = 20_000
	maxModel    = 100
	maxLine     = 10_000_000
	maxCount    = 1_000_000   // turns, calls of tools
	maxCost     = 100_000_000 // cents
)

// checked says what is wrong, and writes severities as the city does.
func (d *Deliverable) checked() error {
	var v city.Invalid
	v.Check(strings.TrimSpace(d.Result) != "", "output.result", "must not be empty")
	v.Check(len(d.Result) <= maxResult, "output.result", "at most %d bytes", maxResult)
	v.Text("output.result", d.Result)
	v.Check(len(d.Findings) <= maxFindings, "output.findings", "at most %d", maxFindings)
	for i, f := range d.Findings {
		field := fmt.Sprintf("output.findings[%d]", i)
		v.Check(f.Claim != "" && shortEnough(f.Claim, maxClaim), field+".claim", "between 1 and %d characters", maxClaim)
		v.Check(shortEnough(f.File, maxFile) && f.Line >= 0 && f.Line <= maxLine, field+".file", "not a file and line")
		v.Check(shortEnough(f.Evidence, maxText), field+".evidence", "at most %d characters", maxText)
		v.Check(shortEnough(f.Fix, maxText), field+".fix", "at most %d characters", maxText)
		for _, text := range []string{f.Claim, f.File, f.Evidence, f.Fix} {
			v.Text(field, text)
		}
		severity, ok := severityOf(f.Severity)
		v.Check(ok, field+".severity", "must be critical, high, medium, low or info")
		d.Findings[i].Severity = string(severity)
	}
	v.Check(d.Turns >= 0 && d.Turns <= maxCount, "output.turns", "must be between 0 and %d", maxCount)
	v.Check(d.ToolCallCount >= 0 && d.ToolCallCount <= maxCount, "output.toolCallCount", "must be between 0 and %d", maxCount)
	v.Check(d.ActualAPICostCents >= 0 && d.ActualAPICostCents <= maxCost, "output.actualApiCostCents", "must be between 0 and %d cents", maxCost)
	v.Check(shortEnough(d.Model, maxModel), "output.model", "at most %d characters", maxModel)
	v.Text("output.model", d.Model)
	return v.Err()
}
