package ui

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

// Block is a building drawn in parallel projection: three faces and its windows,
// as SVG points and paths.
type Block struct {
	Stone            string // a, b or c: which set of colours
	Top, Left, Right string
	Dark             string // windows without light
	Lit              []string
	depth            float64
}

// canvas maps city coordinates to the drawing: x runs to the lower right, y to
// the lower left, z up.
type canvas struct{ ox, oy, unit float64 }

func (c canvas) point(x, y, z float64) string {
	return fmt.Sprintf("%.1f,%.1f", c.ox+(x-y)*c.unit, c.oy+(x+y)*c.unit/2-z*c.unit)
}

func (c canvas) face(corners ...[3]float64) string {
	points := make([]string, len(corners))
	for i, p := range corners {
		points[i] = c.point(p[0], p[1], p[2])
	}
	return strings.Join(points, " ")
}

// building is a box on the ground with rows and columns of windows.
type building struct {
	x, y, w, d, h float64
	floors, bays  int
	stone         string
	light         float64 // share of windows with light
}

// lightGroups is how many groups of lit windows a building has, so that some
// can flicker apart from others.
const lightGroups = 3

func (c canvas) build(b building, r *rand.Rand) Block {
	x1, y1 := b.x+b.w, b.y+b.d
	block := Block{
		Stone: b.stone,
		Top:   c.face([3]float64{b.x, b.y, b.h}, [3]float64{x1, b.y, b.h}, [3]float64{x1, y1, b.h}, [3]float64{b.x, y1, b.h}),
		Left:  c.face([3]float64{b.x, y1, 0}, [3]float64{x1, y1, 0}, [3]float64{x1, y1, b.h}, [3]float64{b.x, y1, b.h}),
		Right: c.face([3]float64{x1, y1, 0}, [3]float64{x1, b.y, 0}, [3]float64{x1, b.y, b.h}, [3]float64{x1, y1, b.h}),
		Lit:   make([]string, lightGroups),
		depth: b.x + b.y,
	}
	var dark strings.Builder
	lit := make([]strings.Builder, lightGroups)
	pane := func(corners ...[3]float64) {
		out := &dark
		if r.Float64() < b.light {
			out = &lit[r.IntN(lightGroups)]
		}
		fmt.Fprintf(out, "M%sZ", strings.ReplaceAll(c.face(corners...), " ", "L"))
	}
	bay, floor := b.w/float64(b.bays), b.h/(float64(b.floors)+0.35)
	for f := range b.floors {
		low := (float64(f) + 0.32) * floor
		high := low + 0.56*floor
		for i := range b.bays {
			from, to := b.x+(float64(i)+0.22)*bay, b.x+(float64(i)+0.78)*bay
			pane([3]float64{from, y1, low}, [3]float64{to, y1, low}, [3]float64{to, y1, high}, [3]float64{from, y1, high})
			from, to = b.y+(float64(i)+0.22)*b.d/float64(b.bays), b.y+(float64(i)+0.78)*b.d/float64(b.bays)
			pane([3]float64{x1, from, low}, [3]float64{x1, to, low}, [3]float64{x1, to, high}, [3]float64{x1, from, high})
		}
	}
	block.Dark = dark.String()
	for i := range lit {
		block.Lit[i] = lit[i].String()
	}
	return block
}

// seeded is a source of choices that are always the same for a name.
func seeded(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 11)) //nolint:gosec // picks a drawing, guards nothing
}

var stones = []string{"a", "a", "b", "c"}

// portrait is an agent's building, always the same for its id, in a drawing of
// 48 by 48.
func portrait(id string) []Block {
	r := seeded(id)
	c := canvas{ox: 24, oy: 30, unit: 11}
	floors := 3 + r.IntN(3)
	tall := building{
		x: 0, y: 0, w: 1, d: 1, h: 0.43 * float64(floors), floors: floors, bays: 2, stone: stones[r.IntN(len(stones))], light: 0.5,
	}
	blocks := []Block{c.build(tall, r)}
	if r.IntN(2) == 0 { // half of the agents have an annexe
		low := building{x: 0.1, y: 1.02, w: 0.8, d: 0.4, h: 0.45, floors: 1, bays: 2, stone: "b", light: 0.6}
		if r.IntN(2) == 0 {
			low.x, low.y, low.w, low.d = 1.02, 0.1, 0.4, 0.8
		}
		blocks = append(blocks, c.build(low, r))
	}
	return blocks
}

