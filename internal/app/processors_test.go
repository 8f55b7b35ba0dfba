package app_test

import (
	"runtime"
	"testing"

	"aicity.dev/aicity/internal/app"
)

// Not parallel: it is the process's setting.
func TestSpareProcessor(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })

	runtime.SetDefaultGOMAXPROCS()
	usual := runtime.GOMAXPROCS(0)
	undo := app.SpareProcessor()
	if got := runtime.GOMAXPROCS(0); got != usual+1 {
		t.Errorf("of %d processors %d are used, want one more", usual, got)
	}
	undo()
	if got := runtime.GOMAXPROCS(0); got != usual {
		t.Errorf("undone: %d, want %d", got, usual)
	}

	runtime.GOMAXPROCS(usual + 5)
	app.SpareProcessor()()
	if got := runtime.GOMAXPROCS(0); got != usual+5 {
		t.Errorf("somebody chose %d, now it is %d", usual+5, got)
	}
}
