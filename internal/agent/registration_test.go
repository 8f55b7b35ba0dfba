package agent_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
)

// sameAgent compares agents by what others see of them, and by their rate.
var sameAgent = cmp.Options{cmpopts.IgnoreUnexported(agent.Agent{})}

func TestRegister(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, key, err := b.Register(t.Context(), b.ann, agent.Registration{
			DisplayName: " My Code Reviewer ", Framework: "custom", Model: "claude-sonnet-4-6", Description: "Line one\nline two",
			Capabilities: []agent.Capability{
				{Category: city.CodeReview, Tags: []string{" TypeScript", "c++", "typescript"}}, {Category: city.General},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		want := agent.Agent{
			ID: a.ID, OwnerID: b.ann, DisplayName: "My Code Reviewer", Framework: "custom", Model: "claude-sonnet-4-6",
			Description: "Line one\nline two",
			Capabilities: []agent.Capability{
				{Category: city.CodeReview, Tags: []string{"typescript", "c++"}}, {Category: city.General, Tags: []string{}},
			},
			MaxConcurrentTasks: 5, Availability: agent.Available, Status: agent.Active, KeyPrefix: a.KeyPrefix,
			Standing: agent.Standing{Score: 500}, CreatedAt: b.clock.Now(), UpdatedAt: b.clock.Now(),
		}
		if diff := cmp.Diff(want, a, sameAgent); diff != "" {
			t.Errorf("registered (-want +got):\n%s", diff)
		}
		if city.CheckID(city.PrefixAgent, a.ID) != nil || !strings.HasPrefix(key, "ac_live_") || !strings.HasPrefix(key, a.KeyPrefix) || key == a.KeyPrefix {
			t.Errorf("id %q, key prefix %q", a.ID, a.KeyPrefix)
		}
		if a.Rate() != 300 {
			t.Errorf("rate %v, want the tier's", a.Rate())
		}
		for what, read := range map[string]func() (agent.Agent, error){
			"find":             func() (agent.Agent, error) { return b.Find(t.Context(), a.ID) },
			"find owned":       func() (agent.Agent, error) { return b.FindOwned(t.Context(), b.ann, a.ID) },
			"authenticate":     func() (agent.Agent, error) { return b.byKey(t, key) },
			"owner's only one": func() (agent.Agent, error) { return b.OnlyAgentOf(t.Context(), b.ann) },
		} {
			got, err := read()
			if err != nil || got.Rate() != a.Rate() {
				t.Errorf("%s: %v, rate %v", what, err, got.Rate())
			}
			if diff := cmp.Diff(a, got, sameAgent); diff != "" {
				t.Errorf("%s (-registered +got):\n%s", what, diff)
			}
		}
		if got := b.eventTypes(t, a.ID); got != "registered" {
			t.Errorf("events: %s", got)
		}
	})
}

func TestRegisterWithPricing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, _ := b.register(t, b.ann, func(r *agent.Registration) {
			r.Pricing = &agent.Pricing{Model: agent.PerTask, BaseRate: 250, Currency: city.USD}
			r.MaxConcurrentTasks = ptr(2)
		})
		got, err := b.Find(t.Context(), a.ID)
		if err != nil || got.Rate() != 250 || *got.Pricing != (agent.Pricing{Model: "per_task", BaseRate: 250, Currency: "USD"}) || got.MaxConcurrentTasks != 2 {
			t.Errorf("%+v, rate %v, %v", got, got.Rate(), err)
		}
	})
}

type badField struct {
	name   string
	change func(*agent.Registration)
	fields string
}

func tags(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("tag%d", i)
	}
	return list
}

func price(p agent.Pricing) func(*agent.Registration) {
	return func(r *agent.Registration) { r.Pricing = &p }
}

func capabilities(list ...agent.Capability) func(*agent.Registration) {
	return func(r *agent.Registration) { r.Capabilities = list }
}

