package web

import (
	"path"
	"strings"
)

// accountName is an account without the id in its middle.
func accountName(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) == 3 {
		return path.Join(parts[0], parts[2])
	}
	return name
}
