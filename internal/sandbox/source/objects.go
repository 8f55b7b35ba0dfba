package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
)

// Objects reads the files of a baseline as they were delivered, whatever has
// become of the tree since. It is for one reader at a time.
type Objects struct {
	commit string
	cmd    *exec.Cmd
	ask    io.WriteCloser
	answer *bufio.Reader
	cancel context.CancelFunc
}

// MaxObject bounds a file that Objects reads, in bytes.
const MaxObject = 8 << 20

// OpenObjects starts reading the baseline in gitDir; Close ends it.
func OpenObjects(ctx context.Context, gitDir, commit string) (*Objects, error) {
	ctx, cancel := context.WithCancel(ctx)
	g := newGit(Dest{GitDir: gitDir}, DefaultLimits())
	o := &Objects{commit: commit, cancel: cancel, cmd: g.command(ctx, "", "cat-file", "--batch")}
	ask, err := o.cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	answer, err := o.cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	o.ask, o.answer = ask, bufio.NewReader(answer)
	if err := o.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	return o, nil
}

// ReadFile returns a file of the baseline by its path from the root of the
// code; false when there is none, or it is too large or no regular file.
func (o *Objects) ReadFile(path string) ([]byte, bool) {
	if !fs.ValidPath(path) || strings.ContainsAny(path, "\n\x00") {
		return nil, false
	}
	if _, err := fmt.Fprintf(o.ask, "%s:%s\n", o.commit, path); err != nil {
		return nil, false
	}
	// "<object> <type> <size>", or "<name> missing".
	line, err := o.answer.ReadString('\n')
	if err != nil || strings.HasSuffix(line, " missing\n") {
		return nil, false
	}
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return nil, false
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return nil, false
	}
	if fields[1] != "blob" || size > MaxObject {
		_, _ = io.CopyN(io.Discard, o.answer, size+1)
		return nil, false
	}
	content := make([]byte, size+1) // a line feed follows
	if _, err := io.ReadFull(o.answer, content); err != nil {
		return nil, false
	}
	return content[:size], true
}

// Close ends the reading.
func (o *Objects) Close() error {
	err := o.ask.Close()
	o.cancel()
	_ = o.cmd.Wait() // it was killed, or has ended at the end of its input
	if errors.Is(err, io.ErrClosedPipe) {
		return nil
	}
	return err
}
