package attack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

func filesTheme() theme {
	return theme{name: "files", shared: true, attempts: []attempt{
		{"Read a file of the host by its path", "not there: `ENOENT`", onSecret("ENOENT", "read", "")},
		{"The same through `/proc/self/root`", "`ENOENT`", onSecret("ENOENT", "read", "/proc/self/root")},
		{"The same through `/proc/1/root`", "`ENOENT` or `EACCES`", onSecret("ENOENT|EACCES|EPERM", "read", "/proc/1/root")},
		{"The same through `/proc/1/cwd` and `..`", "`ENOENT` or `EACCES`", onSecret("ENOENT|EACCES|EPERM", "read", "/proc/1/cwd/../../..")},
		{"The same through every other process's root", "`ENOENT` or `EACCES`", everyRoot},
		{"The same by `..` from the workspace", "`..` ends at the root: `ENOENT`", onSecret("ENOENT", "read", "/home/user/../../../../../../..")},
		{"The same by `..` from the baseline", "`ENOENT`", onSecret("ENOENT", "read", "/run/baseline/../../../../..")},
		{"The same through a link in the workspace", "followed inside only: `ENOENT`", linkInside},
		{"The same by a file handle", "`EPERM` or unsupported", tries("EPERM|EOPNOTSUPP|ENOTSUP|ENOSYS", "handle")},
		{"Passwords of the host", "`ENOENT`", tries("ENOENT", "read", "/etc/shadow")},
		{"A hard link to a program of the host", "`EXDEV`, `EPERM` or `EROFS`", tries("EXDEV|EPERM|EROFS", "link", "/usr/bin/env", "/home/user/env")},
		{"Write to a program of the host", "read-only: `EROFS`", tries("EROFS|EACCES", "write", "/usr/bin/env", "x")},
		{"Write to the root", "`EROFS`", says("refused", "(echo x > /owned) 2>/dev/null || echo refused")},
		{"Write to the baseline that patches are made from", "`EROFS`", says("refused", "(echo x > /run/baseline/HEAD) 2>/dev/null || echo refused")},
		{"Write to `/etc`", "`EROFS`", says("refused", "(echo x > /etc/hosts) 2>/dev/null || echo refused")},
		{"Mount a file system", "`EPERM`", tries("EPERM", "mount", "tmpfs", "/tmp", "tmpfs")},
		{"Mount `/proc` anew", "`EPERM`", tries("EPERM", "mount", "proc", "/tmp", "proc")},
		{"Bind the root elsewhere", "`EPERM`", tries("EPERM", "bind", "/", "/tmp")},
		{"Remount the root writable", "`EPERM`", tries("EPERM", "remount", "/")},
		{"Unmount what covers something", "`EPERM`", tries("EPERM", "unmount", "/home/user")},
		{"The newer mount interface", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "new-mount")},
		{"A detached copy of the mounts", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "open-tree")},
		{"Mounts in a user namespace of its own", "`EPERM`, or mounts that exist inside only", ownMounts},
		{"Leave a chroot", "no chroot without the right to it: `EPERM`", tries("EPERM", "chroot")},
		{"Another root (pivot_root)", "`EPERM`", tries("EPERM|ENOSYS", "pivot")},
		{"Make a device of the host's disk", "`EPERM`", tries("EPERM", "mknod", "/home/user/disk")},
		{"Mount a file system of its own programs (FUSE)", "`EPERM`", tries("EPERM|ENOENT|ENODEV|EACCES", "mount", "x", "/tmp", "fuse")},
		{"Open the host's disk or memory", "no such devices", noDevices},
		{"A program of set-user-id root", "the bit grants nothing: no new privileges", setuid},
		{"What the first process has open", "nothing that names the host", descriptorsOfFirst},
		{"Environment and arguments of the first process", "nothing of the host", says("nothing|.*denied.*", hostWords("/proc/1/environ /proc/1/cmdline"))},
		{"The tables of mounts", "no path of the host", mountTables},
		{"Other tasks' workspaces", "the folder of the city is not there", otherWorkspaces},
	}}
}

// onSecret reads the host's secret below a prefix.
func onSecret(want, way, prefix string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		came, all := s.attack(t, way, prefix+s.secret)
		if !whole(want, came) || strings.Contains(all, secretText) {
			t.Errorf("got %q, want %q", all, want)
		}
	}
}

func everyRoot(t *testing.T, s *scene) {
	if got := s.sh(t, "cat /proc/[0-9]*/root"+s.secret+" /proc/[0-9]*/task/*/root"+s.secret+" 2>/dev/null"); got != "" {
		t.Errorf("got %q", got)
	}
}

