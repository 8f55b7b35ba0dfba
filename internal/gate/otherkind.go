package gate

import (
	"fmt"
	"math"

	"aicity.dev/aicity/internal/gate/kind"
)

// FeaturesOf tells what a deliverable is made of, for package kind to learn from.
func FeaturesOf(in Input) kind.Features {
	v := look(in)
	return v.features(v.makeup())
}

func (v *view) features(made Makeup) kind.Features {
	return kind.Features{Words: v.Doc.Words, Form: made[:]}
}

// What the kind of a deliverable says about whether it answers the request. Requests
// of a category also ask in other words for the work of another, as a bug is looked
// for in a review; how it asks counts as much beside its category as kindAsking says.
// The figures are those by which honest work for its own and for other requests is told
// apart best on repositories that the models were not learned from.
const (
	kindWeight  = 0.8
	kindAllowed = 1.2 // points that cost nothing: honest work may read like a kind close by
	kindAsking  = 0.35
	kindDoubt   = 0.01 // a share below which nothing is sure
	kindWords   = 40   // words below which a text hardly tells its kind
	kindForeign = 0.4  // words of other languages than English tell the language more than the kind
	kindReason  = -0.8 // the points below which a reader is told
)

// kindAsAsked tells how much less the deliverable reads like the kind of work that the
// request asks for than like another.
func (v *view) kindAsAsked(made Makeup) sign {
	work := kind.Work()
	own := work.Index(v.in.Request.Category)
	if own < 0 {
		return sign{}
	}
	is, asks := work.Of(v.features(made)), kind.Requests().Of(kind.Features{Words: v.asked})
	fits, most := (1-kindAsking)*is[own], 0
	for c, share := range is {
		fits += kindAsking * asks[c] * share
		if share > is[most] {
			most = c
		}
	}
	says := sign{points: min(0, kindAllowed+kindWeight*math.Log((fits+kindDoubt)/(is[most]+kindDoubt)))}
	says.points *= min(1, float64(len(v.Doc.Words))/kindWords)
	if v.foreign() {
		says.points *= kindForeign
	}
	if says.points < kindReason && most != own {
		says.reason = fmt.Sprintf("it reads like work of %s, not of %s", categoryName(work.Categories[most]), categoryName(v.in.Request.Category))
	}
	return says
}
