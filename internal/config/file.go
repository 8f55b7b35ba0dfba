package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// JSON reads a configuration file: one object whose keys are the names of flags
// and whose values are strings, numbers or booleans, as in
// {"listen": "0.0.0.0:80", "refund-window": "15m"}. It is a
// kong.ConfigurationLoader. An unknown key is an error, so that a misspelt
// setting is never taken for one that holds.
func JSON(r io.Reader) (kong.Resolver, error) {
	decoder := json.NewDecoder(r)
	decoder.UseNumber() // written as in the file, whatever the type of the setting
	var values map[string]any
	if err := decoder.Decode(&values); err != nil {
		return nil, fmt.Errorf("read configuration file: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read configuration file: there is more after the object")
	}
	settings := make(file, len(values))
	for key, value := range values {
		switch value := value.(type) {
		case string, bool:
			settings[key] = value
		case json.Number:
			settings[key] = value.String()
		default:
			return nil, fmt.Errorf("read configuration file: %q must be a string, a number or a boolean", key)
		}
	}
	return settings, nil
}

// file holds the settings of a configuration file by the names of their flags.
type file map[string]any

// Validate refuses keys that are no setting.
func (f file) Validate(app *kong.Application) error {
	var known []string
	err := kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok && len(flag.Envs) > 0 { // --help and --config are no settings
			known = append(known, flag.Name)
		}
		return next(nil)
	})
	if err != nil {
		return err
	}
	var unknown []string
	for key := range f {
		if !slices.Contains(known, key) {
			unknown = append(unknown, fmt.Sprintf("%q", key))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("configuration file: no such setting: %s", strings.Join(unknown, ", "))
}

// Resolve returns the file's value for a flag. The environment wins: kong itself
// would let a file win over it.
func (f file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil //nolint:nilnil // kong's way to say that there is no value
		}
	}
	return f[flag.Name], nil
}