var badFields = []badField{
	{"nothing", func(r *agent.Registration) { *r = agent.Registration{} }, "displayName framework model capabilities"},
	{"blank name", func(r *agent.Registration) { r.DisplayName = " \n " }, "displayName"},
	{"long name", func(r *agent.Registration) { r.DisplayName = strings.Repeat("ä", 81) }, "displayName"},
	{"name of two lines", func(r *agent.Registration) { r.DisplayName = "a\nb" }, "displayName"},
	{"name with NUL", func(r *agent.Registration) { r.DisplayName = "a\x00b" }, "displayName"},
	{"name with a direction mark", func(r *agent.Registration) { r.DisplayName = "a\u202eb" }, "displayName"},
	{"unknown framework", func(r *agent.Registration) { r.Framework = "Custom" }, "framework"},
	{"no model", func(r *agent.Registration) { r.Model = "" }, "model"},
	{"long model", func(r *agent.Registration) { r.Model = strings.Repeat("m", 101) }, "model"},
	{"long description", func(r *agent.Registration) { r.Description = strings.Repeat("d", 2001) }, "description"},
	{"description with NUL", func(r *agent.Registration) { r.Description = "a\x00" }, "description"},
	{"description not UTF-8", func(r *agent.Registration) { r.Description = "a\xff" }, "description"},
	{"no capability", capabilities(), "capabilities"},
	{"too many capabilities", capabilities(make([]agent.Capability, 13)...), "capabilities"},
	{"unknown category", capabilities(agent.Capability{Category: "cooking"}), "capabilities[0].category"},
	{"a category twice", capabilities(agent.Capability{Category: city.Testing}, agent.Capability{Category: city.Testing}), "capabilities[1].category"},
	{"too many tags", capabilities(agent.Capability{Category: city.Testing, Tags: tags(21)}), "capabilities[0].tags"},
	{"empty tag", capabilities(agent.Capability{Category: city.Testing, Tags: []string{"ok", " "}}), "capabilities[0].tags[1]"},
	{"long tag", capabilities(agent.Capability{Category: city.Testing, Tags: []string{strings.Repeat("t", 41)}}), "capabilities[0].tags[0]"},
	{"tag with newline", capabilities(agent.Capability{Category: city.Testing, Tags: []string{"a\nb"}}), "capabilities[0].tags[0]"},
	{"low rate", price(agent.Pricing{BaseRate: 49}), "pricing.baseRate"},
	{"high rate", price(agent.Pricing{BaseRate: 1_000_001}), "pricing.baseRate"},
	{"negative rate", price(agent.Pricing{BaseRate: -300}), "pricing.baseRate"},
	{"another pricing model", price(agent.Pricing{Model: "hourly", BaseRate: 300}), "pricing.model"},
	{"another currency", price(agent.Pricing{BaseRate: 300, Currency: "EUR"}), "pricing.currency"},
	{"no concurrency", func(r *agent.Registration) { r.MaxConcurrentTasks = ptr(0) }, "maxConcurrentTasks"},
	{"much concurrency", func(r *agent.Registration) { r.MaxConcurrentTasks = ptr(101) }, "maxConcurrentTasks"},
	{"several at once", func(r *agent.Registration) {
		r.DisplayName, r.Framework, r.Capabilities[0].Category = "", "x", "y"
	}, "displayName framework capabilities[0].category"},
}

func TestRegisterRefusesBadInput(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		for _, c := range badFields {
			r := reviewer()
			c.change(&r)
			_, key, err := b.Register(t.Context(), b.ann, r)
			citytest.WantCode(t, c.name, err, city.CodeValidation)
			if got := citytest.WrongFields(err); got != c.fields || key != "" {
				t.Errorf("%s: fields %q, want %q; key %q", c.name, got, c.fields, key)
			}
		}
		if mine, err := b.Mine(t.Context(), b.ann); err != nil || len(mine) != 0 {
			t.Errorf("%d agents were made, %v", len(mine), err)
		}
	})
}

func TestRegisterAtBounds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.register(t, b.ann, func(r *agent.Registration) {
			r.DisplayName, r.Model = strings.Repeat("ä", 80), strings.Repeat("m", 100)
			r.Description = strings.Repeat("d", 2000)
			r.Capabilities = nil
			for _, info := range city.Categories() {
				all := tags(20)
				all[0] = strings.Repeat("ß", 40)
				r.Capabilities = append(r.Capabilities, agent.Capability{Category: info.ID, Tags: all})
			}
			r.Pricing = &agent.Pricing{BaseRate: 1_000_000}
			r.MaxConcurrentTasks = ptr(100)
		})
		b.register(t, b.ann, func(r *agent.Registration) {
			r.DisplayName, r.Description = "👩\u200d💻 x", ""
			r.Pricing, r.MaxConcurrentTasks = &agent.Pricing{BaseRate: 50}, ptr(1)
		})
	})
}

func TestAgentsPerOwnerAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		for range 100 {
			b.register(t, b.ann, nil)
		}
		_, _, err := b.Register(t.Context(), b.ann, reviewer())
		citytest.WantCode(t, "one too many", err, city.CodeInvalidState)
		b.register(t, b.bob, nil)
	})
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, key := b.register(t, b.ann, nil)
		steps := []struct {
			name   string
			patch  agent.Patch
			change func(*agent.Agent)
			rate   city.Cents
		}{
			{"nothing", agent.Patch{}, func(*agent.Agent) {}, 300},
			{"price", agent.Patch{Pricing: &agent.Pricing{BaseRate: 120}},
				func(a *agent.Agent) { a.Pricing = &agent.Pricing{Model: "per_task", BaseRate: 120, Currency: "USD"} }, 120},
			{"model, price kept", agent.Patch{Model: ptr("claude-opus-4")}, func(a *agent.Agent) { a.Model = "claude-opus-4" }, 120},
			{"back to the tier's rate", agent.Patch{ClearPricing: true}, func(a *agent.Agent) { a.Pricing = nil }, 500},
			{"availability", agent.Patch{Availability: ptr(agent.Busy)}, func(a *agent.Agent) { a.Availability = agent.Busy }, 500},
			{"everything else", agent.Patch{
				DisplayName: ptr("Two"), Framework: ptr(agent.Framework("adk")), Model: ptr("gpt-4o"), Description: ptr(""),
				Capabilities: &[]agent.Capability{{Category: city.Security, Tags: []string{"Go"}}}, MaxConcurrentTasks: ptr(9),
			}, func(a *agent.Agent) {
				a.DisplayName, a.Framework, a.Model, a.Description, a.MaxConcurrentTasks = "Two", "adk", "gpt-4o", "", 9
				a.Capabilities = []agent.Capability{{Category: city.Security, Tags: []string{"go"}}}
			}, 300},
		}
		want := a
		for _, step := range steps {
			got, err := b.Update(t.Context(), a.ID, step.patch)
			if err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			step.change(&want)
			stored, err := b.byKey(t, key)
			if err != nil {
				t.Fatal(err)
			}
			for where, is := range map[string]agent.Agent{"answer": got, "stored": stored} {
				if diff := cmp.Diff(want, is, sameAgent); diff != "" || is.Rate() != step.rate {
					t.Errorf("%s, %s: rate %v, want %v; (-want +got)\n%s", step.name, where, is.Rate(), step.rate, diff)
				}
			}
		}
		if got := b.eventTypes(t, a.ID); got != "registered updated updated updated updated" {
			t.Errorf("events: %s (availability and no change are no history)", got)
		}
		// What it is found by follows.
		for category, n := range map[city.Category]int{city.CodeReview: 0, city.Security: 1} {
			if found, err := b.Search(t.Context(), agent.SearchQuery{Category: category}); err != nil || found.Total != n {
				t.Errorf("found by %s: %d, %v", category, found.Total, err)
			}
		}
	})
}

func TestUpdateRefusesBadInput(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, _ := b.register(t, b.ann, nil)
		for _, c := range badFields {
			r := reviewer()
			r.MaxConcurrentTasks = ptr(5)
			c.change(&r)
			patch := agent.Patch{
				DisplayName: &r.DisplayName, Framework: &r.Framework, Model: &r.Model, Description: &r.Description,
				Capabilities: &r.Capabilities, Pricing: r.Pricing, MaxConcurrentTasks: r.MaxConcurrentTasks,
			}
			_, err := b.Update(t.Context(), a.ID, patch)
			citytest.WantCode(t, c.name, err, city.CodeValidation)
			if got := citytest.WrongFields(err); got != c.fields {
				t.Errorf("%s: fields %q, want %q", c.name, got, c.fields)
			}
		}
		_, err := b.Update(t.Context(), a.ID, agent.Patch{Availability: ptr(agent.Availability("asleep")), DisplayName: ptr("")})
		citytest.WantCode(t, "availability", err, city.CodeValidation)
		if got := citytest.WrongFields(err); got != "displayName availability" {
			t.Errorf("fields: %q", got)
		}
		if got, _ := b.Find(t.Context(), a.ID); cmp.Diff(a, got, sameAgent) != "" {
			t.Errorf("a refused change changed something: %+v", got)
		}
	})
}

func TestRefreshRates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		free, _ := b.register(t, b.ann, nil)
		fixed, _ := b.register(t, b.ann, func(r *agent.Registration) { r.Pricing = &agent.Pricing{BaseRate: 300} })
		dearer := agent.New(agent.Config{DB: b.db, Events: b.events, TierRate: func(string) city.Cents { return 700 }})
		if err := dearer.RefreshRates(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]city.Cents{free.ID: 700, fixed.ID: 300} {
			if a, err := b.Find(t.Context(), id); err != nil || a.Rate() != want {
				t.Errorf("rate %v, want %v, %v", a.Rate(), want, err)
			}
		}
	})
}
