package attack

import (
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	aicity "aicity.dev/aicity/sdk/go"
)

const noNetwork = "no network: `ENETUNREACH`"

func networkTheme() theme {
	return theme{name: "network", shared: true, attempts: []attempt{
		{"TCP to a public address", noNetwork, tries("ENETUNREACH", "dial", "tcp", "1.1.1.1:443")},
		{"TCP to the host's own addresses", noNetwork + "; the host counts no connection", reachHost},
		{"TCP to the host's loopback", "the loopback inside is another: `ECONNREFUSED`", reachLoopback},
		{"TCP to a metadata service", noNetwork, tries("ENETUNREACH", "dial", "tcp", "169.254.169.254:80")},
		{"TCP over IPv6", noNetwork, tries("ENETUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT", "dial", "tcp6", "[2606:4700:4700::1111]:443")},
		{"TCP to an IPv4 address in IPv6's clothes", noNetwork, tries("ENETUNREACH|EADDRNOTAVAIL", "dial", "tcp", "[::ffff:1.1.1.1]:443")},
		{"UDP to a public address", noNetwork, tries("ENETUNREACH", "send", "8.8.8.8:53")},
		{"UDP to everybody", "there is nobody: `ENETUNREACH` or `EHOSTUNREACH`", tries("ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL", "broadcast")},
		{"Multicast", "there is nobody: `ENETUNREACH` or `EHOSTUNREACH`", tries("ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL", "multicast")},
		{"DNS, by the system and by hand", "no name server, and " + noNetwork, tries("ENETUNREACH", "resolve", "example.com")},
		{"DNS over TCP", noNetwork, tries("ENETUNREACH", "dial", "tcp", "8.8.8.8:53")},
		{"Raw socket (ICMP)", "`EPERM`", tries("EPERM", "socket", "2", "3", "1")},
		{"Raw socket (whole IP packets)", "`EPERM`", tries("EPERM", "socket", "2", "3", "255")},
		{"Packet socket", "`EPERM`", tries("EPERM|EAFNOSUPPORT", "socket", "17", "3", "768")},
		{"Unprivileged ping socket", "`EPERM`, `EACCES`, or " + noNetwork, tries("EPERM|EACCES|EPROTONOSUPPORT|done", "socket", "2", "2", "1")},
		{"XDP, Bluetooth, CAN and VM sockets", "no such family: `EAFNOSUPPORT`", otherFamilies},
		{"VM socket to the hypervisor", "`EAFNOSUPPORT`", tries("EAFNOSUPPORT", "vsock")},
		{"Netlink: a new default route", "`EPERM` or unsupported", tries("EPERM|EACCES|EOPNOTSUPP|EINVAL|ENOTSUP", "route")},
		{"Netlink: another address", "`EPERM`", tries("EPERM|EACCES|EOPNOTSUPP", "address")},
		{"Tunnel device", "gVisor's own, without the right to make a tunnel: `EPERM`", tries("EPERM|ENOENT", "tunnel")},
		{"A network namespace of its own", "`EPERM`, or a network as empty as before", tries("EPERM|ENETUNREACH|EINVAL", "unshared")},
		{"Abstract unix socket of the host", "another namespace: `ECONNREFUSED`", abstractSocket},
		{"Unix socket of the host, bound into the workspace", "`ECONNREFUSED`", workspaceSocket},
		{"Control sockets of the host (Docker, D-Bus, systemd)", "`ENOENT`", controlSockets},
		{"A server inside, for somebody to come", "nobody can reach it", serveInside},
		{"Network tools, by name", "`COMMAND_BLOCKED`", blockedTools},
		{"Network tools, by a link or a copy", "`COMMAND_BLOCKED`, also where an earlier command made it", linkedTools},
		{"`/dev/tcp` of bash", "`ENETUNREACH`", says(".*unreachable.*", `bash -c 'exec 3<>/dev/tcp/1.1.1.1/80'`)},
		{"A program that loads itself from memory", "it runs, and finds no network either", fileless},
	}}
}

func reachHost(t *testing.T, s *scene) {
	for _, address := range s.addresses(t) {
		tries("ENETUNREACH|EHOSTUNREACH", "dial", "tcp", address)(t, s)
	}
	if n := s.reached.Load(); n != 0 {
		t.Errorf("the host was reached %d times", n)
	}
}

func reachLoopback(t *testing.T, s *scene) {
	for _, address := range []string{"127.0.0.1", "127.1.2.3", "0.0.0.0", "[::1]"} {
		tries("ECONNREFUSED|EADDRNOTAVAIL", "dial", "tcp", address+":"+s.port(t))(t, s)
	}
}

