package city

import "testing"

func TestBytes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 bytes", 150: "150 bytes", 1<<10 - 1: "1023 bytes", 1 << 10: "1 KiB", 1536: "1.5 KiB", 1<<20 - 1: "1023.9 KiB",
		1 << 20: "1 MiB", 64 << 20: "64 MiB", 1<<30 - 1<<12: "1023.9 MiB", 1 << 30: "1 GiB", 5 << 40: "5120 GiB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}
