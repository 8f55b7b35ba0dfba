// Package routing picks the agent for a task: pure functions over candidates
// that give a score and the reasons for it.
package routing

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"

	"aicity.dev/aicity/internal/city"
)

// Request is what a task asks of an agent.
type Request struct {
	TaskID    string // seeds the exploration, so that the same routing can be repeated
	BuyerID   string
	Linked    []string // owners that share a card or payout account with the buyer
	Category  city.Category
	Tags      []string
	MaxBudget city.Cents
	Excluded  []string // agents that declined or were passed over
}

// Candidate is an agent as routing sees it.
type Candidate struct {
	AgentID       string
	OwnerID       string
	Categories    []city.Category
	Tags          []string // tags of the capability for the request's category
	RateCents     city.Cents
	Availability  string
	Active        bool // neither suspended nor deactivated
	ActiveTasks   int
	MaxConcurrent int
	Score         int // reputation, 0–1000
	Confidence    int // how much of it is known, 0–100
}

// Term is what a score is added up from.
type Term string

// The terms.
const (
	TermReputation  Term = "reputation"
	TermTags        Term = "tags"
	TermPrice       Term = "price"
	TermLoad        Term = "load"
	TermExploration Term = "exploration"
)

// Terms lists the terms.
func Terms() []Term { return []Term{TermReputation, TermTags, TermPrice, TermLoad, TermExploration} }

// Reason is one term of a candidate's score.
type Reason struct {
	Term   Term    `json:"term"`
	Points float64 `json:"points" doc:"What the term added"`
	Max    float64 `json:"max" doc:"What it could add at most"`
}

// Ranked is an eligible candidate with its score.
type Ranked struct {
	AgentID string   `json:"agentId"`
	Score   float64  `json:"score" doc:"Sum of the reasons' points"`
	Reasons []Reason `json:"reasons"`
	Full    bool     `json:"full,omitempty" doc:"It has as many tasks as it works on at once, so it comes after all that have fewer"`
}

// Rejected is a candidate that cannot take the task, with the first rule it fails.
type Rejected struct {
	AgentID string `json:"agentId"`
	Rule    string `json:"rule" doc:"category, inactive, availability, same_owner, excluded or price"`
}

// Result is a routing: the ranked candidates, best first, and those left out.
// Once a task was handed on it tells of the last routing, and of the agents
// that had the task before, oldest first.
type Result struct {
	Ranked   []Ranked   `json:"ranked"`
	Rejected []Rejected `json:"rejected"`
	Before   []Former   `json:"before,omitempty"`
}

// Former is an agent that had been chosen for the task, and did not do it.
type Former struct {
	Ranked
	Why    Why    `json:"why"`
	Reason string `json:"reason,omitempty"` // its own words, for the buyer
}

// Why says how a task left an agent that had not started it.
type Why string

// The ways a task leaves an agent.
const (
	WhyDeclined   Why = "declined"    // the agent did not want it
	WhyNotStarted Why = "not_started" // the accept window passed
	WhyLeft       Why = "left"        // the agent takes no more work
)

// Whys lists them.
func Whys() []Why { return []Why{WhyDeclined, WhyNotStarted, WhyLeft} }

// Over is r as it is kept when the agent that had the task does not do it. One
// that the buyer named was never ranked. Reason is what it said itself, if anything.
func (r Result) Over(agentID string, why Why, reason string) Result {
	former := Former{Ranked: Ranked{AgentID: agentID}, Why: why, Reason: reason}
	if len(r.Ranked) > 0 {
		former.Ranked = r.Ranked[0]
	}
	r.Before = append(slices.Clip(r.Before), former)
	return r
}

// The weights of the terms; they add up to 100.
const (
	weightReputation  = 35
	weightTags        = 20
	weightPrice       = 15
	weightLoad        = 15
	weightExploration = 15
)

// Rank scores the candidates that may take the task, best first; those that are
// full come after all others. The category is required; agents of the buyer, and
// of owners linked with the buyer, are never considered.
func Rank(req Request, candidates []Candidate) Result {
	var result Result
	for _, c := range candidates {
		if rule := rejects(req, c); rule != "" {
			result.Rejected = append(result.Rejected, Rejected{AgentID: c.AgentID, Rule: rule})
			continue
		}
		result.Ranked = append(result.Ranked, score(req, c))
	}
	slices.SortFunc(result.Ranked, func(a, b Ranked) int {
		return cmp.Or(compareFull(a, b), cmp.Compare(b.Score, a.Score), cmp.Compare(a.AgentID, b.AgentID))
	})
	return result
}

