package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Import makes an image of a container's file system: one tar as `docker
// export` writes it, or the layers of an OCI image in order; plain or gzipped.
// Devices and pipes are left out, set-user-id bits are taken away, and a name
// that leads out refuses the whole.
func (s Store) Import(ctx context.Context, name string, files []string, limits Limits, progress Progress) (Image, error) {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = filepath.Base(file)
	}
	return s.add(ctx, name, strings.Join(names, ", "), func(ctx context.Context, tree string) error {
		return unpackAll(ctx, tree, limits, progress, func(u *unpacker) error {
			for _, file := range files {
				f, err := os.Open(file) //nolint:gosec // what the operator names
				if err != nil {
					return err
				}
				if err := errors.Join(u.unpack(f), f.Close()); err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
			}
			return nil
		})
	})
}

func unpackAll(ctx context.Context, tree string, limits Limits, progress Progress, do func(*unpacker) error) error {
	root, err := os.OpenRoot(tree)
	if err != nil {
		return err
	}
	u := newUnpacker(ctx, root, limits, progress)
	return errors.Join(do(u), root.Close())
}

// Recipe says which Debian packages make an image.
type Recipe struct {
	Suite    string   // "" is stable
	Mirror   string   // "" is Debian's own
	Packages []string // with what they depend on
	Limits   Limits
	Progress Progress
	Said     io.Writer // what mmdebstrap tells of its steps
}

// StandardPackages are for reading, building and testing code in the usual
// languages: git, a C toolchain, Python, Node and Go.
func StandardPackages() []string {
	return []string{
		"git", "gcc", "g++", "make", "libc6-dev", "pkg-config", "patch",
		"python3", "python3-pip", "python3-venv", "python3-pytest", "nodejs", "npm", "golang-go",
		"ripgrep", "jq", "less", "procps", "file", "unzip", "xz-utils",
	}
}

// DefaultSuite is the Debian release that images are made of.
const DefaultSuite = "stable"

var (
	validPackage = regexp.MustCompile(`^[a-z0-9][a-z0-9.+-]*(:[a-z0-9-]+)?([=/][A-Za-z0-9.+:~-]+)?$`)
	validSuite   = regexp.MustCompile(`^[a-z0-9][a-z0-9./-]*$`)
)

func (r Recipe) check() error {
	if !validSuite.MatchString(r.Suite) {
		return fmt.Errorf("%.80q is no name of a Debian release, like stable or trixie", r.Suite)
	}
	for _, name := range r.Packages {
		if !validPackage.MatchString(name) {
			return fmt.Errorf("%.80q is no name of a Debian package", name)
		}
	}
	if r.Mirror != "" && !strings.HasPrefix(r.Mirror, "http://") && !strings.HasPrefix(r.Mirror, "https://") && !strings.HasPrefix(r.Mirror, "file:///") {
		return fmt.Errorf("%.80q is no mirror: it begins with https://, http:// or file:///", r.Mirror)
	}
	return nil
}

// Build makes an image of Debian packages. It needs the program mmdebstrap and,
// unless we are root, user namespaces.
func (s Store) Build(ctx context.Context, name string, r Recipe) (Image, error) {
	if r.Suite == "" {
		r.Suite = DefaultSuite
	}
	if err := errors.Join(r.check(), CheckName(name)); err != nil {
		return Image{}, err
	}
	program, err := findBuilder()
	if err != nil {
		return Image{}, err
	}
	source := "Debian " + r.Suite + ": " + strings.Join(r.Packages, " ")
	return s.add(ctx, name, source, func(ctx context.Context, tree string) error {
		return unpackAll(ctx, tree, r.Limits, r.Progress, func(u *unpacker) error { return u.run(r.command(ctx, program), r.Said) })
	})
}

// builderEnd is how long mmdebstrap may take to tidy up when it is interrupted.
const builderEnd = 30 * time.Second

// findBuilder finds mmdebstrap, or says how to get what is missing.
func findBuilder() (string, error) {
	program, err := exec.LookPath("mmdebstrap")
	if err != nil {
		return "", errors.New("building an image needs mmdebstrap; install it with: sudo apt-get install -y mmdebstrap")
	}
	if os.Geteuid() != 0 {
		if _, err := exec.LookPath("newuidmap"); err != nil {
			return "", errors.New("building an image without being root needs user namespaces; install what they need with: sudo apt-get install -y uidmap")
		}
	}
	return program, nil
}

func (r Recipe) command(ctx context.Context, program string) *exec.Cmd {
	args := []string{
		"--variant=minbase", "--format=tar",
		// Manuals and translations are half of many packages, and nobody reads them here.
		"--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/doc/*",
		"--dpkgopt=path-exclude=/usr/share/locale/*/LC_MESSAGES/*", "--dpkgopt=path-exclude=/usr/share/info/*",
	}
	if len(r.Packages) > 0 {
		args = append(args, "--include="+strings.Join(r.Packages, ","))
	}
	args = append(args, "--", r.Suite, "-")
	if r.Mirror != "" {
		args = append(args, r.Mirror)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it unmounts what it has mounted
	cmd.WaitDelay = builderEnd
	return cmd
}

// run unpacks what a program writes.
func (u *unpacker) run(cmd *exec.Cmd, said io.Writer) error {
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run %s: %w", filepath.Base(cmd.Path), err)
	}
	unpacked := u.unpack(out)
	if unpacked != nil {
		_ = cmd.Cancel()
	}
	_, _ = io.Copy(io.Discard, out) // the padding after the end
	if err := cmd.Wait(); err != nil && (unpacked == nil || errors.Is(unpacked, io.ErrUnexpectedEOF)) {
		return fmt.Errorf("run %s: %w", filepath.Base(cmd.Path), err)
	}
	return unpacked
}
