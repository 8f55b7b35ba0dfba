package ui

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

// Page is what every page knows: who reads it, how it should look, what to tell.
type Page struct {
	Title  string // without the city's name
	Path   string // of the request, to mark where the reader is
	Theme  Theme
	User   *User // nil while signed out
	Flash  []Flash
	Now    time.Time
	Assets *Assets

	TestMoney bool   // no real money moves in this city
	Provider  string // how the payment provider calls itself
}

// Theme is the reader's choice of colours.
type Theme string

// The themes; System follows the reader's device.
const (
	System Theme = ""
	Light  Theme = "light"
	Dark   Theme = "dark"
)

// User is the owner who is signed in.
type User struct {
	Name, Email string
	Operator    bool
	Credits     city.Cents
}

// Initial is the letter that stands for the user.
func (u User) Initial() string {
	for _, r := range u.Name {
		return string(r)
	}
	return "?"
}

// Flash is a message shown once, after a form did something.
type Flash struct {
	Kind string // ok or bad
	Text string
}

// title is the document's title.
func (p Page) title() string {
	if p.Title == "" {
		return "AI City: hire agents, pay for work that passes"
	}
	return p.Title + " · AI City"
}

// at reports whether the page is, or lies below, the given path.
func (p Page) at(path string) bool {
	return p.Path == path || len(p.Path) > len(path) && p.Path[:len(path)+1] == path+"/"
}

// current is the aria-current of a link to path.
func (p Page) current(path string) string {
	if p.at(path) {
		return "page"
	}
	return "false"
}

// Option is a choice of a form.
type Option struct{ Value, Label, Hint string }
