package sandbox_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store/storetest"
)

// What runs when the work is handed in is ended before the patch is made, which is
// of the files as they are then.
func TestPatchIsOfAQuietTree(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.SetPatchTime(10 * time.Minute)
	b.provision(t, goCode)
	var once sync.Once
	running, ended := make(chan struct{}), make(chan error)
	go func() {
		_, err := b.ExecStream(context.WithoutCancel(t.Context()), b.task, sandbox.Request{
			ID: "busy", Command: "echo ready; while :; do echo line >> new.txt; done",
		}, func(sandbox.Stream, []byte) { once.Do(func() { close(running) }) })
		ended <- err
	}()
	<-running
	patch, left, err := b.Patch(t.Context(), b.task)
	if err != nil || left != 0 {
		t.Errorf("left %d, %v", left, err)
	}
	_ = b.CancelExec(t.Context(), b.task, "busy") // should it still run
	citytest.WantCode(t, "the command", <-ended, city.CodeExecCancelled)
	file, err := b.ReadFile(t.Context(), b.task, sandbox.RepoDir+"/new.txt", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if in, is := strings.Count(string(patch), "\n+line"), strings.Count(file.Content, "line\n"); in != is {
		t.Errorf("%d lines in the patch, %d in the file", in, is)
	}
	b.sh(t, "true") // the quiet is over
}

// A command that does not end keeps nobody from having the patch.
func TestPatchDespiteAStuckCommand(t *testing.T) {
	t.Parallel()
	backend := newStubborn(t)
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Backend, c.Execs = backend, 1 })
	b.SetPatience(100 * time.Millisecond)
	b.SetPatchTime(10 * time.Minute)
	box := b.provision(t, goCode)
	b.sh(t, "echo new > new.txt")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, err := b.Exec(context.WithoutCancel(t.Context()), b.task, sandbox.Request{Argv: []string{"hang"}})
		citytest.WantCode(t, "the command", err, city.CodeExecCancelled)
	}()
	<-backend.hanging
	patch, left, err := b.Patch(t.Context(), b.task)
	if err != nil || left != 0 || !strings.Contains(string(patch), "+new") {
		t.Errorf("got %q, left %d, %v", patch, left, err)
	}
	close(backend.letGo)
	<-ended
	if err := b.Destroy(t.Context(), b.task); err != nil { // Close has no more patience than the patch
		t.Error(err)
	}
	sandboxtest.NothingLeft(t, box.ID)
}

// slow is a backend in which a patch takes as long as it is let.
type slow struct {
	sandbox.Backend
	making chan struct{} // gets a word when a patch begins
	goOn   chan struct{}
}

func (b *slow) Exec(ctx context.Context, id string, c sandbox.Command, stdout, stderr io.Writer) (sandbox.Exit, error) {
	if slices.Contains(c.Argv, "patch") {
		b.making <- struct{}{}
		select {
		case <-b.goOn:
		case <-ctx.Done():
			return sandbox.Exit{}, ctx.Err()
		}
	}
	return b.Backend.Exec(ctx, id, c, stdout, stderr)
}

func TestNothingChangesWhileThePatchIsMade(t *testing.T) {
	t.Parallel()
	backend := &slow{sandboxtest.Backend(t), make(chan struct{}, 1), make(chan struct{})}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Backend = backend })
	b.provision(t, goCode)
	made := make(chan error)
	go func() {
		_, _, err := b.Patch(t.Context(), b.task)
		made <- err
	}()
	<-backend.making
	file := sandbox.RepoDir + "/main.go"
	_, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "true"})
	citytest.WantCode(t, "exec", err, city.CodeInvalidState)
	_, err = b.WriteFile(t.Context(), b.task, file, []byte("x"))
	citytest.WantCode(t, "write", err, city.CodeInvalidState)
	_, err = b.MakeDirectory(t.Context(), b.task, sandbox.RepoDir+"/d")
	citytest.WantCode(t, "mkdir", err, city.CodeInvalidState)
	_, err = b.MoveFile(t.Context(), b.task, file, file+"2", false)
	citytest.WantCode(t, "move", err, city.CodeInvalidState)
	_, err = b.DeleteFile(t.Context(), b.task, file, false)
	citytest.WantCode(t, "delete", err, city.CodeInvalidState)
	if got, err := b.ReadFile(t.Context(), b.task, file, 0, 0); err != nil || got.Content != goCode {
		t.Errorf("read: got %q, %v", got.Content, err)
	}
	close(backend.goOn)
	if err := <-made; err != nil {
		t.Error(err)
	}
	if _, err := b.WriteFile(t.Context(), b.task, file, []byte("x")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// A patch that takes too long is left out, and whoever waits for it goes on.
func TestSlowPatchIsLeftOut(t *testing.T) {
	t.Parallel()
	backend := &slow{sandboxtest.Backend(t), make(chan struct{}, 1), make(chan struct{})}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Backend = backend })
	b.SetPatchTime(100 * time.Millisecond)
	b.provision(t, goCode)
	patch, left, err := b.Patch(t.Context(), b.task)
	if err != nil || left == 0 || len(patch) > 0 {
		t.Errorf("got %q, left %d, %v", patch, left, err)
	}
}
