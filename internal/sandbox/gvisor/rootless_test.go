package gvisor_test

import (
	"testing"

	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	sandboxtest.Run(t, sandboxtest.Backend(t))
}

// TestRootless runs the conformance and posture suites, and the memory bombs, once more as a user
// without rights, in the plain and in a namespace of its own, as the server is.
func TestRootless(t *testing.T) {
	t.Parallel()
	if !namespace.Root() {
		t.Skip("the other tests run without root already")
	}
	for name, wrapper := range map[string][]string{
		"plain":     nil,
		"namespace": sandboxtest.OwnNamespace,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandboxtest.AsNobody(t, wrapper, nil, "TestConformance", "-test.run=^(TestConformance|TestPosture|TestRunnerIsOutOfReach|TestOutOfMemory|TestOutOfMemoryInOneProcess)$")
		})
	}
}
