// Package ui is what the pages look like: a design system and one template per
// page over plain view models. It knows no request, no service and no rule.
package ui

// ContentSecurityPolicy is what a page may load: files of this city, and
// nothing inline.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
