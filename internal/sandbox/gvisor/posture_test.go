package gvisor_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/namespace"
)

// posture is what a running sandbox looks like from inside: the output of a
// script is what the whole pattern matches.
type posture struct{ name, script, want string }

// hostMount is the line of a mount from the host, with whatever gVisor adds to it.
func hostMount(at, options string) string { return at + " 9p " + options + `(,[a-z_]+(=\S*)?)*` + "\n" }

func postures(uid string) []posture {
	const list = " | LC_ALL=C sort | tr '\\n' ' '"
	status := func(process, fields string) string {
		return "grep -E '^(" + fields + "):' /proc/" + process + "/status" + " | tr '\\t\\n' ' ;'"
	}
	return []posture{
		{
			"mounts", `while read _ at kind options _; do case $at in /usr/bin/*|/usr/sbin/*) ;; *) echo "$at $kind $options";; esac; done < /proc/mounts | LC_ALL=C sort`,
			hostMount("/", "ro") + "/dev dev rw,mode=0755\n/dev/pts devpts rw\n" + hostMount("/home/user", "rw,nosuid") +
				"/proc proc rw,nosuid,noexec\\S*\n" + hostMount("/run/baseline", "ro,nosuid,noexec") + hostMount("/run/runner", "ro,nosuid") +
				"/sys sysfs rw\\S*\n/tmp tmpfs rw,nosuid,size=4096k,mode=1777\n" + "((" + "/(bin|lib|lib32|lib64|libx32|sbin) 9p ro,nosuid\\S*\n)*)" + hostMount("/usr", "ro,nosuid"),
		},
		{"mounts over network tools are empty and read-only", `while read _ at kind options _; do case $at in /usr/bin/*|/usr/sbin/*) test -s $at && echo full $at; test -x $at && echo runs $at; case $options in ro,*) ;; *) echo $at $options;; esac;; esac; done < /proc/mounts`, ""},
		{"capabilities of a command", status("self", "Cap..."), "CapInh: 0{16};CapPrm: 0{16};CapEff: 0{16};CapBnd: 0{16};CapAmb: 0{16};"},
		// kill, setgid, setuid, and search of folders.
		{"capabilities of the runner", status("1", "Cap..."), "CapInh: 0{16};CapPrm: 0{14}e4;CapEff: 0{14}e4;CapBnd: 0{16};CapAmb: 0{16};"},
		{"no new privileges, of both", "grep -h NoNewPrivs /proc/self/status /proc/1/status | tr '\\t\\n' ' ;'", "NoNewPrivs: 1;NoNewPrivs: 1;"},
		{"users of a command", status("self", "Uid|Gid"), "Uid:( " + uid + "){4};Gid:( " + uid + "){4};"},
		{"users of the runner", status("1", "Uid|Gid|Groups"), `Uid: 61001 61001 61001 61001;Gid: 61001 61001 61001 61001;Groups:\s*;`},
		{"groups of a command", "id -G", uid + ` 1677\d{4}` + "\n"},
		{"descriptors of a command", "for f in /proc/self/fd/*; do readlink $f; done | cut -d: -f1" + list, `(/dev/null|pipe) pipe pipe( /proc/\d+/fd)? ?`},
		{"descriptors of the runner are closed to it", "ls /proc/1/fd 2>/dev/null", ""},
		{"namespaces", "ls /proc/self/ns" + list, "ipc mnt net pid user uts "},
		{"namespaces are the runner's too", "readlink /proc/1/ns/*", ""},
		{"processes", `for p in /proc/[0-9]*; do tr '\0' ' ' < $p/cmdline | cut -c1-26; done | grep -v -E '^(sh|tr|cut|grep) |^$'`, "/run/runner/aicity-runner .?\n"},
		{"environment", "env" + list, `GIT_PAGER=cat HOME=/home/user LANG=C\.UTF-8 LOGNAME=user PAGER=cat PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PWD=/home/user SHELL=/bin/sh TERM=dumb TMPDIR=/tmp USER=user `},
		{"the runner's environment is closed to it", "cat /proc/1/environ 2>/dev/null", ""},
		{"host name", "hostname; uname -n; cat /proc/sys/kernel/hostname /etc/hostname", "(sandbox\n){4}"},
		{"kernel", "cat /proc/version /proc/cmdline", "Linux version [0-9.]+-gvisor [^\n]*\nBOOT_IMAGE=/vmlinuz-[0-9.]+-gvisor quiet\n"},
		{"/", "ls -A /" + list, "bin dev etc home lib (lib32 )?lib64 (libx32 )?proc root run sbin sys tmp usr var "},
		{"/etc", "ls -A /etc" + list, "(alternatives )?group hostname hosts (ld.so.cache )?nsswitch.conf passwd resolv.conf "},
		{"/home, /root, /run, /tmp, /var", "ls -A /home /root /run /tmp /var /var/tmp | tr '\\n' ' '", "/home: user  /root:  /run: baseline runner  /tmp:  /var: tmp  /var/tmp: "},
		{"/proc", "ls /proc | grep -v '^[0-9]'" + list, "bus cgroups cmdline cpuinfo devices filesystems fs gvisor irq loadavg meminfo modules mounts net self sentry-meminfo stat sys sysrq-trigger thread-self uptime version "},
		{"/proc/sys", "ls /proc/sys /proc/sys/kernel" + list, ` ?/proc/sys/kernel: /proc/sys: cap_last_cap domainname fs hostname kernel keys msgmax msgmnb msgmni net osrelease ostype overflowgid overflowuid pid_max random randomize_va_space sem shmall shmmax shmmni version vm yama `},
		{"what can be written to in /proc/sys and /sys", "find /proc/sys /sys -type f -writable 2>/dev/null", ""},
		{"/sys", "ls /sys" + list, "block bus class dev devices firmware fs kernel module power "},
		{"devices in /sys", "ls -A /sys/block /sys/bus /sys/module /sys/firmware /sys/power | grep -v : | tr -d '\\n'", ""},
		{"block devices", "find /dev -type b", ""},
		{"character devices", "find /dev -maxdepth 1 -type c" + list, "/dev/full /dev/fuse /dev/null /dev/random /dev/tty /dev/urandom /dev/zero "},
		{"cgroups", "cut -d: -f3 /proc/self/cgroup | sort -u", "/?\n?"},
		{"interfaces", "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", "lo\n"},
		{"routes", "tail -n +2 /proc/net/route", ""},
		{"limits", "ulimit -c; ulimit -n; ulimit -f", "0\n64\n16384\n"},
		{"set-user-id programs gain nothing", "for p in su passwd mount; do test -u /usr/bin/$p && /usr/bin/$p --version >/dev/null 2>&1; done; id -u", uid + "\n"},
	}
}

