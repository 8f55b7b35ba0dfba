package sandbox

import (
	"slices"
	"strings"
)

// blockedTools are the programs whose only use is a network. There is none in
// a sandbox, whatever runs there; refusing them early tells the agent so.
var blockedTools = []string{
	"curl", "wget", "nc", "ncat", "netcat", "socat", "ssh", "scp", "sftp", "telnet", "ftp",
	"dig", "nslookup", "host", "ping",
}

// aliases are the names under which systems install the same programs.
var aliases = []string{
	"nc.openbsd", "nc.traditional", "ping4", "ping6", "slogin", "socat1", "telnet.netkit", "ftp.netkit", "tnftp", "lftp", "wget2", "fetch",
	"inetutils-ping", "inetutils-telnet", "inetutils-ftp",
}

// IsBlockedTool reports whether a program of this name is refused and hidden.
func IsBlockedTool(name string) bool {
	return slices.Contains(blockedTools, name) || slices.Contains(aliases, name)
}

// IsManyPrograms reports whether a file of this name is many programs in one:
// hiding it would take the shell away too.
func IsManyPrograms(name string) bool {
	return strings.HasPrefix(name, "busybox") || strings.HasPrefix(name, "toybox") || name == "coreutils"
}

// ProgramFolders are where programs are looked for, in the sandbox and in the
// trees that become its root.
func ProgramFolders() []string {
	return []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}
}
