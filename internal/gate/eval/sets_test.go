package eval_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"aicity.dev/aicity/internal/gate/eval"
)

// sets are the labelled deliverables: those that the rules were made with,
// those that they were not, and those that others wrote.
var sets = append(learned[:len(learned):len(learned)], "ninth-hand", "tenth-hand", "thirteenth-hand", "fifteenth-hand", "sixteenth-hand", "seventeenth-hand", "eighteenth-hand", "nineteenth-hand", "twentieth-hand", "twenty-third-hand", "twenty-fourth-hand", "twenty-sixth-hand", "twenty-seventh-hand", "twenty-eighth-hand", "twenty-ninth-hand", "thirtieth-hand", "thirty-first-hand",
	"thirty-second-hand", "thirty-third-hand", "thirty-fourth-hand", "thirty-fifth-hand", "thirty-sixth-hand", "thirty-seventh-hand", "thirty-eighth-hand", "thirty-ninth-hand", "fortieth-hand", "forty-first-hand",
	"forty-second-hand", "forty-third-hand", "forty-fourth-hand", "forty-fifth-hand", "forty-sixth-hand", "fifty-sixth-hand", "fifty-seventh-hand", "fifty-eighth-hand", "sixtieth-hand", "sixty-third-hand",
	"sixty-fourth-hand", "sixty-sixth-hand", "sixty-seventh-hand", "sixty-eighth-hand", "seventy-third-hand",
	"seventy-fifth-hand", "seventy-sixth-hand", "seventy-seventh-hand", "seventy-eighth-hand",
	"hundred-and-fortieth-hand", "hundred-and-forty-eighth-hand", "hundred-and-forty-ninth-hand", "hundred-and-seventy-first-hand", "hundred-and-eighty-second-hand")

// learned are those whose makeup the gate knows; the rest shows how far that
// holds for others.
var learned = []string{"tuning", "held-out", "fresh", "second-hand", "third-hand", "fourth-hand", "fifth-hand", "sixth-hand", "seventh-hand", "eighth-hand", "hard"}

// corpus returns the library with every repository of the corpus, and the
// samples of some sets. All tests share what is read.
func corpus(t *testing.T, sets []string) (*eval.Library, []eval.Sample) {
	t.Helper()
	read, err := readCorpus()
	if err != nil {
		t.Fatal(err)
	}
	var all []eval.Sample
	for _, set := range sets {
		all = append(all, read.samples[set]...)
	}
	return read.library, all
}

// labelled is the corpus. The library is full, so that tests may ask it at the
// same time.
type labelled struct {
	library *eval.Library
	samples map[string][]eval.Sample
}

// unpacked holds the repositories until the last test is through.
var unpacked string

func TestMain(m *testing.M) {
	code := m.Run()
	if unpacked != "" {
		_ = os.RemoveAll(unpacked)
	}
	os.Exit(code)
}

// readCorpus reads the corpus, once a process.
var readCorpus = sync.OnceValues(func() (labelled, error) {
	var err error
	if unpacked, err = os.MkdirTemp("", "aicity-corpus-"); err != nil {
		return labelled{}, err
	}
	if err := unpackRepos(unpacked); err != nil {
		return labelled{}, err
	}
	read := labelled{library: &eval.Library{Dir: unpacked}, samples: map[string][]eval.Sample{}}
	for _, set := range sets {
		samples, err := readSet(set)
		if err != nil {
			return labelled{}, fmt.Errorf("%s: %w", set, err)
		}
		if err := fill(read.library, samples); err != nil {
			return labelled{}, fmt.Errorf("%s: %w", set, err)
		}
		read.samples[set] = samples
	}
	return read, nil
})

// readSet reads the samples of a set.
func readSet(name string) ([]eval.Sample, error) {
	f, err := os.Open(filepath.Join("testdata", "corpus", name+".jsonl"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return eval.ReadSamples(f)
}

// unpackRepos puts the packages and modules of the corpus that are kept here where
// the library looks for them.
func unpackRepos(dir string) error {
	archives, err := filepath.Glob(filepath.Join("testdata", "repos", "*.txtar"))
	if err != nil || len(archives) == 0 {
		return errors.Join(errors.New("no repositories"), err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, strings.TrimSuffix(filepath.Base(name), ".txtar"))
		if err := os.Mkdir(to, 0o750); err != nil {
			return err
		}
		if err := txtar.Write(archive, to); err != nil {
			return err
		}
	}
	return nil
}

// fill has the library read the repositories of samples.
func fill(library *eval.Library, samples []eval.Sample) error {
	seen := map[eval.Repo]bool{}
	for _, s := range samples {
		if seen[s.Repo] {
			continue
		}
		seen[s.Repo] = true
		if s.Repo.Kind == "go" {
			if err := linkModule(library.Dir, s.Repo); err != nil {
				return err
			}
		}
		if _, err := library.Repository(context.Background(), s.Repo); err != nil {
			return err
		}
	}
	return nil
}

// linkModule shows the library a Go module of the corpus that is not kept
// here: this program is built from it, so it is in the module cache.
func linkModule(dir string, repo eval.Repo) error {
	base := path.Base(majorVersion.ReplaceAllString(repo.Name, ""))
	if _, err := os.Stat(filepath.Join(dir, base+"@"+repo.Version)); err == nil {
		return nil // it is kept here
	}
	link := filepath.Join(dir, strings.ReplaceAll(repo.Name, "/", "-")+"@"+repo.Version)
	if _, err := os.Lstat(link); err == nil {
		return nil // another set has it, too
	}
	out, err := exec.CommandContext(context.Background(), "go", "list", "-m", "-f", "{{.Version}} {{.Dir}}", repo.Name).Output()
	version, folder, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if err != nil {
		return fmt.Errorf("go list %s: %w", repo.Name, err)
	}
	if version != repo.Version || folder == "" {
		return fmt.Errorf("%s is %q in %q: judge the corpus anew with the version that is used", repo, version, folder)
	}
	return os.Symlink(folder, link)
}

// majorVersion matches the end of a module's path that is no name.
var majorVersion = regexp.MustCompile(`/v\d+$`)
