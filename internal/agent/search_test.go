package agent_test

import (
	"fmt"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
)

// town registers a few agents that differ in everything one can search by.
func town(t *testing.T, b bundle) {
	t.Helper()
	add := func(name, model, description string, rate city.Cents, score, completed int, availability agent.Availability, skills ...agent.Capability) agent.Agent {
		a, _ := b.register(t, b.ann, func(r *agent.Registration) {
			r.DisplayName, r.Model, r.Description, r.Capabilities = name, model, description, skills
			if rate > 0 {
				r.Pricing = &agent.Pricing{BaseRate: rate}
			}
		})
		b.setStanding(t, a.ID, agent.Standing{Score: score, Completed: completed})
		if _, err := b.Update(t.Context(), a.ID, agent.Patch{Availability: &availability}); err != nil {
			t.Fatal(err)
		}
		return a
	}
	skill := func(category city.Category, tags ...string) agent.Capability {
		return agent.Capability{Category: category, Tags: tags}
	}
	add("Ada", "claude-sonnet-4-6", "Reads TypeScript", 200, 700, 5, agent.Available, skill(city.CodeReview, "typescript", "react"))
	add("Bob", "claude-opus-4", "Äpfel & 100% Go_code", 0, 900, 2, agent.Busy, skill(city.CodeReview, "go"), skill(city.Security, "owasp"))
	add("Cyd", "gpt-4o", "", 0, 500, 90, agent.Offline, skill(city.Security, "go"), skill(city.Testing))
	add("Dan", "gpt-4o", "", 90, 100, 0, agent.Available, skill(city.Testing, "react"))
	gone := add("Eve", "gpt-4o", "Reads everything", 50, 999, 99, agent.Available, skill(city.CodeReview, "go"))
	b.suspend(t, gone.ID, "x")
}

func names(r agent.SearchResult) string {
	var list []string
	for _, p := range r.Agents {
		list = append(list, p.DisplayName)
	}
	return strings.Join(list, " ")
}

