package runner

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// tagBase is the first of the groups by which the processes of one command are
// known: each gets one more group than it needs, which no process can lay down.
const tagBase = 1 << 24

// Exit codes for what could not be started, as shells give them.
const (
	codeCannotRun = 126
	codeNotFound  = 127
)

// execution is one command.
type execution struct {
	server  *server
	id      uint32
	command Command
	input   *queue
	credit  *credit

	killed chan struct{} // closed when it is to end
	once   sync.Once
}

func newExecution(s *server, id uint32, c Command) *execution {
	return &execution{server: s, id: id, command: c, input: newQueue(), credit: newCredit(window), killed: make(chan struct{})}
}

func (e *execution) kill() { e.once.Do(func() { close(e.killed) }) }

func (e *execution) tag() uint32 { return tagBase + e.id }

// run runs the command until it and all that it started have ended.
func (e *execution) run() {
	code, err := e.runProcess()
	if err != nil {
		e.sendOutput(kindStderr, []byte(err.Error()+"\n"))
	}
	e.server.end(e.id, code)
}

// runProcess returns an error, and the code that goes with it, when the command
// cannot be started.
func (e *execution) runProcess() (int, error) {
	if info, err := os.Stat(e.command.Dir); err != nil || !info.IsDir() {
		return codeCannotRun, fmt.Errorf("cannot change to %s: no such folder", e.command.Dir)
	}
	pipes, err := openPipes(e.command.Input)
	if err != nil {
		return codeCannotRun, err
	}
	exited, code, err := e.start(pipes)
	pipes.closeTheirs()
	if err != nil {
		pipes.closeOurs()
		return code, err
	}
	var copying sync.WaitGroup
	copying.Go(func() { e.copyOutput(kindStdout, pipes.stdout) })
	copying.Go(func() { e.copyOutput(kindStderr, pipes.stderr) })
	if pipes.stdin != nil {
		copying.Go(func() { e.copyInput(pipes.stdin) })
	}
	select {
	case code = <-exited:
		e.killRest()
	case <-e.killed:
		e.killRest()
		code = <-exited
	}
	// Whoever still holds the output open is not of this command.
	pipes.drain()
	e.input.put(nil)
	copying.Wait()
	return code, nil
}

// start looks the program up and starts it.
func (e *execution) start(p *pipes) (exited <-chan int, code int, err error) {
	argv := e.command.Argv
	path, err := lookPath(argv[0], e.command.Dir, e.command.Env)
	if err != nil {
		return nil, codeNotFound, fmt.Errorf("%s: not found", argv[0])
	}
	attr := &syscall.ProcAttr{
		Dir: e.command.Dir, Env: e.command.Env, Files: p.theirs(),
		Sys: &syscall.SysProcAttr{
			Setsid: true,
			Credential: &syscall.Credential{
				Uid: e.server.user.UID, Gid: e.server.user.GID, Groups: []uint32{e.server.user.GID, e.tag()},
			},
		},
	}
	_, exited, err = e.server.reaper.start(path, argv, attr)
	if errors.Is(err, syscall.ENOEXEC) { // a script that does not name its shell
		_, exited, err = e.server.reaper.start("/bin/sh", append([]string{"sh", path}, argv[1:]...), attr)
	}
	if err != nil {
		return nil, codeCannotRun, fmt.Errorf("%s: %w", argv[0], err)
	}
	return exited, 0, nil
}

// lookPath finds a program as a shell does.
func lookPath(name, dir string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		_, err := os.Stat(name)
		return name, err
	}
	var search string
	for _, variable := range env {
		if value, ok := strings.CutPrefix(variable, "PATH="); ok {
			search = value
		}
	}
	for _, folder := range filepath.SplitList(search) {
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(dir, folder)
		}
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", os.ErrNotExist
}

// copyOutput passes output on, no faster than the host takes it.
func (e *execution) copyOutput(k kind, from *os.File) {
	defer func() { _ = from.Close() }()
	buffer := make([]byte, chunk)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			e.sendOutput(k, buffer[:n])
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && e.postpone(from) {
			continue
		}
		if err != nil {
			return
		}
	}
}

// postpone reports whether a late read is to be tried once more: a deadline
// that ran out while the host took its time says nothing of the pipe.
func (e *execution) postpone(from *os.File) bool {
	raw, err := from.SyscallConn()
	if err != nil {
		return false
	}
	ready := false
	err = raw.Control(func(fd uintptr) { ready = readable(int(fd)) })
	return err == nil && ready && from.SetReadDeadline(soon()) == nil
}

func (e *execution) sendOutput(k kind, p []byte) {
	e.credit.take(cost(p))
	e.server.must(e.server.send(k, e.id, p))
}

// copyInput passes input to the command until either ends.
func (e *execution) copyInput(to *os.File) {
	defer func() { _ = to.Close() }()
	for p := e.input.take(); p != nil; p = e.input.take() {
		if _, err := to.Write(p); err != nil {
			return
		}
		e.server.must(e.server.send(kindCredit, e.id, number(uint32(cost(p))))) //nolint:gosec // bounded by chunk
	}
}
