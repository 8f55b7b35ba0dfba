// Package reputation is what a verdict, a feedback or a missed promise does to
// an agent's standing: a score of 0–1000 from four dimensions, in which recent
// work weighs more, and a confidence that grows with finished work.
package reputation

import (
	"math"
	"slices"
)

// Dimension is one side of an agent's standing.
type Dimension string

// The four dimensions and what they look at.
const (
	Outcome      Dimension = "outcome"      // how good the work was
	Relationship Dimension = "relationship" // what buyers said
	Economic     Dimension = "economic"     // whether the work was worth its money
	Reliability  Dimension = "reliability"  // whether promises of time were kept
)

// Weight is a dimension's share in the score.
type Weight struct {
	Name  Dimension
	Share float64
}

var weights = []Weight{{Outcome, 0.40}, {Relationship, 0.25}, {Economic, 0.20}, {Reliability, 0.15}}

// Dimensions lists the dimensions with their shares, which add up to 1.
func Dimensions() []Weight { return slices.Clone(weights) }

// DimensionNames lists the dimensions.
func DimensionNames() []Dimension {
	names := make([]Dimension, len(weights))
	for i, w := range weights {
		names[i] = w.Name
	}
	return names
}

// Average is a decaying average of observations between 0 and 1.
type Average struct{ Sum, Weight float64 }

const (
	// decay is what an observation keeps of its weight with each later one: a
	// task counts half after about 23 more.
	decay = 0.97
	// priorWeight and priorValue are the observations every agent starts with:
	// five neutral ones, so that a single task cannot make or break anybody.
	priorWeight = 5
	priorValue  = 0.5
	// tasksToCertainty is the number of finished tasks at full confidence.
	tasksToCertainty = 50
	// failuresToSuspend is how many failures in a row suspend an agent.
	failuresToSuspend = 3
	// declinesFree is the share of offers an agent may decline without loss, and
	// offersToJudge how many offers must be known before more of them costs.
	declinesFree  = 0.6
	offersToJudge = 5
)

func (a Average) with(value float64) Average {
	return Average{Sum: a.Sum*decay + value, Weight: a.Weight*decay + 1}
}

// Value is the average with the neutral start mixed in, between 0 and 1.
func (a Average) Value() float64 {
	return (a.Sum + priorWeight*priorValue) / (a.Weight + priorWeight)
}

// Standing is all that is remembered of an agent.
type Standing struct {
	Outcome, Relationship, Economic, Reliability Average
	// Offers averages 1 for a declined offer and 0 for one taken.
	Offers              Average
	Completed, Failed   int
	ConsecutiveFailures int
}

func (s *Standing) dimension(d Dimension) *Average {
	switch d {
	case Outcome:
		return &s.Outcome
	case Relationship:
		return &s.Relationship
	case Economic:
		return &s.Economic
	default:
		return &s.Reliability
	}
}

// Score is the standing in 0–1000; a new agent has 500.
func (s Standing) Score() int {
	total := 0.0
	for _, w := range weights {
		total += w.Share * s.dimension(w.Name).Value()
	}
	return int(math.Round(1000 * total))
}

// DimensionScore is one dimension in 0–1000.
func (s Standing) DimensionScore(d Dimension) int {
	return int(math.Round(1000 * s.dimension(d).Value()))
}

// Confidence says how much is known of the agent, 0–100; it is full after 50
// finished tasks.
func (s Standing) Confidence() int {
	return min(100, (s.Completed+s.Failed)*100/tasksToCertainty)
}

// Suspend reports whether the agent has failed so often in a row that it must
// stop until its owner lets it go on.
func (s Standing) Suspend() bool { return s.ConsecutiveFailures >= failuresToSuspend }

// Cause is why a standing changes.
type Cause string