func TestSearch(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		query agent.SearchQuery
		want  string
	}{
		{"all, best score first", agent.SearchQuery{}, "Bob Ada Cyd Dan"},
		{"by price, the tier's rate counting", agent.SearchQuery{Sort: agent.ByPrice}, "Dan Ada Cyd Bob"},
		{"by newest", agent.SearchQuery{Sort: agent.ByNewest}, "Dan Cyd Bob Ada"},
		{"by completed", agent.SearchQuery{Sort: agent.ByCompleted}, "Cyd Ada Bob Dan"},
		{"category", agent.SearchQuery{Category: city.Testing}, "Cyd Dan"},
		{"category nobody has", agent.SearchQuery{Category: city.Design}, ""},
		{"tag", agent.SearchQuery{Tag: " Go "}, "Bob Cyd"},
		{"tag in a category", agent.SearchQuery{Category: city.Security, Tag: "go"}, "Cyd"},
		{"tag of another category", agent.SearchQuery{Category: city.Testing, Tag: "go"}, ""},
		{"max price", agent.SearchQuery{MaxPrice: 299}, "Ada Dan"},
		{"max price at the tier's rate", agent.SearchQuery{MaxPrice: 300}, "Ada Cyd Dan"},
		{"min score", agent.SearchQuery{MinScore: 700}, "Bob Ada"},
		{"available", agent.SearchQuery{Availability: agent.Available}, "Ada Dan"},
		{"offline", agent.SearchQuery{Availability: agent.Offline}, "Cyd"},
		{"text in the name", agent.SearchQuery{Text: "ADA"}, "Ada"},
		{"text in the model", agent.SearchQuery{Text: "gpt"}, "Cyd Dan"},
		{"text in the description", agent.SearchQuery{Text: "typescript"}, "Ada"},
		{"text in a tag", agent.SearchQuery{Text: "owasp"}, "Bob"},
		{"text in a category's name", agent.SearchQuery{Text: "code review"}, "Bob Ada"},
		{"text beyond ASCII", agent.SearchQuery{Text: "ÄPFEL"}, "Bob"},
		{"every word, in any order", agent.SearchQuery{Text: "react  ada"}, "Ada"},
		{"words of different agents", agent.SearchQuery{Text: "ada bob"}, ""},
		{"percent is text", agent.SearchQuery{Text: "0%"}, "Bob"},
		{"percent matches nothing else", agent.SearchQuery{Text: "a%a"}, ""},
		{"underscore is text", agent.SearchQuery{Text: "go_c"}, "Bob"},
		{"underscore matches nothing else", agent.SearchQuery{Text: "a_a"}, ""},
		{"backslash is text", agent.SearchQuery{Text: `\`}, ""},
		{"quotes are text", agent.SearchQuery{Text: `' OR 1=1 --`}, ""},
		{"everything together", agent.SearchQuery{
			Text: "reads", Category: city.CodeReview, Tag: "react", MaxPrice: 200, MinScore: 1, Availability: agent.Available, Sort: agent.ByPrice,
		}, "Ada"},
	}
	each(t, func(t *testing.T, b bundle) {
		town(t, b)
		for _, c := range cases {
			got, err := b.Search(t.Context(), c.query)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			if names(got) != c.want || got.Total != len(strings.Fields(c.want)) || got.Agents == nil {
				t.Errorf("%s: %q of %d, want %q", c.name, names(got), got.Total, c.want)
			}
		}
	})
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		for i := range 25 {
			b.register(t, b.ann, func(r *agent.Registration) { r.DisplayName = fmt.Sprintf("n%02d", i) })
		}
		for _, c := range []struct {
			page, size       int
			first            string
			onPage, wantSize int
		}{{0, 0, "n24", 20, 20}, {2, 0, "n04", 5, 20}, {3, 10, "n04", 5, 10}, {4, 10, "", 0, 10}, {10_000, 100, "", 0, 100}} {
			got, err := b.Search(t.Context(), agent.SearchQuery{Page: c.page, PageSize: c.size})
			if err != nil || got.Total != 25 || len(got.Agents) != c.onPage || got.PageSize != c.wantSize || got.Page != max(1, c.page) {
				t.Errorf("page %d of %d: %d agents, %+v, %v", c.page, c.size, len(got.Agents), got, err)
				continue
			}
			if c.onPage > 0 && got.Agents[0].DisplayName != c.first {
				t.Errorf("page %d of %d starts with %s, want %s", c.page, c.size, got.Agents[0].DisplayName, c.first)
			}
		}
	})
}

func TestSearchRefusesBadInput(t *testing.T) {
	t.Parallel()
	cases := []struct {
		query  agent.SearchQuery
		fields string
	}{
		{agent.SearchQuery{Text: strings.Repeat("x", 201)}, "q"},
		{agent.SearchQuery{Text: strings.Repeat("x ", 11)}, "q"},
		{agent.SearchQuery{Text: "a\x00b"}, "q"},
		{agent.SearchQuery{Text: "a\xff"}, "q"},
		{agent.SearchQuery{Category: "cooking"}, "category"},
		{agent.SearchQuery{Tag: strings.Repeat("x", 41)}, "tag"},
		{agent.SearchQuery{Tag: "a\x00b"}, "tag"},
		{agent.SearchQuery{MaxPrice: -1}, "maxPrice"},
		{agent.SearchQuery{MaxPrice: 1_000_001}, "maxPrice"},
		{agent.SearchQuery{MinScore: -1}, "minScore"},
		{agent.SearchQuery{MinScore: 1001}, "minScore"},
		{agent.SearchQuery{Availability: "asleep"}, "availability"},
		{agent.SearchQuery{Sort: "score; DROP TABLE agents"}, "sort"},
		{agent.SearchQuery{Page: -1}, "page"},
		{agent.SearchQuery{Page: 10_001}, "page"},
		{agent.SearchQuery{PageSize: -1}, "pageSize"},
		{agent.SearchQuery{PageSize: 101}, "pageSize"},
		{agent.SearchQuery{Category: "x", Sort: "y", PageSize: 1000}, "category sort pageSize"},
	}
	each(t, func(t *testing.T, b bundle) {
		for _, c := range cases {
			_, err := b.Search(t.Context(), c.query)
			citytest.WantCode(t, c.fields, err, city.CodeValidation)
			if got := citytest.WrongFields(err); got != c.fields {
				t.Errorf("fields %q, want %q", got, c.fields)
			}
		}
	})
}
