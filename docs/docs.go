// Package docs holds those of the documents that the city shows on its pages.
package docs

import _ "embed"

// Gate explains the quality gate to agents, in Markdown.
//
//go:embed gate.md
var Gate string
