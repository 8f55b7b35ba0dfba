package runner

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// tagBase is the first of the groups by which the processes of one command are
// known: each gets one more group than it needs, which no process can lay down.
const tagBase = 1 << 24

// Exit codes for what could not be started, as shells give them.
const (
	codeCannotRun = 126
	codeNotFound  = 127
)

// watchAfter is how long a command may take before orphans are looked for.
const watchAfter = 50 * time.Millisecond

// execution is one command.
type execution struct {
	server  *server
	id      uint32
	command Command
	input   *queue
	credit  *credit
	pipes   *pipes
	pid     int
	pidfd   int // readable when it has ended

	once sync.Once
}

func newExecution(s *server, id uint32, c Command) *execution {
	return &execution{server: s, id: id, command: c, input: newQueue(), credit: newCredit(window)}
}

// kill ends the command in the background.
func (e *execution) kill() { e.once.Do(func() { go e.killRest() }) }

func (e *execution) tag() uint32 { return tagBase + e.id }

// start starts the command. It returns an error, and the code that goes with
// it, when that cannot be.
func (e *execution) start() (code int, err error) {
	argv := e.command.Argv
	path, err := e.server.lookPath(argv[0], e.command.Dir, e.command.Env)
	if err != nil {
		return codeNotFound, fmt.Errorf("%s: not found", argv[0])
	}
	if e.pipes, err = openPipes(e.command.Input, e.server.null); err != nil {
		return codeCannotRun, err
	}
	p := &program{
		path: path, argv: argv, env: e.command.Env, dir: e.command.Dir, files: e.pipes.theirs, user: e.server.user, group: e.tag(),
	}
	e.pid, e.pidfd, err = e.server.reaper.start(p)
	if errors.Is(err, syscall.ENOEXEC) { // a script that does not name its shell
		p.path, p.argv = "/bin/sh", append([]string{"sh", path}, argv[1:]...)
		e.pid, e.pidfd, err = e.server.reaper.start(p)
	}
	e.pipes.closeTheirs()
	if err == nil {
		return 0, nil
	}
	e.pipes.closeOurs()
	if failed, ok := errors.AsType[*startError](err); ok && failed.step == stepDir {
		if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR) {
			err = errors.New("no such folder")
		}
		return codeCannotRun, fmt.Errorf("cannot change to %s: %w", e.command.Dir, err)
	}
	return codeCannotRun, fmt.Errorf("%s: %w", argv[0], err)
}

// follow passes output and input on until the command and all that it started
// have ended.
func (e *execution) follow() {
	var copying sync.WaitGroup
	if e.pipes.stdin != nil {
		copying.Go(func() { e.copyInput(e.pipes.stdin) })
	}
	outputs := outputs{fds: []unix.PollFd{
		{Fd: int32(e.pipes.stdout), Events: unix.POLLIN}, {Fd: int32(e.pipes.stderr), Events: unix.POLLIN}, //nolint:gosec // descriptors
		{Fd: int32(e.pidfd), Events: unix.POLLIN}, //nolint:gosec // a descriptor
	}, buffer: make([]byte, chunk)}
	wait := watchAfter
	for outputs.fds[2].Revents == 0 {
		if poll(outputs.fds, wait) == 0 {
			e.server.reaper.watch()
			wait = -1
		}
		outputs.pass(e)
	}
	code := e.server.reaper.wait(e.pid)
	e.killRest()
	// Whoever still holds the output open is not of this command.
	outputs.fds = outputs.fds[:2]
	for outputs.open() && poll(outputs.fds, drainTime) > 0 {
		outputs.pass(e)
	}
	if e.pipes.stdin != nil {
		_ = e.pipes.stdin.Close()
		e.input.put(nil)
		copying.Wait()
	}
	e.server.end(e.id, code)
	e.pipes.closeOurs()
	closeFD(&e.pidfd)
}

// outputs are a command's standard output and error, to be polled. One that has
// ended has no descriptor any more.
type outputs struct {
	fds    []unix.PollFd
	buffer []byte
}

func (o *outputs) open() bool { return o.fds[0].Fd >= 0 || o.fds[1].Fd >= 0 }

// pass passes on what poll has found, no faster than the host takes it.
func (o *outputs) pass(e *execution) {
	for i, kind := range [...]kind{kindStdout, kindStderr} {
		fd := &o.fds[i]
		if fd.Fd < 0 || fd.Revents == 0 {
			continue
		}
		if some := readSome(int(fd.Fd), o.buffer); len(some) > 0 {
			e.sendOutput(kind, some)
		} else {
			fd.Fd = -1
		}
		fd.Revents = 0
	}
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
