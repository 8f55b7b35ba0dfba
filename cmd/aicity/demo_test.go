package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// The demo as its user sees it, from the city that opens to the books.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a city")
	}
	t.Parallel()
	dir, runsc := sandboxtest.Dir(t), sandboxtest.Runsc(t)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "demo"), UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TMPDIR", dir)
			env.Setenv("AICITY_RUNSC", runsc)
			return nil
		},
	})
}
