package main

import (
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func kernel() map[string]attempt {
	return map[string]attempt{
		"bpf": func([]string) error {
			var attr [128]byte
			_, err := call(unix.SYS_BPF, 5, uintptr(unsafe.Pointer(&attr)), 128)
			return err
		},
		"perf": func([]string) error {
			attr := unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{}))}
			_, err := unix.PerfEventOpen(&attr, 0, -1, -1, 0)
			return err
		},
		"keyring": func([]string) error {
			_, err := unix.KeyctlJoinSessionKeyring("x")
			return err
		},
		"add-key": func([]string) error {
			_, err := unix.AddKey("user", "x", []byte("y"), unix.KEY_SPEC_SESSION_KEYRING)
			return err
		},
		"kexec": func([]string) error {
			_, err := call(unix.SYS_KEXEC_LOAD, 0, 0, 0, 0)
			return err
		},
		"userfault": func([]string) error {
			_, err := call(unix.SYS_USERFAULTFD, unix.O_CLOEXEC)
			return err
		},
		"io-uring": func([]string) error {
			var params [120]byte
			_, err := call(unix.SYS_IO_URING_SETUP, 4, uintptr(unsafe.Pointer(&params)))
			return err
		},
		"module": func(w []string) error {
			f, err := os.Open(w[0])
			if err != nil {
				return err
			}
			return unix.FinitModule(int(f.Fd()), "", 0)
		},
		"reboot": func([]string) error { return unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART) },
		"swap": func([]string) error {
			_, err := call(unix.SYS_SWAPON, pointer("/home/user/swap"), 0)
			return err
		},
		"ports": func([]string) error {
			_, err := call(unix.SYS_IOPL, 3)
			return err
		},
		"clock": func([]string) error {
			return unix.ClockSettime(unix.CLOCK_REALTIME, &unix.Timespec{Sec: 1})
		},
		"time-of-day": func([]string) error { return unix.Settimeofday(&unix.Timeval{Sec: 1}) },
		"host-name":   func([]string) error { return unix.Sethostname([]byte("owned")) },
		"kernel-log": func([]string) error {
			_, err := unix.Klogctl(unix.SYSLOG_ACTION_CLEAR, nil)
			return err
		},
		"accounting": func([]string) error { return unix.Acct("/home/user/acct") },
		"quota": func([]string) error {
			_, err := call(unix.SYS_QUOTACTL, 0x800002<<8, pointer("/dev/sda"), 0, 0)
			return err
		},
		"fanotify": func([]string) error {
			_, err := unix.FanotifyInit(unix.FAN_CLASS_NOTIF, unix.O_RDONLY)
			return err
		},
		"root-user": func([]string) error { return unix.Setresuid(0, 0, 0) },
		"capabilities": func([]string) error {
			header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
			data := [2]unix.CapUserData{{Effective: 1 << unix.CAP_SYS_ADMIN, Permitted: 1 << unix.CAP_SYS_ADMIN}}
			return unix.Capset(&header, &data[0])
		},
		"privileges": func([]string) error {
			return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0)
		},
		"realtime": func([]string) error {
			param := int32(99)
			_, err := call(unix.SYS_SCHED_SETSCHEDULER, 0, 1, uintptr(unsafe.Pointer(&param)))
			return err
		},
		"priority": func([]string) error { return unix.Setpriority(unix.PRIO_PROCESS, 0, -20) },
		"limit":    raiseLimit,
		"unshare": func(w []string) error {
			flags, err := strconv.ParseInt(w[0], 0, 64)
			if err != nil {
				return err
			}
			return unix.Unshare(int(flags))
		},
	}
}

// raiseLimit takes more than it was given.
func raiseLimit([]string) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	limit.Max *= 16
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}
