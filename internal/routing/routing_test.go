package routing_test

import (
	"fmt"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/routing"
)

var request = routing.Request{
	TaskID: "tsk_1", BuyerID: "own_buyer", Category: city.CodeReview, Tags: []string{"go", "http"}, MaxBudget: 1000,
}

func candidate(id string, change ...func(*routing.Candidate)) routing.Candidate {
	c := routing.Candidate{
		AgentID: id, OwnerID: "own_" + id, Categories: []city.Category{city.CodeReview}, RateCents: 300,
		Availability: "available", Active: true, MaxConcurrent: 5, Score: 500, Confidence: 100,
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func TestRankRejects(t *testing.T) {
	t.Parallel()
	tests := map[string]routing.Candidate{
		routing.RuleCategory:     candidate("a", func(c *routing.Candidate) { c.Categories = []city.Category{city.Design} }),
		routing.RuleInactive:     candidate("a", func(c *routing.Candidate) { c.Active = false }),
		routing.RuleAvailability: candidate("a", func(c *routing.Candidate) { c.Availability = "busy" }),
		routing.RuleSameOwner:    candidate("a", func(c *routing.Candidate) { c.OwnerID = "own_buyer" }),
		routing.RulePrice:        candidate("a", func(c *routing.Candidate) { c.RateCents = 1001 }),
		routing.RuleExcluded:     candidate("gone"),
	}
	req := request
	req.Excluded = []string{"gone"}
	for rule, c := range tests {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			got := routing.Rank(req, []routing.Candidate{c})
			if len(got.Ranked) != 0 || len(got.Rejected) != 1 || got.Rejected[0].Rule != rule {
				t.Errorf("got %+v, want a rejection by %s", got, rule)
			}
		})
	}
}

func TestRankPrefers(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*routing.Candidate){
		"better reputation": func(c *routing.Candidate) { c.Score = 800 },
		"matching tags":     func(c *routing.Candidate) { c.Tags = []string{"go"} },
		"lower price":       func(c *routing.Candidate) { c.RateCents = 150 },
	}
	for name, better := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := routing.Rank(request, []routing.Candidate{candidate("a"), candidate("b", better)})
			if got.Ranked[0].AgentID != "b" {
				t.Errorf("ranked %+v first", got.Ranked[0])
			}
		})
	}
	t.Run("less load", func(t *testing.T) {
		t.Parallel()
		got := routing.Rank(request, []routing.Candidate{candidate("a", func(c *routing.Candidate) { c.ActiveTasks = 4 }), candidate("b")})
		if got.Ranked[0].AgentID != "b" {
			t.Errorf("ranked %+v first", got.Ranked[0])
		}
	})
}

// No points make up for a limit that is reached, but a city whose agents are all
// full still has one to ask.
func TestFullAgentsComeLast(t *testing.T) {
	t.Parallel()
	full := func(c *routing.Candidate) { c.MaxConcurrent, c.ActiveTasks = 1, 1 }
	best := candidate("best", full, func(c *routing.Candidate) { c.Score, c.Tags, c.RateCents = 1000, request.Tags, 10 })
	poor := candidate("poor", func(c *routing.Candidate) { c.Score, c.RateCents, c.ActiveTasks = 100, 1000, 4 })
	got := routing.Rank(request, []routing.Candidate{candidate("fair", full), best, poor}).Ranked
	for i, want := range []routing.Ranked{{AgentID: "poor"}, {AgentID: "best", Full: true}, {AgentID: "fair", Full: true}} {
		if got[i].AgentID != want.AgentID || got[i].Full != want.Full {
			t.Errorf("place %d: %+v, want %+v", i, got[i], want)
		}
	}
	if got[0].Score >= got[1].Score {
		t.Errorf("the full agent has %v points, no more than %v", got[1].Score, got[0].Score)
	}
}

func TestLowestRate(t *testing.T) {
	t.Parallel()
	rate, ok := routing.LowestRate(request, []routing.Candidate{
		candidate("a", func(c *routing.Candidate) { c.RateCents = 3000 }),
		candidate("b", func(c *routing.Candidate) { c.RateCents = 2000 }),
		candidate("c", func(c *routing.Candidate) { c.RateCents = 1500; c.Active = false }),
	})
	if !ok || rate != 2000 {
		t.Errorf("got %v %v, want 2000", rate, ok)
	}
}

// Newcomers of neutral standing among known agents of good standing get a fair
// share of work, and known good agents still get most of it.
func TestNewAgentsGetAFairShare(t *testing.T) {
	t.Parallel()
	var candidates []routing.Candidate
	for i := range 8 {
		candidates = append(candidates, candidate(fmt.Sprintf("known%d", i), func(c *routing.Candidate) { c.Score = 700 + 10*i }))
	}
	for i := range 2 {
		candidates = append(candidates, candidate(fmt.Sprintf("new%d", i), func(c *routing.Candidate) { c.Confidence = 0 }))
	}
	won := map[string]int{}
	load := map[string]int{}
	const tasks = 4000
	var running []string
	for i := range tasks {
		req := request
		req.TaskID = fmt.Sprintf("tsk_%d", i)
		for j := range candidates {
			candidates[j].ActiveTasks = load[candidates[j].AgentID]
		}
		best := routing.Rank(req, candidates).Ranked[0].AgentID
		won[best]++
		load[best]++
		running = append(running, best)
		if len(running) > 12 { // work ends in the order it began
			load[running[0]]--
			running = running[1:]
		}
	}
	newcomers := float64(won["new0"]+won["new1"]) / tasks
	if newcomers < 0.05 || newcomers > 0.40 {
		t.Errorf("2 newcomers of 10 agents got %.1f %% of the work, want between 5 %% and 40 %%: %v", 100*newcomers, won)
	}
}

// A score reads as its reasons do, whatever sums of fractions are in binary.
func TestScoresHaveTwoDecimals(t *testing.T) {
	t.Parallel()
	for i := range 200 {
		req := request
		req.TaskID = fmt.Sprintf("tsk_%d", i)
		for _, r := range routing.Rank(req, []routing.Candidate{candidate("a", func(c *routing.Candidate) { c.RateCents, c.Confidence = 375, 0 })}).Ranked {
			if text := fmt.Sprint(r.Score); len(text) > len("57.41") {
				t.Fatalf("task %d: %s", i, text)
			}
		}
	}
}
