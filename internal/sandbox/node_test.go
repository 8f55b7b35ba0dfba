package sandbox_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// nameless leaves the server's name to its folder.
func nameless(c *sandbox.Config) { c.Node = "" }

// Two servers on one machine and one database are two: neither touches what the
// other has, whatever their host is called.
func TestServersOfOneHost(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	here, there := setup(t, db, nameless), setup(t, db, nameless)
	box := here.provision(t, goCode)
	other := there.provision(t, goCode)
	if box.Node == other.Node {
		t.Errorf("both are called %s", box.Node)
	}
	here.sh(t, "echo kept > note")
	restart(t, there.cfg)
	if found, err := here.Find(t.Context(), here.task); err != nil || found.State != sandbox.Ready {
		t.Errorf("after the other server's start: got %+v, %v", found, err)
	}
	if got := here.sh(t, "cat note"); got != "kept\n" {
		t.Errorf("after the other server's start: got %q", got)
	}
	here.Service = restart(t, here.cfg)
	here.sh(t, "true")
	if again := here.provision(t, goCode); again.ID != box.ID || again.Node != box.Node {
		t.Errorf("after a restart: got %s on %s, want %s on %s", again.ID, again.Node, box.ID, box.Node)
	}
}

// What an earlier version noted under the host's name is taken up, also when the
// host has another by now; what has no files any more ends.
func TestSandboxesOfAnotherName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, func(c *sandbox.Config) { c.Node = "a-host" })
		box := b.provision(t, goCode)
		b.sh(t, "echo kept > note")
		lost, err := b.Provision(t.Context(), city.NewID(city.PrefixTask), sandbox.Source{Code: goCode})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		nameless(&b.cfg)
		if db.Dialect() == store.SQLite { // nobody else can have it
			if err := os.RemoveAll(filepath.Join(b.cfg.Dir, lost.ID)); err != nil {
				t.Fatal(err)
			}
		}
		b.Service = restart(t, b.cfg)
		again := b.provision(t, goCode)
		if again.ID != box.ID {
			t.Errorf("provisioned anew: %s, want %s", again.ID, box.ID)
		}
		if got := b.sh(t, "cat note"); got != "kept\n" {
			t.Errorf("got %q", got)
		}
		if found, err := b.Find(t.Context(), b.task); err != nil || found.Node == "a-host" {
			t.Errorf("still under the old name: %+v, %v", found, err)
		}
		fresh, err := b.Provision(t.Context(), lost.TaskID, sandbox.Source{Code: goCode})
		if err != nil || (fresh.ID == lost.ID) != (db.Dialect() == store.Postgres) {
			t.Errorf("the other: got %s for %s, %v", fresh.ID, lost.ID, err)
		}
	})
}

// A sandbox that was lost with its server does not keep its task from having
// another for ever.
func TestSandboxOfALostServer(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	storetest.EachClock(t, clock, func(t *testing.T, db *store.DB) {
		lost := setup(t, db, nameless)
		box := lost.provision(t, goCode)
		b := setup(t, db, nameless)
		b.task = lost.task
		if db.Dialect() == store.SQLite {
			b.provision(t, goCode) // there is no other server
			return
		}
		_, err := b.Provision(t.Context(), b.task, sandbox.Source{Code: goCode})
		citytest.WantCode(t, "while it may come back", err, city.CodeSandboxUnavailable)
		clock.Advance(lost.cfg.Life + time.Hour + time.Second)
		if err := b.Prune(t.Context(), db.Clock().Now().Add(-24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if fresh := b.provision(t, goCode); fresh.ID == box.ID {
			t.Error("a lost sandbox came back")
		}
		if err := lost.Destroy(t.Context(), lost.task); err != nil {
			t.Error(err)
		}
		sandboxtest.NothingLeft(t, box.ID)
	})
}