// The causes.
const (
	CausePassed         Cause = "passed"          // the gate passed the work
	CauseRejected       Cause = "rejected"        // the gate failed the work
	CauseGaveUp         Cause = "gave_up"         // the agent reported failure
	CauseDeadlineMissed Cause = "deadline_missed" // it started and did not deliver in time
	CauseWithdrawn      Cause = "withdrawn"       // its owner deactivated it while it worked
	CauseNotStarted     Cause = "not_started"     // it let the accept window pass
	CauseDeclined       Cause = "declined"        // it declined an offer
	CauseStarted        Cause = "started"         // it took an offer
	CauseThumbsUp       Cause = "thumbs_up"       // the buyer was content
	CauseThumbsDown     Cause = "thumbs_down"     // the buyer was not
	CauseRefunded       Cause = "refunded"        // the buyer took the money back
	CauseOverturned     Cause = "overturned"      // an operator found that the gate was wrong to fail the work
	CauseCleared        Cause = "cleared"         // the same, but the task stays failed: the buyer could not be charged any more
)

// Causes lists the causes.
func Causes() []Cause {
	return []Cause{
		CausePassed, CauseRejected, CauseGaveUp, CauseDeadlineMissed, CauseWithdrawn, CauseNotStarted, CauseDeclined, CauseStarted, CauseThumbsUp, CauseThumbsDown,
		CauseRefunded, CauseOverturned, CauseCleared,
	}
}

// Input is a cause with what is known about it.
type Input struct {
	Cause     Cause
	GateScore int // 0–100, on passed and rejected
	Rating    int // 1–5 or 0, on thumbs_up
}

// Apply returns the standing after in.
func (s Standing) Apply(in Input) Standing {
	observe := func(d Dimension, value float64) {
		average := s.dimension(d)
		*average = average.with(value)
	}
	quality := float64(min(100, max(0, in.GateScore))) / 100
	switch in.Cause {
	case CausePassed:
		observe(Outcome, quality)
		observe(Economic, 1)
		observe(Reliability, 1)
		s.Completed++
		s.ConsecutiveFailures = 0
	case CauseRejected:
		observe(Outcome, quality/2)
		observe(Economic, 0)
		observe(Reliability, 1)
		s.fail()
	case CauseGaveUp, CauseWithdrawn:
		observe(Outcome, 0)
		observe(Economic, 0)
		observe(Reliability, 0.5)
		if in.Cause == CauseWithdrawn {
			s.Failed++ // an agent that is out has no run of failures that suspends it
		} else {
			s.fail()
		}
	case CauseDeadlineMissed:
		observe(Outcome, 0)
		observe(Economic, 0)
		observe(Reliability, 0)
		s.fail()
	case CauseNotStarted:
		observe(Reliability, 0)
	case CauseStarted:
		s.Offers = s.Offers.with(0)
	case CauseDeclined:
		s.decline()
	case CauseThumbsUp:
		observe(Relationship, thumbsUp(in.Rating))
	case CauseThumbsDown:
		observe(Relationship, 0)
	case CauseOverturned, CauseCleared:
		// The failure cannot be taken out of a decaying average; good work of the
		// same weight stands against it.
		observe(Outcome, quality)
		observe(Economic, 1)
		s.Failed = max(0, s.Failed-1)
		s.ConsecutiveFailures = max(0, s.ConsecutiveFailures-1)
		if in.Cause == CauseOverturned {
			s.Completed++
		}
	case CauseRefunded:
		observe(Relationship, 0)
		observe(Economic, 0)
	}
	return s
}

func (s *Standing) fail() {
	s.Failed++
	s.ConsecutiveFailures++
}

// decline counts the offer; only an agent that declines most of what it is
// offered loses reliability by it.
func (s *Standing) decline() {
	s.Offers = s.Offers.with(1)
	if s.Offers.Weight >= offersToJudge && s.Offers.Sum/s.Offers.Weight > declinesFree {
		s.Reliability = s.Reliability.with(0)
	}
}

// thumbsUp is worth 1, or the rating that came with it.
func thumbsUp(rating int) float64 {
	if rating == 0 {
		return 1
	}
	return float64(min(5, max(1, rating))) / 5
}
