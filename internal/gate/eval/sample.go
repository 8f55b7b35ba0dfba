// Package eval measures the gate: it judges labelled deliverables and compares
// the verdicts and the references found with their labels.
package eval

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Label says what a fair buyer would do with a deliverable.
type Label string

// The labels of samples.
const (
	Good       Label = "good"       // a reasonable buyer pays
	Bad        Label = "bad"        // the buyer must be refunded
	Borderline Label = "borderline" // honest but shallow
)

// Sample is a labelled deliverable.
type Sample struct {
	ID          string         `json:"id"`
	Repo        Repo           `json:"repo"`
	Category    city.Category  `json:"category"`
	Description string         `json:"description"`
	Criteria    []string       `json:"criteria,omitempty"`
	Output      string         `json:"output"`
	Findings    []gate.Finding `json:"findings,omitempty"`
	Patch       string         `json:"patch,omitempty"`
	Label       Label          `json:"label"`
	Kind        string         `json:"kind"` // good, or the defect
	Why         string         `json:"why,omitempty"`
	RealRefs    []string       `json:"realRefs"` // files it cites that the repository has
	FakeRefs    []string       `json:"fakeRefs"` // files it cites that the repository has not, proposed ones too
}

// Repo names the repository of a sample: a published Go module or npm package.
type Repo struct {
	Kind    string `json:"kind"` // go or npm
	Name    string `json:"name"`
	Version string `json:"version"`
}

func (r Repo) String() string { return r.Kind + ":" + r.Name + "@" + r.Version }

// maxSampleBytes bounds one line of a file of samples.
const maxSampleBytes = 16 << 20

// ReadSamples reads samples, one JSON object on each line. An error names the
// line.
func ReadSamples(r io.Reader) ([]Sample, error) {
	var all []Sample
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxSampleBytes)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var s Sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("line %d is no sample: %w", n, err)
		}
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("line %d, sample %q: %w", n, s.ID, err)
		}
		all = append(all, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read samples: %w", err)
	}
	if len(all) == 0 {
		return nil, errors.New("there are no samples")
	}
	return all, nil
}

func (s Sample) check() error {
	switch {
	case s.ID == "":
		return errors.New("it has no id")
	case s.Label != Good && s.Label != Bad && s.Label != Borderline:
		return fmt.Errorf("label is %q; it must be good, bad or borderline", s.Label)
	case s.Repo.Name == "":
		return nil // a task without a repository
	case s.Repo.Kind != "go" && s.Repo.Kind != "npm":
		return fmt.Errorf("repo.kind is %q; it must be go or npm", s.Repo.Kind)
	case s.Repo.Version == "":
		return errors.New("repo.version is missing")
	}
	return nil
}

// Input is what the gate is given for the sample.
func (s Sample) Input(repo *gate.Repo) gate.Input {
	return gate.Input{
		Request:     gate.Request{Category: s.Category, Description: s.Description, Criteria: s.Criteria},
		Deliverable: gate.Deliverable{Result: s.Output, Findings: s.Findings},
		Repo:        repo, Patch: []byte(s.Patch),
	}
}
