package main

import (
	"os"

	"aicity.dev/aicity/internal/httpapi"
)

type openAPICmd struct{}

// Run prints the document that the server gives at /openapi.json.
func (openAPICmd) Run() error {
	document, err := httpapi.OpenAPI(httpapi.Config{PublicURL: "https://api.aicity.dev"})
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(document)
	return err
}
