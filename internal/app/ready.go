package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"aicity.dev/aicity/internal/city"
)

// remember notes which files the city serves from: open files outlive their
// names, so that a city whose folder is taken away would work on for nobody.
func (a *App) remember() error {
	names := []string{lockFile}
	if a.cfg.DatabaseURL == "" {
		names = append(names, DatabaseFile)
	}
	a.files = map[string]os.FileInfo{}
	for _, name := range names {
		path := filepath.Join(a.cfg.Data, name)
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("look at the data folder: %w", err)
		}
		a.files[path] = info
	}
	return nil
}

// ready is nil while the city can answer and keep what it is told. Errors: NOT_READY.
func (a *App) ready(ctx context.Context) error {
	if err := a.DB.Ping(ctx); err != nil {
		return city.Errorf(city.CodeNotReady, "The database cannot be reached. Try again in a moment.").WithCause(err)
	}
	for path, served := range a.files {
		now, err := os.Stat(path)
		if err == nil && !os.SameFile(now, served) {
			err = errors.New(path + " is another file than the city serves from")
		}
		if err != nil {
			return city.Errorf(city.CodeNotReady, "The data folder was removed or replaced under the running city. Stop it, and start it on its data.").WithCause(err)
		}
	}
	return nil
}
