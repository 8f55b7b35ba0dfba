package kind

import (
	"math"

	"aicity.dev/aicity/internal/city"
)

// How a model is learned: the sum of squares of its weights is held down by loose,
// and the steps of Adam (Kingma and Ba, arXiv:1412.6980) are enough for the weights
// to stand still.
const (
	loose  = 6.0
	rounds = 600
	stride = 0.05
	decay1 = 0.9
	decay2 = 0.999
)

// Example is a text of which the category is known.
type Example struct {
	Features
	Category city.Category
}

// Learn finds the model that tells examples from each other by some words and by
// their form. Each category counts the same, however many examples it has.
func Learn(categories []city.Category, words []string, examples []Example) *Model {
	m := &Model{Categories: categories, Words: words}
	m.place()
	l := learner{classes: len(categories), counts: make([]float64, len(categories))}
	for _, e := range examples {
		c := m.Index(e.Category)
		l.counts[c]++
		l.of = append(l.of, c)
		l.x = append(l.x, m.vector(e.Features))
	}
	w := l.minimize()
	width := len(l.x[0])
	for i := range width + 1 {
		row := make([]int, l.classes)
		for c := range row {
			row[c] = int(math.Round(w[i*l.classes+c] / unit))
		}
		if i == width {
			m.Bias = row
		} else {
			m.Weights = append(m.Weights, row)
		}
	}
	return m
}

// learner holds the examples as numbers.
type learner struct {
	classes int
	counts  []float64 // of examples, by category
	x       [][]float64
	of      []int
}

// minimize returns the weights, by feature and category, and behind them the bias.
func (l *learner) minimize() []float64 {
	n := (len(l.x[0]) + 1) * l.classes
	w, first, second := make([]float64, n), make([]float64, n), make([]float64, n)
	for round := 1; round <= rounds; round++ {
		correct1, correct2 := 1-math.Pow(decay1, float64(round)), 1-math.Pow(decay2, float64(round))
		step := stride * math.Min(1, 2*(1-float64(round)/rounds)) // the last steps become small
		for i, g := range l.gradient(w) {
			first[i] = decay1*first[i] + (1-decay1)*g
			second[i] = decay2*second[i] + (1-decay2)*g*g
			w[i] -= step * first[i] / correct1 / (math.Sqrt(second[i]/correct2) + 1e-8)
		}
	}
	return w
}

// gradient is that of the mean loss of the examples and of the weights' squares.
func (l *learner) gradient(w []float64) []float64 {
	k, n := l.classes, float64(len(l.x))
	g := make([]float64, len(w))
	for i := range len(w) - k { // the bias is free
		g[i] = w[i] / loose / n
	}
	sums := make(Shares, k)
	for e, x := range l.x {
		copy(sums, w[len(w)-k:])
		for i, value := range x {
			if value != 0 {
				for c := range k {
					sums[c] += value * w[i*k+c]
				}
			}
		}
		softmax(sums)
		weight := 1 / (float64(k) * l.counts[l.of[e]])
		sums[l.of[e]]--
		for c := range k {
			d := weight * sums[c]
			g[len(w)-k+c] += d
			for i, value := range x {
				if value != 0 {
					g[i*k+c] += value * d
				}
			}
		}
	}
	return g
}