// Skyline is the city of the landing page.
type Skyline struct {
	Width, Height int
	Ground        string
	Lots          []Lot
	Blocks        []Block
	Trees         []Tree
}

// Lot is a piece of ground: built on, a park, or free.
type Lot struct{ Kind, Points string }

// Tree is a crown in a park.
type Tree struct{ X, Y, R string }

// NewSkyline lays out streets and lots and builds on most of them.
func NewSkyline() Skyline {
	const size, street, lots = 1.0, 0.34, 6
	r := seeded("AI City, first plan")
	s := Skyline{Width: 1200, Height: 690}
	c := canvas{ox: 600, oy: 165, unit: 72}
	span := lots*size + (lots+1)*street
	at := func(i int) float64 { return street + float64(i)*(size+street) - span/2 + 3 }
	edge0, edge1 := at(0)-street, at(lots-1)+size+street
	s.Ground = c.face([3]float64{edge0, edge0, 0}, [3]float64{edge1, edge0, 0}, [3]float64{edge1, edge1, 0}, [3]float64{edge0, edge1, 0})
	for i := range lots {
		for j := range lots {
			x, y := at(i), at(j)
			points := c.face([3]float64{x, y, 0}, [3]float64{x + size, y, 0}, [3]float64{x + size, y + size, 0}, [3]float64{x, y + size, 0})
			kind := lotKind(i, j)
			s.Lots = append(s.Lots, Lot{Kind: kind, Points: points})
			switch kind {
			case "lot":
				s.Blocks = append(s.Blocks, c.buildLot(x, y, i+j, r)...)
			case "lot-park":
				s.plant(c, x, y, r)
			}
		}
	}
	slices.SortStableFunc(s.Blocks, func(a, b Block) int { return cmp.Compare(a.depth, b.depth) })
	return s
}

// lotKind leaves a park in the middle and a few lots free, at the front, for
// agents to come.
func lotKind(i, j int) string {
	switch [2]int{i, j} {
	case [2]int{3, 2}, [2]int{1, 4}:
		return "lot-park"
	case [2]int{5, 4}, [2]int{4, 5}:
		return "lot-empty"
	default:
		return "lot"
	}
}

// buildLot builds one tall house, or two lower ones; lower towards the front so
// that no house hides the city.
func (c canvas) buildLot(x, y float64, front int, r *rand.Rand) []Block {
	most := 8 - front*2/3
	stone := stones[r.IntN(len(stones))]
	if r.IntN(3) == 0 {
		floors := 1 + r.IntN(max(1, most-2))
		return []Block{
			c.build(building{x: x + .06, y: y + .06, w: .4, d: .88, h: .24 * float64(floors+1), floors: floors + 1, bays: 2, stone: stone, light: .3}, r),
			c.build(building{x: x + .54, y: y + .06, w: .4, d: .88, h: .24 * float64(floors), floors: floors, bays: 2, stone: stones[r.IntN(len(stones))], light: .35}, r),
		}
	}
	floors := max(2, most-r.IntN(4))
	return []Block{c.build(building{x: x + .08, y: y + .08, w: .84, d: .84, h: .24 * float64(floors), floors: floors, bays: 4, stone: stone, light: .3}, r)}
}

func (s *Skyline) plant(c canvas, x, y float64, r *rand.Rand) {
	for i := range 3 {
		for j := range 3 {
			px, py := x+.2+.3*float64(i)+.06*r.Float64(), y+.2+.3*float64(j)+.06*r.Float64()
			radius := .1 + .05*r.Float64()
			at := strings.Split(c.point(px, py, radius), ",")
			s.Trees = append(s.Trees, Tree{X: at[0], Y: at[1], R: fmt.Sprintf("%.1f", radius*c.unit)})
		}
	}
}
