package smarthttp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
)

// What can be wrong with a remote; compare with errors.Is. None of the errors
// holds a word of what the host said, nor the address that was asked.
var (
	// ErrNotFound means that there is no such repository for who asks.
	ErrNotFound = errors.New("the repository is not found")
	// ErrPrivate means that the host wants another who asks. Many say so of what is
	// not there, too.
	ErrPrivate = errors.New("the repository is not for who asks")
	// ErrNotGit means that the address answers, but not as a git host does.
	ErrNotGit = errors.New("the answer is not git's")
	// ErrDumb means that the host has git's files, but not its protocol: what git
	// calls dumb HTTP.
	ErrDumb = errors.New("the host speaks dumb HTTP only")
	// ErrElsewhere means that the host redirects to where may not be gone.
	ErrElsewhere = errors.New("it redirects to where may not be gone")
	// ErrNoObject means that the host does not have, or not give, the object.
	ErrNoObject = errors.New("the host does not give this object")
	// ErrHost means that the host answered with an error, or with nonsense.
	ErrHost = errors.New("the host did not answer properly")
)

// refusal is the reason that a host gives for not answering.
func refusal(reason string) error {
	for _, phrase := range []string{"not our ref", "unadvertised object", "not valid", "no such remote ref"} {
		if strings.Contains(reason, phrase) {
			return ErrNoObject
		}
	}
	for _, phrase := range []string{"not found", "does not exist", "access denied"} {
		if strings.Contains(strings.ToLower(reason), phrase) {
			return ErrNotFound
		}
	}
	return fmt.Errorf("%w: it gave a reason", ErrHost)
}

// quiet leaves of an error what tells nothing about the address.
func quiet(doing string, err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	for _, ours := range []error{ErrNotFound, ErrPrivate, ErrNotGit, ErrDumb, ErrElsewhere, ErrNoObject, ErrHost} {
		if errors.Is(err, ours) {
			return fmt.Errorf("%s: %w", doing, ours)
		}
	}
	for _, plain := range []error{context.Canceled, context.DeadlineExceeded, errPacket, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, plain) {
			return fmt.Errorf("%w: %s: %w", ErrHost, doing, plain)
		}
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Errorf("%w: %s: %w", ErrHost, doing, errno)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Errorf("%w: %s: its name does not resolve", ErrHost, doing)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("%w: %s: its certificate is not valid", ErrHost, doing)
	}
	return fmt.Errorf("%w: %s: %T", ErrHost, doing, err)
}
