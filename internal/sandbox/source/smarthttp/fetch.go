package smarthttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// List returns those of the refs that Open was told of that are there. Errors:
// as Open.
func (r *Remote) List(ctx context.Context, names []string) (Refs, error) {
	if r.version != 2 {
		return r.refs, nil
	}
	refs, err := r.lsRefs(ctx, names, names)
	if err == nil && !refs.Any {
		// Nothing is called so: is there anything at all?
		refs, err = r.lsRefs(ctx, nil, names)
	}
	return refs, err
}

// lsRefs lists the refs that begin with the prefixes; without any it looks at
// the first of all.
func (r *Remote) lsRefs(ctx context.Context, prefixes, names []string) (Refs, error) {
	question := r.command("ls-refs")
	for _, prefix := range prefixes {
		question.line("ref-prefix %s", prefix)
	}
	question.flush()
	refs := Refs{Objects: map[string]string{}}
	err := r.ask(ctx, question, func(in *packets) error {
		for {
			kind, line, err := in.line()
			if err != nil || kind != data {
				return err
			}
			refs.add(line, names)
			if refs.Any && len(prefixes) == 0 {
				return nil
			}
		}
	})
	if err != nil {
		return Refs{}, quiet("list refs", err)
	}
	return refs, nil
}

// Fetch asks for one object without its history and passes the pack on to w.
// Shallow are the commits whose parents were left out. Errors: ErrNoObject,
// ErrHost, those of w.
func (r *Remote) Fetch(ctx context.Context, object string, w io.Writer) (shallow []string, err error) {
	if len(object) != r.idLength() {
		return nil, ErrNoObject
	}
	out := &keptError{w: w}
	err = r.ask(ctx, r.wanting(object), func(in *packets) error {
		if shallow, err = r.toPack(in); err != nil {
			return err
		}
		return sideBand(in, out)
	})
	if out.err != nil {
		return nil, out.err
	}
	if err != nil {
		return nil, quiet("fetch", err)
	}
	return shallow, nil
}

// idLength is how many digits the repository's ids have.
func (r *Remote) idLength() int {
	if r.able["object-format"] == "sha256" {
		return 64
	}
	return 40
}

// wanting is the question for one object.
func (r *Remote) wanting(object string) *request {
	if r.version == 2 {
		question := r.command("fetch")
		question.line("no-progress")
		question.line("ofs-delta")
		question.line("deepen 1")
		question.line("want %s", object)
		question.line("done")
		question.flush()
		return question
	}
	question, more := &request{}, ""
	for _, able := range []string{"multi_ack_detailed", "ofs-delta", "no-progress", "agent"} {
		if _, ok := r.able[able]; ok {
			more += " " + able
		}
	}
	more = strings.Replace(more, "agent", "agent="+agent, 1)
	if r.idLength() == 64 {
		more += " object-format=sha256"
	}
	question.line("want %s side-band-64k%s", object, more)
	question.line("deepen 1")
	question.flush()
	question.line("done")
	return question
}

const agent = "git/aicity"

// command begins a question of version 2.
func (r *Remote) command(name string) *request {
	question := &request{}
	question.line("command=%s", name)
	if _, ok := r.able["agent"]; ok {
		question.line("agent=%s", agent)
	}
	if format, ok := r.able["object-format"]; ok && format == "sha256" {
		question.line("object-format=sha256")
	}
	question.delimiter()
	return question
}

// ask sends a question and has the answer read.
func (r *Remote) ask(ctx context.Context, question *request, read func(*packets) error) error {
	to := *r.base
	to.Path += "/" + service
	if to.RawPath != "" {
		to.RawPath += "/" + service
	}
	answer, err := r.do(ctx, http.MethodPost, &to, strings.NewReader(question.String()))
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/x-"+service+"-result") {
		return fmt.Errorf("%w: of another type", ErrHost)
	}
	return read(newPackets(answer.Body))
}

// toPack reads to where the pack begins.
func (r *Remote) toPack(in *packets) (shallow []string, err error) {
	for range 4 * maxShallow {
		kind, line, err := in.line()
		if err != nil {
			return nil, err
		}
		if object, ok := strings.CutPrefix(line, "shallow "); ok {
			if !objectID.MatchString(object) || len(shallow) == maxShallow {
				return nil, ErrHost
			}
			shallow = append(shallow, object)
			continue
		}
		if kind == data && (line == "packfile" && r.version == 2 || line == "NAK" && r.version != 2) {
			return shallow, nil
		}
	}
	return nil, ErrHost
}

// sideBand passes on the first of the bands that packets come in, to their end.
func sideBand(in *packets, w io.Writer) error {
	for {
		kind, payload, err := in.next()
		switch {
		case err != nil:
			return err
		case kind != data:
			return nil
		case len(payload) == 0:
			return ErrHost
		case payload[0] == 1:
			if _, err := w.Write(payload[1:]); err != nil {
				return err
			}
		case payload[0] == 3:
			return refusal(string(payload[1:]))
		}
	}
}

// keptError remembers that it was the writer who failed.
type keptError struct {
	w   io.Writer
	err error
}

func (k *keptError) Write(p []byte) (int, error) {
	n, err := k.w.Write(p)
	k.err = err
	return n, err
}