func compareFull(a, b Ranked) int {
	switch {
	case a.Full == b.Full:
		return 0
	case a.Full:
		return 1
	default:
		return -1
	}
}

// The rules that leave a candidate out.
const (
	RuleCategory     = "category"
	RuleInactive     = "inactive"
	RuleAvailability = "availability"
	RuleSameOwner    = "same_owner"
	RuleExcluded     = "excluded"
	RulePrice        = "price"
)

func rejects(req Request, c Candidate) string {
	switch {
	case !slices.Contains(c.Categories, req.Category):
		return RuleCategory
	case !c.Active:
		return RuleInactive
	case c.Availability != "available":
		return RuleAvailability
	case c.OwnerID == req.BuyerID, slices.Contains(req.Linked, c.OwnerID):
		return RuleSameOwner
	case slices.Contains(req.Excluded, c.AgentID):
		return RuleExcluded
	case c.RateCents > req.MaxBudget:
		return RulePrice
	default:
		return ""
	}
}

func score(req Request, c Candidate) Ranked {
	reasons := []Reason{
		{TermReputation, weightReputation * float64(c.Score) / 1000, weightReputation},
		{TermTags, weightTags * tagOverlap(req.Tags, c.Tags), weightTags},
		{TermPrice, weightPrice * headroom(c.RateCents, req.MaxBudget), weightPrice},
		{TermLoad, weightLoad * idle(c.ActiveTasks, c.MaxConcurrent), weightLoad},
		{TermExploration, weightExploration * exploration(req.TaskID, c), weightExploration},
	}
	ranked := Ranked{AgentID: c.AgentID, Reasons: reasons, Full: c.ActiveTasks >= c.MaxConcurrent}
	for i := range reasons {
		reasons[i].Points = hundredths(reasons[i].Points)
		ranked.Score += reasons[i].Points
	}
	ranked.Score = hundredths(ranked.Score) // sums of hundredths are none
	return ranked
}

func hundredths(points float64) float64 { return math.Round(points*100) / 100 }

// tagOverlap is the share of the wanted tags that the agent has; half when
// nothing particular is wanted, so that a task without tags favours nobody.
func tagOverlap(wanted, have []string) float64 {
	if len(wanted) == 0 {
		return 0.5
	}
	found := 0
	for _, tag := range wanted {
		if slices.Contains(have, tag) {
			found++
		}
	}
	return float64(found) / float64(len(wanted))
}

// headroom is the share of the budget that the agent's rate leaves.
func headroom(rate, budget city.Cents) float64 {
	if budget <= 0 {
		return 0
	}
	return 1 - float64(rate)/float64(budget)
}

// idle is the free share of the agent's capacity; a full agent is still
// eligible, because a waiting task is better than a failed one.
func idle(active, limit int) float64 {
	if limit <= 0 {
		return 0
	}
	return max(0, 1-float64(active)/float64(limit))
}

// exploration gives agents that are little known a chance that shrinks as they
// become known: a uniform draw, fixed by task and agent, times what is unknown.
func exploration(taskID string, c Candidate) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(taskID + "/" + c.AgentID))
	draw := float64(mix(h.Sum64())>>11) / (1 << 53)
	return draw * float64(100-min(100, max(0, c.Confidence))) / 100
}

// mix spreads the bits of a hash (the finaliser of SplitMix64, Steele et al.,
// OOPSLA 2014): FNV alone leaves the high bits of similar ids alike.
func mix(x uint64) uint64 {
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}

// LowestRate is the lowest rate among the candidates that only their price
// keeps from the task; ok is false when there are none.
func LowestRate(req Request, candidates []Candidate) (rate city.Cents, ok bool) {
	for _, c := range candidates {
		if rejects(req, c) == RulePrice && (!ok || c.RateCents < rate) {
			rate, ok = c.RateCents, true
		}
	}
	return rate, ok
}
