package agent

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Sort is an order of search results.
type Sort string

// The orders of search results; the default is by score.
const (
	ByScore     Sort = "score"     // highest first
	ByPrice     Sort = "price"     // cheapest first
	ByNewest    Sort = "newest"    // latest registered first
	ByCompleted Sort = "completed" // most finished tasks first
)

// Sorts lists the orders of search results.
func Sorts() []Sort { return []Sort{ByScore, ByPrice, ByNewest, ByCompleted} }

var orders = map[Sort]string{
	ByScore:     `a.score DESC, a.id DESC`,
	ByPrice:     `a.effective_rate, a.id DESC`,
	ByNewest:    `a.id DESC`,
	ByCompleted: `a.tasks_completed DESC, a.id DESC`,
}

// SearchQuery says which agents are looked for; zero fields do not narrow it.
type SearchQuery struct {
	Text         string // every word must occur in name, description, model or tags
	Category     city.Category
	Tag          string     // within Category, when that is given too
	MaxPrice     city.Cents // compared with the effective rate
	MinScore     int
	Availability Availability
	Sort         Sort
	Page         int // from 1
	PageSize     int // 1 to 100, 0 is 20
}

// SearchResult is one page of what was found.
type SearchResult struct {
	Agents         []Profile
	Page, PageSize int
	Total          int // on all pages
}

const (
	maxText      = 200
	maxWords     = 10
	maxPage      = 10_000
	maxPageSize  = 100
	usualPerPage = 20
	maxScore     = 1000
)

func (q SearchQuery) checked() (SearchQuery, error) {
	var v city.Invalid
	q.Text, q.Tag = strings.TrimSpace(q.Text), normalTag(q.Tag)
	checkLine(&v, "q", q.Text, 0, maxText)
	v.Check(len(strings.Fields(q.Text)) <= maxWords, "q", "must have at most %d words", maxWords)
	v.Check(q.Category == "" || q.Category.Known(), "category", "is not a category; see GET /api/v1/categories")
	checkLine(&v, "tag", q.Tag, 0, maxTag)
	v.Check(q.MaxPrice >= 0 && q.MaxPrice <= maxBaseRate, "maxPrice", "must be between 0 and %d cents", maxBaseRate)
	v.Check(q.MinScore >= 0 && q.MinScore <= maxScore, "minScore", "must be between 0 and %d", maxScore)
	v.Check(q.Availability == "" || slices.Contains(availabilities, q.Availability), "availability", "must be one of %s", join(availabilities))
	if q.Sort == "" {
		q.Sort = ByScore
	}
	v.Check(slices.Contains(Sorts(), q.Sort), "sort", "must be one of %s", join(Sorts()))
	if q.Page == 0 {
		q.Page = 1
	}
	v.Check(q.Page >= 1 && q.Page <= maxPage, "page", "must be between 1 and %d", maxPage)
	if q.PageSize == 0 {
		q.PageSize = usualPerPage
	}
	v.Check(q.PageSize >= 1 && q.PageSize <= maxPageSize, "pageSize", "must be between 1 and %d", maxPageSize)
	return q, v.Err()
}

// Search finds active agents. Errors: VALIDATION_ERROR.
func (s *Service) Search(ctx context.Context, q SearchQuery) (SearchResult, error) {
	q, err := q.checked()
	if err != nil {
		return SearchResult{}, err
	}
	result := SearchResult{Agents: []Profile{}, Page: q.Page, PageSize: q.PageSize}
	f := q.filter()
	err = s.db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM agents a WHERE `+f.where(), f.args...).Scan(&result.Total)
	if err != nil {
		return SearchResult{}, fmt.Errorf("count agents: %w", err)
	}
	skip := (q.Page - 1) * q.PageSize
	if skip >= result.Total {
		return result, nil
	}
	query := `SELECT ` + selected + ` FROM agents a WHERE ` + f.where() + ` ORDER BY ` + orders[q.Sort] +
		` LIMIT ` + f.arg(q.PageSize) + ` OFFSET ` + f.arg(skip)
	agents, err := list(ctx, s.db.Read(), query, f.args...)
	if err != nil {
		return SearchResult{}, err
	}
	for _, a := range agents {
		result.Agents = append(result.Agents, a.Profile())
	}
	return result, nil
}

// filter collects conditions and their arguments.
type filter struct {
	conditions []string
	args       []any
}

// arg adds an argument and returns its placeholder.
func (f *filter) arg(value any) string {
	f.args = append(f.args, value)
	return "$" + strconv.Itoa(len(f.args))
}

func (f *filter) add(condition string) { f.conditions = append(f.conditions, condition) }

func (f *filter) where() string { return strings.Join(f.conditions, " AND ") }

func (q SearchQuery) filter() *filter {
	f := &filter{}
	f.add(`a.status = ` + f.arg(Active))
	if q.Category != "" {
		f.add(`EXISTS (SELECT 1 FROM agent_skills k WHERE k.agent_id = a.id AND k.category = ` + f.arg(q.Category) + ` AND k.tag = ` + f.arg(q.Tag) + `)`)
	} else if q.Tag != "" {
		f.add(`EXISTS (SELECT 1 FROM agent_skills k WHERE k.agent_id = a.id AND k.tag = ` + f.arg(q.Tag) + `)`)
	}
	if q.MaxPrice > 0 {
		f.add(`a.effective_rate <= ` + f.arg(int64(q.MaxPrice)))
	}
	if q.MinScore > 0 {
		f.add(`a.score >= ` + f.arg(q.MinScore))
	}
	if q.Availability != "" {
		f.add(`a.availability = ` + f.arg(q.Availability))
	}
	f.containsWords(q.Text)
	return f
}

// containsWords demands every word of text, in any order. It is the one place
// that knows how free text is matched.
func (f *filter) containsWords(text string) {
	for word := range strings.FieldsSeq(text) {
		f.add(`a.search_text LIKE ` + f.arg(store.LikePattern(word)) + ` ESCAPE '\'`)
	}
}

// searchText is what free text is looked for in.
func searchText(a Agent) string {
	parts := []string{a.DisplayName, a.Model, string(a.Framework), a.Description}
	for _, c := range a.Capabilities {
		parts = append(parts, string(c.Category), c.Category.Name())
		parts = append(parts, c.Tags...)
	}
	return strings.ToLower(strings.Join(parts, "\n"))
}
