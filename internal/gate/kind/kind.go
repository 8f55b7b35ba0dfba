// Package kind tells which kind of work a text is, and which kind a request asks
// for, by the words and the form that honest work of each category has. It is a
// multinomial logistic regression (Bishop, Pattern Recognition and Machine Learning,
// 4.3.4) learned from the labelled deliverables of package eval.
package kind

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"

	"aicity.dev/aicity/internal/city"
)

// Shares are how likely a text is of each category of a model; they add up to 1.
type Shares []float64

// Features are what a text is told by: its words in lower case, and the step of each
// trait of its form, below Steps; a request has no form.
type Features struct {
	Words []string
	Form  []uint8
}

// Steps is how many steps a trait of form can have.
const Steps = 4

// formWeight is what a trait counts beside the words of a text, whose squares add up
// to 1 at most.
const formWeight = 0.3

// Model tells texts of some categories from each other. Weights are lists in the
// order of Categories, in hundredths: those of the words, then those of the steps
// of the first trait of form, of the second and so on.
type Model struct {
	Categories []city.Category `json:"categories"`
	Words      []string        `json:"words"`
	Bias       []int           `json:"bias"`
	Weights    [][]int         `json:"weights"`
	places     map[string]int  // of the words
}

// unit is what the weights of a Model are counted in.
const unit = 0.01

//go:embed work.json
var workWeights []byte

//go:embed requests.json
var requestWeights []byte

// Work and Requests are the models of deliverables and of what is asked for. They are
// read when they are first asked for: most programs that hold the gate judge nothing.
var (
	Work     = sync.OnceValue(func() *Model { return read(workWeights) })
	Requests = sync.OnceValue(func() *Model { return read(requestWeights) })
)

// read reads a model that is part of the program.
func read(weights []byte) *Model {
	var m Model
	if err := json.Unmarshal(weights, &m); err != nil {
		panic(fmt.Sprintf("kind: the weights that are part of the program: %v", err))
	}
	m.place()
	return &m
}

func (m *Model) place() {
	m.places = make(map[string]int, len(m.Words))
	for i, w := range m.Words {
		m.places[w] = i
	}
}

// Index is the place of a category in the model, -1 when it does not know it.
func (m *Model) Index(c city.Category) int { return slices.Index(m.Categories, c) }

// Of tells what a text is.
func (m *Model) Of(f Features) Shares {
	sums := make(Shares, len(m.Categories))
	for c, w := range m.Bias {
		sums[c] = unit * float64(w)
	}
	x := m.vector(f)
	for i, weights := range m.Weights[:min(len(m.Weights), len(x))] {
		if x[i] == 0 {
			continue // a text has few of the words
		}
		for c, w := range weights {
			sums[c] += unit * float64(w) * x[i]
		}
	}
	return softmax(sums)
}

// vector is a text as numbers, one for each list of weights: of each word the
// logarithm of one more than how often it stands there, scaled down so that their
// squares add up to 1, and of each trait formWeight at its step.
func (m *Model) vector(f Features) []float64 {
	x := make([]float64, len(m.Words), len(m.Words)+Steps*len(f.Form))
	for _, w := range f.Words {
		if i, known := m.places[w]; known {
			x[i]++
		}
	}
	squares := 0.0
	for i, n := range x {
		x[i] = math.Log1p(n)
		squares += x[i] * x[i]
	}
	length := math.Sqrt(max(1, squares)) // one or two known words say less than many
	for i := range x {
		x[i] /= length
	}
	for _, step := range f.Form {
		x = append(x, make([]float64, Steps)...)
		x[len(x)-Steps+int(step)] = formWeight
	}
	return x
}

// softmax makes shares of sums, in place.
func softmax(sums Shares) Shares {
	most, all := slices.Max(sums), 0.0
	for i := range sums {
		sums[i] = math.Exp(sums[i] - most)
		all += sums[i]
	}
	for i := range sums {
		sums[i] /= all
	}
	return sums
}