// TestPosture compares what a program finds when it looks around with what is wanted.
func TestPosture(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Limits{MemoryBytes: 256 << 20, TmpBytes: 4 << 20, FileBytes: 8 << 20, OpenFiles: 64, Processes: 100})
	for _, row := range postures(strconv.Itoa(sandbox.UID)) {
		t.Run(row.name, func(t *testing.T) {
			_, out := s.shell(t, row.script)
			if !regexp.MustCompile(`^(?:` + row.want + `)$`).MatchString(out) {
				t.Errorf("%s:\ngot  %q\nwant %q", row.script, out, row.want)
			}
		})
	}
	t.Run("from outside", func(t *testing.T) { outside(t, s) })
}

// outside looks at the host's processes of a sandbox.
func outside(t *testing.T, s started) {
	allowed := map[string]string{
		// chown, dac_override, dac_read_search, fowner, fsetid, sys_ptrace: of its own user namespace, for files.
		"boot": "000000000008001f",
		// The same and sys_chroot: it opens the workspace's files for the other.
		"gofer": "000000000004001f",
	}
	if !namespace.Root() {
		allowed["boot"] = "0000000000000000" // it opens no file itself
	}
	for _, process := range []string{"boot", "gofer"} {
		out, err := exec.Command("pgrep", "-f", "^runsc-.* "+process+" .*"+s.id).Output()
		if err != nil {
			t.Fatalf("find %s: %v", process, err)
		}
		pid := strings.Fields(string(out))[0]
		status, err := os.ReadFile(filepath.Join("/proc", pid, "status"))
		if err != nil {
			t.Fatal(err)
		}
		for field, want := range map[string]string{
			"Seccomp": "2", "NoNewPrivs": "1", "CapEff": allowed[process], "CapPrm": allowed[process], "CapBnd": allowed[process],
		} {
			if line := fmt.Sprintf("\n%s:\t%s\n", field, want); !strings.Contains(string(status), line) {
				t.Errorf("%s: %s is not %s:\n%s", process, field, want, status)
			}
		}
		for _, space := range []string{"ipc", "mnt", "net", "pid", "user", "uts"} {
			ours, err := os.Readlink("/proc/self/ns/" + space)
			theirs, err2 := os.Readlink(filepath.Join("/proc", pid, "ns", space))
			if err != nil || err2 != nil || ours == theirs {
				t.Errorf("%s shares the %s namespace with the host: %v, %v", process, space, err, err2)
			}
		}
		environ, err := os.ReadFile(filepath.Join("/proc", pid, "environ"))
		if err != nil || strings.Contains(string(environ), "HOME=") {
			t.Errorf("environment of %s: %q, %v", process, environ, err)
		}
		if etc, err := os.ReadFile(filepath.Join("/proc", pid, "root/etc/shadow")); err == nil {
			t.Errorf("%s sees the host's root: %d bytes of /etc/shadow", process, len(etc))
		}
	}
}
