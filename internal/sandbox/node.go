package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// nodeFile keeps the name of the server that a folder of sandboxes belongs to.
const nodeFile = "node"

// nodeOf is the name of the server whose sandboxes a folder keeps: an id that it
// is given once. A host's name would not do: a container changes its own, and two
// servers may share one.
func nodeOf(dir string) (string, error) {
	path := filepath.Join(dir, nodeFile)
	name, err := os.ReadFile(path) //nolint:gosec // a file of ours
	if errors.Is(err, fs.ErrNotExist) {
		if err := nameNode(dir, city.NewID(city.PrefixNode)); err != nil {
			return "", fmt.Errorf("name this server: %w", err)
		}
		name, err = os.ReadFile(path) //nolint:gosec // as above
	}
	if err != nil {
		return "", fmt.Errorf("read this server's name: %w", err)
	}
	node := strings.TrimSpace(string(name))
	if err := city.CheckID(city.PrefixNode, node); err != nil {
		return "", fmt.Errorf("read this server's name in %s: %w", path, err)
	}
	return node, nil
}

// nameNode writes a folder's name so that it is never seen half written, never
// replaced, and not lost with the machine's power.
func nameNode(dir, node string) error {
	temporary, err := os.CreateTemp(dir, ".node-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.WriteString(node + "\n")
	if err := errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	if err := os.Link(temporary.Name(), filepath.Join(dir, nodeFile)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	folder, err := os.Open(dir) //nolint:gosec // as above
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// claim makes sandboxes ours that were noted under another name: those whose
// files are here, and all of them where no other server can share the database.
// So it is with what a version wrote that went by the host's name.
func (s *Service) claim(ctx context.Context, here []string) error {
	if s.cfg.DB.Dialect() == store.SQLite {
		return s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return claimAll(ctx, tx, s.cfg.Node) })
	}
	if len(here) == 0 {
		return nil
	}
	return s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return claim(ctx, tx, s.cfg.Node, here) })
}

// lostAfter is how long after its time a sandbox of another server is taken for
// lost with that server, which ends it within a minute otherwise.
const lostAfter = time.Hour
