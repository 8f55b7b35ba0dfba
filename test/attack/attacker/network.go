package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// patience bounds what waits for an answer that may never come.
const patience = 20 * time.Second

func network() map[string]attempt {
	return map[string]attempt{
		"dial":    func(w []string) error { return dial(w[0], w[1]) },
		"send":    send,
		"resolve": resolve,
		"socket":  socket,
		"broadcast": func([]string) error {
			return sendTo(unix.AF_INET, &unix.SockaddrInet4{Port: 9, Addr: [4]byte{255, 255, 255, 255}}, true)
		},
		"multicast": func([]string) error {
			return sendTo(unix.AF_INET, &unix.SockaddrInet4{Port: 5353, Addr: [4]byte{224, 0, 0, 251}}, false)
		},
		"route":       route,
		"address":     address,
		"tunnel":      tunnel,
		"vsock":       vsock,
		"abstract":    func(w []string) error { return unixSocket("\x00" + w[0]) },
		"unix":        func(w []string) error { return unixSocket(w[0]) },
		"listen":      listen,
		"bind-socket": bindSocket,
		"unshared":    unsharedNetwork,
	}
}

func dial(network, address string) error {
	c, err := net.DialTimeout(network, address, patience)
	if err != nil {
		return err
	}
	return c.Close()
}

func send(w []string) error {
	c, err := net.DialTimeout("udp", w[0], patience)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	_, err = c.Write([]byte("secret"))
	return err
}

// resolve asks for a name, by the system's ways and by a name server directly.
func resolve(w []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := net.DefaultResolver.LookupHost(ctx, w[0]); err == nil {
		return nil
	}
	return dial("udp", "8.8.8.8:53")
}

// socket opens a socket of a family, type and protocol.
func socket(w []string) error {
	var numbers [3]int
	for i := range numbers {
		n, err := strconv.Atoi(w[i])
		if err != nil {
			return err
		}
		numbers[i] = n
	}
	fd, err := unix.Socket(numbers[0], numbers[1], numbers[2])
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

func sendTo(family int, to unix.Sockaddr, broadcast bool) error {
	fd, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	if broadcast {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err != nil {
			return err
		}
	}
	return unix.Sendto(fd, []byte("secret"), 0, to)
}

// route asks the kernel for a default route through the loopback.
func route([]string) error {
	// nlmsghdr, rtmsg, RTA_OIF=1
	return netlink([]byte{
		36, 0, 0, 0, unix.RTM_NEWROUTE, 0, 0x05, 0x06, 1, 0, 0, 0, 0, 0, 0, 0,
		unix.AF_INET, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0,
		8, 0, unix.RTA_OIF, 0, 1, 0, 0, 0,
	})
}

// address gives the loopback another address.
func address([]string) error {
	return netlink([]byte{
		32, 0, 0, 0, unix.RTM_NEWADDR, 0, 0x05, 0x06, 1, 0, 0, 0, 0, 0, 0, 0,
		unix.AF_INET, 24, 0, 0, 1, 0, 0, 0,
		8, 0, unix.IFA_LOCAL, 0, 10, 1, 2, 3,
	})
}

// netlink sends a request and returns the error in the answer.
func netlink(request []byte) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.Sendto(fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	answer := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil {
		return err
	}
	if n < 20 || answer[4] != unix.NLMSG_ERROR {
		return fmt.Errorf("an answer of type %d", answer[4])
	}
	code := int32(uint32(answer[16]) | uint32(answer[17])<<8 | uint32(answer[18])<<16 | uint32(answer[19])<<24)
	return errnoOf(unix.Errno(-code))
}

// tunnel makes a network interface that it is the other end of.
func tunnel([]string) error {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR, 0)
	if err != nil {
		return err
	}
	request, err := unix.NewIfreq("tun0")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	return unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
}

func vsock([]string) error {
	fd, err := unix.Socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	return unix.Connect(fd, &unix.SockaddrVM{CID: unix.VMADDR_CID_HOST, Port: 1024})
}

func unixSocket(address string) error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	return unix.Connect(fd, &unix.SockaddrUnix{Name: address})
}

// listen serves on all addresses until somebody comes or is killed.
func listen(w []string) error {
	l, err := net.Listen("tcp", "0.0.0.0:"+w[0])
	if err != nil {
		return err
	}
	fmt.Println("listening")
	_, err = l.Accept()
	return err
}

// unsharedNetwork makes itself root of a network of its own, and tries from there.
func unsharedNetwork([]string) error {
	if err := unix.Unshare(unix.CLONE_NEWUSER | unix.CLONE_NEWNET); err != nil {
		return err
	}
	return dial("tcp", "1.1.1.1:80")
}

// bindSocket leaves a unix socket in the file system.
func bindSocket(w []string) error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	return unix.Bind(fd, &unix.SockaddrUnix{Name: w[0]})
}
