package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Bounds of what an agent says about itself, in characters where it is text.
const (
	maxDisplayName  = 80
	maxModel        = 100
	maxDescription  = 2000
	maxTags         = 20 // in one capability
	maxTag          = 40
	minBaseRate     = city.Cents(50)
	maxBaseRate     = city.Cents(1_000_000)
	maxConcurrent   = 100
	usualConcurrent = 5
)

// Registration is what an owner says about a new agent.
type Registration struct {
	DisplayName        string
	Framework          Framework
	Model              string
	Description        string
	Capabilities       []Capability
	Pricing            *Pricing // nil: the tier's rate
	MaxConcurrentTasks *int     // nil: 5

	// Keep writes down the answer, with the agent's key, in the transaction that
	// makes the agent; it may be nil.
	Keep func(ctx context.Context, tx store.Tx, a Agent, key string) error
}

// Patch changes what is not nil.
type Patch struct {
	DisplayName        *string
	Framework          *Framework
	Model              *string
	Description        *string
	Capabilities       *[]Capability
	Pricing            *Pricing
	ClearPricing       bool // back to the tier's rate; Pricing wins
	MaxConcurrentTasks *int
	Availability       *Availability
}

// checked returns the registration in the form it is stored, or a
// VALIDATION_ERROR with every wrong field.
func (r Registration) checked() (Registration, error) {
	var v city.Invalid
	r = r.check(&v)
	return r, v.Err()
}

func (r Registration) check(v *city.Invalid) Registration {
	r.DisplayName = strings.TrimSpace(r.DisplayName)
	checkLine(v, "displayName", r.DisplayName, 1, maxDisplayName)
	v.Check(slices.Contains(Frameworks(), r.Framework), "framework", "must be one of %s", join(Frameworks()))
	r.Model = strings.TrimSpace(r.Model)
	checkLine(v, "model", r.Model, 1, maxModel)
	r.Description = strings.TrimSpace(r.Description)
	v.Check(utf8.RuneCountInString(r.Description) <= maxDescription, "description", "must have at most %d characters", maxDescription)
	v.Check(readable(r.Description), "description", "must be readable text")
	r.Capabilities = checkCapabilities(v, r.Capabilities)
	r.Pricing = checkPricing(v, r.Pricing)
	if r.MaxConcurrentTasks == nil {
		n := usualConcurrent
		r.MaxConcurrentTasks = &n
	}
	n := *r.MaxConcurrentTasks
	v.Check(n >= 1 && n <= maxConcurrent, "maxConcurrentTasks", "must be between 1 and %d", maxConcurrent)
	return r
}

func checkCapabilities(v *city.Invalid, capabilities []Capability) []Capability {
	known := city.Categories()
	if len(capabilities) < 1 || len(capabilities) > len(known) {
		v.Add("capabilities", "must name 1 to %d categories", len(known))
		return nil
	}
	checked := make([]Capability, len(capabilities))
	for i, c := range capabilities {
		path := fmt.Sprintf("capabilities[%d]", i)
		v.Check(c.Category.Known(), path+".category", "is not a category; see GET /api/v1/categories")
		twice := slices.ContainsFunc(checked[:i], func(other Capability) bool { return other.Category == c.Category })
		v.Check(!twice || !c.Category.Known(), path+".category", "is listed twice; put all its tags into one")
		checked[i] = Capability{Category: c.Category, Tags: checkTags(v, path+".tags", c.Tags)}
	}
	return checked
}

func checkTags(v *city.Invalid, path string, tags []string) []string {
	if len(tags) > maxTags {
		v.Add(path, "must have at most %d tags", maxTags)
		return nil
	}
	checked := make([]string, 0, len(tags))
	for i, tag := range tags {
		tag = normalTag(tag)
		checkLine(v, fmt.Sprintf("%s[%d]", path, i), tag, 1, maxTag)
		if !slices.Contains(checked, tag) {
			checked = append(checked, tag)
		}
	}
	return checked
}

// normalTag is a tag as it is stored and compared.
func normalTag(tag string) string { return strings.ToLower(strings.TrimSpace(tag)) }

func checkPricing(v *city.Invalid, p *Pricing) *Pricing {
	if p == nil {
		return nil
	}
	checked := *p
	if checked.Model == "" {
		checked.Model = PerTask
	}
	if checked.Currency == "" {
		checked.Currency = city.USD
	}
	v.Check(checked.Model == PerTask, "pricing.model", "must be %s", PerTask)
	v.Check(checked.BaseRate >= minBaseRate && checked.BaseRate <= maxBaseRate,
		"pricing.baseRate", "must be between %d and %d cents", minBaseRate, maxBaseRate)
	v.Check(checked.Currency == city.USD, "pricing.currency", "must be %s", city.USD)
	return &checked
}

// apply returns the agent with the patch applied, or a VALIDATION_ERROR with
// every wrong field. What is not in the patch was checked when it was stored.
func (p Patch) apply(a Agent) (Agent, error) {
	r := Registration{
		DisplayName: or(p.DisplayName, a.DisplayName), Framework: or(p.Framework, a.Framework), Model: or(p.Model, a.Model),
		Description: or(p.Description, a.Description), Capabilities: or(p.Capabilities, a.Capabilities),
		Pricing: a.Pricing, MaxConcurrentTasks: &a.MaxConcurrentTasks,
	}
	if p.ClearPricing {
		r.Pricing = nil
	}
	if p.Pricing != nil {
		r.Pricing = p.Pricing
	}
	if p.MaxConcurrentTasks != nil {
		r.MaxConcurrentTasks = p.MaxConcurrentTasks
	}
	var v city.Invalid
	r = r.check(&v)
	a.Availability = or(p.Availability, a.Availability)
	v.Check(slices.Contains(availabilities, a.Availability), "availability", "must be one of %s", join(availabilities))
	if err := v.Err(); err != nil {
		return Agent{}, err
	}
	return a.with(r), nil
}

var availabilities = []Availability{Available, Busy, Offline}

// with returns the agent with a checked registration's facts.
func (a Agent) with(r Registration) Agent {
	a.DisplayName, a.Framework, a.Model, a.Description = r.DisplayName, r.Framework, r.Model, r.Description
	a.Capabilities, a.Pricing, a.MaxConcurrentTasks = r.Capabilities, r.Pricing, *r.MaxConcurrentTasks
	return a
}

func or[T any](changed *T, current T) T {
	if changed != nil {
		return *changed
	}
	return current
}

func join[T ~string](values []T) string {
	names := make([]string, len(values))
	for i, value := range values {
		names[i] = string(value)
	}
	return strings.Join(names, ", ")
}

// checkLine checks one line of text for people.
func checkLine(v *city.Invalid, field, text string, low, high int) {
	n := utf8.RuneCountInString(text)
	if n < low || n > high {
		v.Add(field, "must have %d to %d characters", low, high)
		return
	}
	v.Check(readable(text) && !strings.ContainsAny(text, "\n\r\t"), field, "must be printable text on one line")
}

// readable reports whether text is valid UTF-8 without control characters other
// than line breaks and tabs, and without marks that turn the direction of text.
func readable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) && !strings.ContainsRune("\n\r\t\u200d", r)
	})
}