func linkInside(t *testing.T, s *scene) {
	s.must(t, "ln -sf "+s.secret+" /home/user/link")
	tries("ENOENT", "read", "/home/user/link")(t, s)
}

// ownMounts tries, with a user namespace of its own, what root could do.
func ownMounts(t *testing.T, s *scene) {
	came, all := s.attack(t, "own-mounts", "proc", "proc", "1/root"+s.secret)
	if !whole("EPERM|EINVAL|ENOENT|EACCES|ENODEV", came) || strings.Contains(all, secretText) {
		t.Errorf("got %q", all)
	}
	s.attack(t, "own-mounts", "sysfs", "sysfs", "kernel/uevent_helper")
	if got := s.must(t, "grep -c ' /tmp ' /proc/self/mounts"); got != "1" {
		t.Errorf("afterwards /tmp is mounted %s times", got)
	}
}

func noDevices(t *testing.T, s *scene) {
	for _, name := range []string{"/dev/sda", "/dev/vda", "/dev/nvme0n1", "/dev/mem", "/dev/kmem", "/dev/kmsg", "/dev/port", "/dev/fuse", "/dev/kvm", "/dev/loop0", "/dev/mapper/control", "/proc/kcore", "/proc/kmsg"} {
		tries("ENOENT|EACCES|EPERM", "read", name)(t, s)
	}
	got := s.must(t, "find /dev -mindepth 1 ! -type l ! -type d -printf '%f '")
	for name := range strings.FieldsSeq(got) {
		switch name {
		case "null", "zero", "full", "random", "urandom", "tty", "ptmx", "console", "tun", "fuse": // the last two are gVisor's own, and open to nothing
		default:
			t.Errorf("a device nobody needs: %s", name)
		}
	}
}

func setuid(t *testing.T, s *scene) {
	if came, _ := s.attack(t, "setuid-file", inside); came == "done" {
		t.Error("a program was given to root")
	}
	before := s.must(t, "id -u")
	got := s.sh(t, "cp /usr/bin/id /home/user/id && chmod 6755 /home/user/id && /home/user/id -u; sudo -n id -u 2>/dev/null; su -c 'id -u' </dev/null 2>/dev/null")
	if got != before {
		t.Errorf("got %q, want %q", got, before)
	}
}

func descriptorsOfFirst(t *testing.T, s *scene) {
	for _, process := range []string{"1", "self"} {
		_, all := s.attack(t, "fd-names", process)
		for line := range strings.Lines(all) {
			_, target, _ := strings.Cut(strings.TrimSpace(line), " ")
			if strings.Contains(target, "/tmp/") || strings.Contains(target, s.data) || strings.Contains(target, "runsc") {
				t.Errorf("process %s has %q open", process, target)
			}
		}
	}
}

// hostWords looks for words of the host in files.
func hostWords(files string) string {
	self, _ := os.Getwd()
	name, _ := os.Hostname()
	return "cat " + files + " 2>/dev/null | tr '\\0' '\\n' | grep -aF -e '" + filepath.Dir(self) + "' -e GOPATH -e GOROOT -e '" + name + "' || echo nothing"
}

func mountTables(t *testing.T, s *scene) {
	got := s.must(t, "cat /proc/self/mountinfo /proc/self/mounts /proc/1/mountinfo 2>/dev/null || true")
	for _, word := range []string{s.data, filepath.Dir(s.secret), "runsc", "sandboxes"} {
		if strings.Contains(got, word) {
			t.Errorf("the mounts tell %q:\n%s", word, got)
		}
	}
}

func otherWorkspaces(t *testing.T, s *scene) {
	other := s.scene(t)
	if err := other.agent.Tasks.WriteFile(t.Context(), other.task, "/home/user/theirs", []byte("theirs")); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{s.data, filepath.Join(other.workspace(), "theirs"), "/proc/1/root" + other.workspace(), "/home/user/../" + other.box, "/home/user/../../" + other.box} {
		tries("ENOENT|EACCES", "read", at)(t, s)
	}
	if got := s.sh(t, "find / -xdev -name theirs 2>/dev/null; find / -name '"+other.box+"*' 2>/dev/null"); got != "" {
		t.Errorf("found %q", got)
	}
	_, err := s.agent.Tasks.ReadFile(t.Context(), other.task, "/home/user/theirs", aicity.ReadOptions{})
	wantCode(t, "by the other task's id", err, aicity.CodeTaskNotFound)
}
