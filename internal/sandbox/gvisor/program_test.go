package gvisor_test

import (
	"os"
	"path/filepath"
	"testing"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/sandbox/volume"
)

// A sandbox does not hold what was mounted when it started: the volume of another one
// that ends meanwhile is gone, and its disk space with it.
func TestVolumesOfOthersAreLetGo(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Dir(t)
	maker, reason, err := volume.NewMaker(t.Context(), filepath.Join(dir, "volumes"), volume.Ext4, volume.Size{Bytes: 16 << 20, Files: 512}, os.Geteuid())
	if err != nil {
		t.Skip(err, reason)
	}
	other := filepath.Join(dir, "other")
	if err := maker.Make(other); err != nil {
		t.Fatal(err)
	}
	s := start(t, sandbox.DefaultLimits())
	if err := volume.Remove(other); err != nil {
		t.Fatal(err)
	}
	sandboxtest.NoDevice(t, dir)
	if exit, out := s.shell(t, "echo here"); exit.Code != 0 || out != "here\n" {
		t.Errorf("the sandbox: %+v, %q", exit, out)
	}
}
