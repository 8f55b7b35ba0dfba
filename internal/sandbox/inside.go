package sandbox

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// A network tool may hide behind a link or a copy that an earlier command made. In the
// workspace a link is seen from outside; elsewhere only programs inside see it. They are
// asked where a command runs something from there, which is seldom. That an earlier
// command copied a tool is remembered, and holds as long as the copy is as empty as what
// covers the tool.

const (
	// maxDoubts bounds how many programs of a command are asked about.
	maxDoubts     = 16
	insideTimeout = 5 * time.Second
	insideOutput  = 64 << 10 // bytes
)

// insideScript prints where each program leads, and which are empty.
const insideScript = `for p; do
	readlink -f -- "$p"
	[ -f "$p" ] && [ ! -s "$p" ] && echo "empty $p"
done 2>/dev/null`

// doubt notes a program that may be a tool for all that is known outside.
func (c *checker) doubt(abs string) {
	unseen := strings.HasPrefix(abs, "/tmp/") || strings.HasPrefix(abs, "/dev/")
	if (unseen || c.copied[abs] != "") && len(*c.doubts) < maxDoubts && !slices.Contains(*c.doubts, abs) {
		*c.doubts = append(*c.doubts, abs)
	}
}

// askInside asks inside about the programs that are in doubt. Errors: COMMAND_BLOCKED,
// those of running a command.
func (s *Service) askInside(ctx context.Context, l *live, c *checker) error {
	if len(*c.doubts) == 0 {
		return nil
	}
	var said bytes.Buffer
	look := Command{Argv: append([]string{"/bin/sh", "-c", insideScript, "sh"}, *c.doubts...), Dir: "/", Timeout: insideTimeout}
	_, err := s.runIn(ctx, l, look, insideOutput, func(_ Stream, p []byte) { said.Write(p) })
	if err != nil && !errors.Is(err, errTimedOut) {
		return err
	}
	for line := range strings.Lines(said.String()) {
		line = strings.TrimSuffix(line, "\n")
		if tool := toolAt(line); tool != "" {
			return errBlocked(tool)
		}
		if name, empty := strings.CutPrefix(line, "empty "); empty && c.copied[name] != "" {
			return errBlocked(c.copied[name])
		}
	}
	return nil
}

// copies are the files that earlier commands made copies of network tools, as far as
// that was seen: the tools, by the files' names.
func (l *live) copies() map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.copied)
}

// remember adds what a command makes.
func (l *live) remember(made map[string]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, tool := range made {
		if len(l.copied) < maxKnown {
			l.copied[name] = tool
		}
	}
}