func otherFamilies(t *testing.T, s *scene) {
	for _, family := range []string{"44", "31", "29", "38", "4", "9", "21"} {
		tries("EAFNOSUPPORT|EPROTONOSUPPORT", "socket", family, "3", "0")(t, s)
	}
}

// listenUnix makes the host listen on a unix socket and counts who comes.
func listenUnix(t *testing.T, s *scene, address string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.reached.Add(1)
			_ = c.Close()
		}
	}()
}

func abstractSocket(t *testing.T, s *scene) {
	listenUnix(t, s, "@"+s.box)
	tries("ECONNREFUSED|ENOENT", "abstract", s.box)(t, s)
}

func workspaceSocket(t *testing.T, s *scene) {
	// The name of a socket is short, the workspace's is not.
	short := filepath.Join(filepath.Dir(s.secret), "w")
	if err := os.Symlink(s.workspace(), short); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Remove(short) }()
	listenUnix(t, s, filepath.Join(short, "sock"))
	if err := os.Chmod(filepath.Join(short, "sock"), 0o777); err != nil {
		t.Fatal(err)
	}
	tries("ECONNREFUSED|EPERM|EACCES|ENXIO", "unix", "/home/user/sock")(t, s)
}

func controlSockets(t *testing.T, s *scene) {
	for _, name := range []string{"/var/run/docker.sock", "/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private", "/run/containerd/containerd.sock"} {
		tries("ENOENT", "unix", name)(t, s)
	}
}

// serveInside listens in one sandbox; the host and another sandbox come.
func serveInside(t *testing.T, s *scene) {
	served := make(chan error, 1)
	go func() {
		_, err := s.agent.Tasks.Exec(t.Context(), s.task, aicity.Exec{Command: inside + " listen 7171 > /home/user/listens", Timeout: 10 * time.Second})
		served <- err
	}()
	s.until(t, "grep -s listening /home/user/listens")
	other := s.scene(t)
	tries("ECONNREFUSED", "dial", "tcp", "127.0.0.1:7171")(t, other)
	if c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", "127.0.0.1:7171"); err == nil {
		_ = c.Close()
		t.Error("the host reaches a server in the sandbox")
	}
	wantCode(t, "the server inside", <-served, aicity.CodeExecTimeout)
}

func blockedTools(t *testing.T, s *scene) {
	for _, command := range []string{
		"curl http://1.1.1.1", "/usr/bin/wget x", "sh -c 'nc 1.1.1.1 80'", "echo x | xargs ssh", "busybox telnet 1.1.1.1", "$(echo ping) 1.1.1.1", "c=cu; ${c}rl x",
	} {
		_, err := s.exec(t, aicity.Exec{Command: command})
		wantCode(t, command, err, aicity.CodeCommandBlocked)
	}
}

// linkedTools finds the tools by other names than their own: in one script, and by a
// name that an earlier command made where the host does not see it.
func linkedTools(t *testing.T, s *scene) {
	for _, tool := range []string{"curl", "wget", "ssh", "scp", "sftp", "nc", "ping", "telnet", "dig", "ftp"} {
		for _, script := range []string{"cd /tmp && ln -sf /usr/bin/" + tool + " x; ./x --version", "cd /tmp && cp /usr/bin/" + tool + " y; chmod +x y; ./y --version"} {
			_, err := s.exec(t, aicity.Exec{Command: script})
			wantCode(t, script, err, aicity.CodeCommandBlocked)
		}
		for _, dir := range []string{"/usr/bin", "/bin", "/usr/sbin"} {
			s.sh(t, "cd /tmp && rm -f x y; ln -sf "+dir+"/"+tool+" x; cp "+dir+"/"+tool+" y 2>/dev/null; chmod +x y 2>/dev/null; true")
			_, err := s.exec(t, aicity.Exec{Command: "cd /tmp && ./x --version"})
			wantCode(t, dir+"/"+tool+", linked before", err, aicity.CodeCommandBlocked)
			if copied := s.sh(t, "test -e /tmp/y && echo there; true"); copied != "" {
				_, err := s.exec(t, aicity.Exec{Command: "/tmp/y --version"})
				wantCode(t, dir+"/"+tool+", copied before", err, aicity.CodeCommandBlocked)
			}
		}
	}
}

func fileless(t *testing.T, s *scene) {
	tries("ENETUNREACH", "fileless", "dial", "tcp", "1.1.1.1:80")(t, s)
}

// workspace is the folder of the host that the sandbox works in.
func (s *scene) workspace() string { return filepath.Join(s.data, "sandboxes", s.box, "work") }
