package gvisor

import (
	"os"
	"syscall"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// asCommandsUser has runsc, in a user namespace of its own, be the commands' user.
// Rootless, whoever the server runs as is the only one that may own files, and what
// runsc takes it for is what it is inside.
func asCommandsUser(attr *syscall.SysProcAttr) {
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: sandboxUID, HostID: os.Geteuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: sandboxUID, HostID: os.Getegid(), Size: 1}}
}

// knowOneUser gives the process that opens a sandbox's files a user namespace of its
// own in turn, in which it has rights over files.
func knowOneUser(linux *specs.Linux) {
	linux.Namespaces = append(linux.Namespaces, specs.LinuxNamespace{Type: specs.UserNamespace})
	one := []specs.LinuxIDMapping{{ContainerID: sandboxUID, HostID: sandboxUID, Size: 1}}
	linux.UIDMappings, linux.GIDMappings = one, one
}
