package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// memoryOf is the memory, in bytes, of every process that has mark in its command
// line and of all that they started; what several share is counted once in all.
func memoryOf(mark string) (int64, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	parents, marked := map[int]int{}, map[int]bool{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "stat"))
		if err != nil {
			continue // it has ended
		}
		if fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])); len(fields) > 1 {
			parents[pid], _ = strconv.Atoi(fields[1])
		}
		words, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		marked[pid] = bytes.Contains(words, []byte(mark))
	}
	var sum int64
	for pid := range parents {
		if belongs(pid, parents, marked) {
			sum += proportional(pid)
		}
	}
	if sum == 0 {
		return 0, fmt.Errorf("no process of %s has memory", mark)
	}
	return sum, nil
}

func belongs(pid int, parents map[int]int, marked map[int]bool) bool {
	for ; pid > 1; pid = parents[pid] {
		if marked[pid] {
			return true
		}
	}
	return false
}

// proportional is what the kernel reckons a process to use, shared pages by share.
func proportional(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0 // it has ended
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "Pss:" {
			kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
