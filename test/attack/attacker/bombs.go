package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

func bombs() map[string]attempt {
	return map[string]attempt{
		"fork":        fork,
		"threads":     threads,
		"memory-bomb": memoryBomb,
		"memory-file-bomb": func([]string) error {
			fd, err := unix.MemfdCreate("x", 0)
			if err != nil {
				return err
			}
			return fill(os.NewFile(uintptr(fd), "memfd"))
		},
		"fill":        fillPath,
		"sparse":      sparse,
		"many-large":  manyLarge,
		"many-small":  manySmall,
		"descriptors": descriptors,
		"deep":        deep,
		"pipes":       pipes,
	}
}

// fork starts itself again and again, and so do its children.
func fork([]string) error {
	for range 1_000_000 {
		child := exec.Command("/proc/self/exe", "fork")
		if err := child.Start(); err != nil {
			time.Sleep(time.Millisecond) // others are faster
			continue
		}
		go func() { _ = child.Wait() }()
	}
	return nil
}

// threads starts threads until it may not.
func threads([]string) error {
	for i := range 100_000 {
		started := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			close(started)
			select {}
		}()
		<-started
		if i == 99_999 {
			fmt.Println("all of them")
		}
	}
	return nil
}

func memoryBomb([]string) error {
	var kept [][]byte
	for {
		block := make([]byte, 16<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		kept = append(kept, block)
		runtime.KeepAlive(kept)
	}
}

// fill writes until it may not, 8 GiB at most.
func fill(f *os.File) error {
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = byte(i)
	}
	for range 8 << 10 {
		if _, err := f.Write(block); err != nil {
			return err
		}
	}
	return nil
}

func fillPath(w []string) error {
	f, err := os.Create(w[0])
	if err != nil {
		return err
	}
	return errors.Join(fill(f), f.Close())
}

func sparse(w []string) error {
	f, err := os.Create(w[0])
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(1<<40), f.Close())
}

// manyLarge writes files of a size that each may have, 8 GiB together.
func manyLarge(w []string) error {
	block := make([]byte, 64<<20)
	for i := range 128 {
		if err := os.WriteFile(w[0]+strconv.Itoa(i), block, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// manySmall makes empty files, a million of them.
func manySmall(w []string) error {
	for i := range 1_000_000 {
		if i%1000 == 0 {
			if err := os.MkdirAll(w[0]+strconv.Itoa(i/1000), 0o700); err != nil {
				return err
			}
		}
		f, err := os.Create(w[0] + strconv.Itoa(i/1000) + "/" + strconv.Itoa(i))
		if err != nil {
			return err
		}
		_ = f.Close()
	}
	return nil
}

func descriptors([]string) error {
	for range 10_000_000 {
		if _, err := unix.Open("/dev/null", unix.O_RDONLY, 0); err != nil {
			return err
		}
	}
	return nil
}

// deep makes folders in folders, deeper than any path may be long.
func deep(w []string) error {
	if err := os.Chdir(w[0]); err != nil {
		return err
	}
	for range 3000 {
		if err := os.Mkdir("d", 0o700); err != nil {
			return err
		}
		if err := os.Chdir("d"); err != nil {
			return err
		}
	}
	return nil
}

// pipes fills pipes, which are memory of the kernel.
func pipes([]string) error {
	block := make([]byte, 1<<20)
	for range 100_000 {
		var ends [2]int
		if err := unix.Pipe2(ends[:], unix.O_NONBLOCK); err != nil {
			return err
		}
		_, _ = unix.FcntlInt(uintptr(ends[1]), unix.F_SETPIPE_SZ, len(block))
		_, _ = unix.Write(ends[1], block)
	}
	return nil
}
