package gvisor

import (
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// A meter that is closed signals nobody, also not who got its descriptor's number.
func TestClosedMeterSignalsNobody(t *testing.T) {
	t.Parallel()
	bystander := exec.CommandContext(t.Context(), "cat")
	in, err := bystander.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	handle, err := unix.PidfdOpen(bystander.Process.Pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{process: handle}
	m.close()
	m.close()
	// Whatever takes the number now, m does not have it any more.
	if m.end(); m.process != -1 || m.ended() {
		t.Error("a closed meter has a process")
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := bystander.Wait(); err != nil {
		t.Errorf("the process ended with %v", err)
	}
}

// Who sees a process die by its meter and asks at once learns that it was the meter.
func TestWhoDiesByTheMeterIsSaidToAtOnce(t *testing.T) {
	t.Parallel()
	for range 100 {
		process := exec.CommandContext(t.Context(), "sleep", "600")
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		handle, err := unix.PidfdOpen(process.Process.Pid, 0)
		if err != nil {
			t.Fatal(err)
		}
		m := &meter{process: handle}
		go m.end()
		_ = process.Wait()
		if !m.ended() {
			t.Fatal("it died by nobody's doing")
		}
		m.close()
	}
}
