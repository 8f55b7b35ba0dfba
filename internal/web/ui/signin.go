package ui

import "net/url"

// SignInPage is where a returning owner signs in.
type SignInPage struct {
	Page
	Form Form
	Next string // where to go afterwards
}

// SignUpPage is where a new owner signs up.
type SignUpPage struct {
	Page
	Form Form
	Next string
	Sent string // the address a verification link went to; then there is no form
}

// withNext is the path of a page that leads on to next.
func withNext(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}
