package sandbox

import (
	"cmp"
	"path"
	"slices"
)

// maxHops bounds how many links are followed from a name to a program.
const maxHops = 8

// tool is the network tool that a program is: by its name, by the copy or link
// that the script has made of one, or by a link in the workspace; "" for none.
func (c *checker) tool(program string) string {
	if name := path.Base(program); IsBlockedTool(name) {
		return name
	}
	if path.Base(program) == program {
		return "" // looked for in PATH
	}
	abs := c.abs(program)
	for range maxHops {
		if made := c.made[abs]; made != "" {
			return made
		}
		if tool := toolAt(abs); tool != "" {
			return tool
		}
		if c.in == nil {
			return ""
		}
		next := c.in.Link(abs)
		if next == "" {
			c.doubt(abs)
			return ""
		}
		if !path.IsAbs(next) {
			next = path.Join(path.Dir(abs), next)
		}
		abs = path.Clean(next)
	}
	return ""
}

// makes notes what a script copies or links to: a network tool under another
// name. A program of the buyer's own that is called like one is none.
func (c *checker) makes(words []string) {
	names := slices.DeleteFunc(slices.Clone(words), func(word string) bool { return len(word) > 0 && word[0] == '-' })
	if len(names) < 2 || len(c.made) >= maxKnown {
		return
	}
	from, to := names[len(names)-2], names[len(names)-1]
	if abs := c.abs(from); cmp.Or(toolAt(abs), c.made[abs]) != "" {
		c.made[c.abs(to)] = cmp.Or(toolAt(abs), c.made[abs])
	}
}

// abs is what a name means in the folder that a script is in.
func (c *checker) abs(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(c.dir, name)
}

// toolAt is the network tool that is installed at a path, "" for none.
func toolAt(abs string) string {
	if name := path.Base(abs); slices.Contains(ProgramFolders(), path.Dir(abs)) && IsBlockedTool(name) {
		return name
	}
	return ""
}
