package config

import (
	"fmt"

	"github.com/alecthomas/kong"
)

// Default is the settings of a server that was told nothing. Unlike a command
// line it does not look at the environment: it is what demos, tests and
// measurements begin with.
func Default() Config {
	var c Config
	parser, err := kong.New(&c)
	if err != nil {
		panic(fmt.Sprintf("the tags of Config: %v", err))
	}
	for _, flag := range parser.Model.Flags {
		flag.Tag.Envs = nil
		if err := flag.Reset(); err != nil {
			panic(fmt.Sprintf("the default of --%s: %v", flag.Name, err))
		}
	}
	return c
}
