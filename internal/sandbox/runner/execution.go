package runner

import (
	"errors"
	"fmt"
	"math"
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

const (
	// watchAfter is how long a command may take before orphans are looked for.
	watchAfter = 50 * time.Millisecond
	// mostPiped is the most that two pipes can hold. What comes after it when a
	// command has ended is of another, who got hold of its output.
	mostPiped = 2 << 20
)

// execution is one command.
type execution struct {
	server  *server
	id      uint32
	command Command
	pipes   *pipes
	input   input
	credit  int // how much output may still be sent
	pid     int
	pidfd   int // readable when it has ended

	watchAt time.Duration // when orphans are to be looked for
	killing bool          // its processes are being killed
	pause   time.Duration
	roundAt time.Duration // when they are looked for again
	ended   bool          // the program itself; code is good
	code    int
	over    bool // nothing of it runs any more
	drained int  // what was passed on since then, in bytes
	gone    bool // the host knows
}

func (e *execution) tag() uint32 { return tagBase + e.id }

// kill ends the command with all that it started.
func (e *execution) kill() {
	if !e.killing {
		e.killing, e.pause, e.roundAt = true, 0, e.server.now
	}
}

// never is a time that does not come.
const never = time.Duration(math.MaxInt64)

// start starts the command. It returns an error, and the code that goes with
// it, when that cannot be.
func (e *execution) start() (code int, err error) {
	s, argv := e.server, e.command.Argv
	path, err := s.lookPath(argv[0], e.command.Dir, e.command.Env)
	if err != nil {
		return codeNotFound, fmt.Errorf("%s: not found", argv[0])
	}
	if e.pipes, s.spare = s.spare, nil; e.pipes == nil {
		if e.pipes, err = openPipes(); err != nil {
			return codeCannotRun, err
		}
	}
	p := &program{
		path: path, argv: argv, env: e.command.Env, dir: e.command.Dir, user: s.user, group: e.tag(),
		files: [3]int{0, e.pipes.theirOut, e.pipes.theirErr},
	}
	if e.command.Input {
		if p.files[0], err = e.input.open(); err != nil {
			e.pipes.close()
			return codeCannotRun, err
		}
		defer rawClose(p.files[0])
	}
	e.pid, e.pidfd, err = s.reaper.start(p)
	if errors.Is(err, syscall.ENOEXEC) { // a script that does not name its shell
		p.path, p.argv = "/bin/sh", append([]string{"sh", path}, argv[1:]...)
		e.pid, e.pidfd, err = s.reaper.start(p)
	}
	if err == nil {
		s.look()
		e.watchAt = s.now + watchAfter
		return 0, nil
	}
	e.pipes.close()
	e.input.close()
	if failed, ok := errors.AsType[*startError](err); ok && failed.step == stepDir {
		if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR) {
			err = errors.New("no such folder")
		}
		return codeCannotRun, fmt.Errorf("cannot change to %s: %w", e.command.Dir, err)
	}
	return codeCannotRun, fmt.Errorf("%s: %w", argv[0], err)
}

// interests appends what is waited for: four descriptors, those that are not
// waited for negative.
func (e *execution) interests(fds []unix.PollFd) []unix.PollFd {
	want := func(fd int, wanted bool, event int16) {
		if !wanted {
			fd = -1
		}
		fds = append(fds, unix.PollFd{Fd: int32(fd), Events: event})
	}
	want(e.pidfd, !e.ended, unix.POLLIN)
	want(e.pipes.stdout, e.room() > 0, unix.POLLIN)
	want(e.pipes.stderr, e.room() > 0, unix.POLLIN)
	want(e.input.fd, e.input.pending(), unix.POLLOUT)
	return fds
}

// wakeAt is when something is to be done whatever happens.
func (e *execution) wakeAt() time.Duration {
	if e.killing {
		return e.roundAt
	}
	return e.watchAt
}

// serve does what has become possible, of which the descriptors that interests
// appended tell, and reports how many those are.
func (e *execution) serve(fds []unix.PollFd) int {
	const program, stdout, stderr, stdin, all = 0, 1, 2, 3, 4
	if fds[stdin].Revents != 0 {
		e.feed()
	}
	if fds[stdout].Revents != 0 {
		e.pass(kindStdout, e.pipes.stdout)
	}
	if fds[stderr].Revents != 0 {
		e.pass(kindStderr, e.pipes.stderr)
	}
	if fds[program].Revents != 0 {
		e.code, e.ended, e.watchAt = e.server.reaper.wait(e.pid), true, never
		e.kill()
	}
	if e.server.now >= e.watchAt {
		e.watchAt = never
		e.server.reaper.watch()
	}
	if e.killing && e.server.now >= e.roundAt {
		e.killMore()
	}
	if e.over {
		e.finish()
	}
	return all
}

// killMore kills what it finds of the command. It is called until nothing is
// left: a process that forks while it is looked for is found in the next round.
// The host ends the whole sandbox when that takes too long.
func (e *execution) killMore() {
	const longest = 20 * time.Millisecond
	if e.server.reaper.buryAll() || !e.killRound() {
		e.killing, e.over, e.drained = false, e.ended, 0
		return
	}
	e.roundAt = e.server.now + e.pause
	e.pause = min(e.pause+time.Millisecond, longest)
}

// room is how much output may be sent in one frame.
func (e *execution) room() int { return min(e.credit-frameCost, chunk) }

// pass passes on what was printed, no faster than the host takes it.
func (e *execution) pass(k kind, fd int) {
	if e.room() <= 0 {
		return
	}
	some := readSome(fd, e.server.buffer[:e.room()])
	if len(some) == 0 {
		return
	}
	e.credit -= cost(some)
	e.drained += len(some)
	e.server.must(e.server.send(k, e.id, some))
}

// feed passes on input, no faster than the command takes it.
func (e *execution) feed() {
	if taken := e.input.write(); taken > 0 {
		e.server.must(e.server.send(kindCredit, e.id, number(uint32(taken)))) //nolint:gosec // bounded by the window
	}
}

// finish passes on what is still in the pipes, as far as the host takes it, and
// when that was all tells the host how the command ended. We hold the pipes'
// other ends too, so it is not their end that tells.
func (e *execution) finish() {
	fds := [...]unix.PollFd{
		{Fd: int32(e.pipes.stdout), Events: unix.POLLIN}, {Fd: int32(e.pipes.stderr), Events: unix.POLLIN}, //nolint:gosec // descriptors
	}
	for e.drained < mostPiped && poll(fds[:], 0) > 0 {
		if e.room() <= 0 {
			return // until the host has taken some
		}
		if fds[0].Revents != 0 {
			e.pass(kindStdout, e.pipes.stdout)
		}
		if fds[1].Revents != 0 {
			e.pass(kindStderr, e.pipes.stderr)
		}
	}
	e.gone = true
	e.server.must(e.server.send(kindExit, e.id, number(uint32(e.code)))) //nolint:gosec // an exit code
	e.pipes.close()
	e.input.close()
	closeFD(&e.pidfd)
}
