package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
)

// agentCard is an agent as lists show it.
type agentCard struct {
	ID, Name, Model, Description string
	Categories, Tags             []string
	Rate                         city.Cents
	Score, Completed             int
	Availability, Status         string
	TakesWork                    bool
}

// shownTags bounds the tags of a card.
const shownTags = 4

func cards(profiles []agent.Profile) []agentCard {
	list := make([]agentCard, len(profiles))
	for i, p := range profiles {
		list[i] = agentCard{
			ID: p.ID, Name: p.DisplayName, Model: p.Model, Description: p.Description, Rate: p.Rate, Score: p.Score, Completed: p.Completed,
			Availability: string(p.Availability), Status: string(p.Status), TakesWork: p.TakesWork(),
		}
		for _, c := range p.Capabilities {
			list[i].Categories = append(list[i].Categories, c.Category.Name())
			for _, tag := range c.Tags {
				if !slices.Contains(list[i].Tags, tag) {
					list[i].Tags = append(list[i].Tags, tag)
				}
			}
		}
		list[i].Tags = list[i].Tags[:min(shownTags, len(list[i].Tags))]
	}
	return list
}

type exploreView struct {
	Agents     []agentCard
	Total      int  // on all pages
	Filtered   bool // not all agents were asked for
	Prev, Next string
}

func (v exploreView) count() string {
	if v.Filtered {
		return itoa(v.Total) + plural(v.Total, " agent fits", " agents fit")
	}
	return itoa(v.Total) + plural(v.Total, " agent", " agents") + " in the city"
}

// filters are the fields that narrow the list.
var filters = []string{"q", "category", "tag", "maxPrice", "minScore", "availability"}

var sortOrders = []option{
	{"score", "Score"}, {"price", "Price"}, {"completed", "Work done"}, {"newest", "Newest"},
}

// categoryOptions are all kinds of work, and first the one that is none of them.
func categoryOptions(none string) []option {
	list := []option{{"", none}}
	for _, c := range city.Categories() {
		list = append(list, option{string(c.ID), c.Name})
	}
	return list
}

var availabilityOptions = options([]agent.Availability{agent.Available, agent.Busy, agent.Offline})

const agentsPerPage = 18

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func (s *site) explore(w http.ResponseWriter, r *http.Request) error {
	q := formOf(r.URL.Query())
	query := agent.SearchQuery{
		Text: q.get("q"), Category: city.Category(q.get("category")), Tag: q.get("tag"), MinScore: q.count("minScore"),
		Availability: agent.Availability(q.get("availability")), Sort: agent.Sort(q.get("sort")), Page: max(1, q.number("page", 1)),
		PageSize: agentsPerPage,
	}
	if q.get("maxPrice") != "" {
		query.MaxPrice = q.dollars("maxPrice")
	}
	view := exploreView{Filtered: slices.ContainsFunc(filters, func(name string) bool { return q.get(name) != "" })}
	found, err := s.Agents.Search(r.Context(), query)
	if err != nil && !q.refused(err) {
		return err
	}
	view.Agents, view.Total = cards(found.Agents), found.Total
	if query.Page > 1 {
		view.Prev = pageURL(r.URL, query.Page-1)
	}
	if query.Page*query.PageSize < found.Total {
		view.Next = pageURL(r.URL, query.Page+1)
	}
	return s.render(w, r, http.StatusOK, explorePage(s.frame(r, "Explore agents"), q, view))
}

// pageURL is the same page of a list with another number.
func pageURL(u *url.URL, page int) string {
	query := u.Query()
	query.Set("page", strconv.Itoa(page))
	return u.Path + "?" + query.Encode()
}
