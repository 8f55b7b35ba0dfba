package guide_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/test/guide"
)

const sdkDir = "../../sdk/typescript"

// buildSDK builds the SDK once for all tests, so that the samples run against
// the sources as they are.
var buildSDK = sync.OnceValue(func() error {
	if _, err := os.Stat(filepath.Join(sdkDir, "node_modules", "typescript")); errors.Is(err, fs.ErrNotExist) {
		if err := npm("ci", "--no-audit", "--no-fund"); err != nil {
			return err
		}
	}
	return npm("run", "build")
})

func npm(args ...string) error {
	cmd := exec.Command("npm", args...)
	cmd.Dir = sdkDir
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.New("npm " + strings.Join(args, " ") + ": " + string(out))
	}
	return nil
}

// workshop is a folder where an agent builder follows the guide: the SDK is
// installed, and what the guide's reader supplies is there.
type workshop struct {
	dir     string
	samples map[string]guide.Sample // by what they do
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	for _, tool := range []string{"node", "npm", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is needed to run the guide's samples: %v", tool, err)
		}
	}
	if err := buildSDK(); err != nil {
		t.Fatal(err)
	}
	w := &workshop{dir: t.TempDir(), samples: map[string]guide.Sample{}}
	names := []string{"token", "register", "curl", "price", "poll", "webhook", "process", "wallet"}
	for i, sample := range guide.Samples(readGuide(t)) {
		w.samples[names[i]] = sample
	}
	if err := os.CopyFS(w.dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	sdk, err := filepath.Abs(sdkDir)
	if err != nil {
		t.Fatal(err)
	}
	modules := filepath.Join(w.dir, "node_modules", "@ai-city")
	if err := os.MkdirAll(modules, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(sdk, filepath.Join(modules, "sdk")); err != nil {
		t.Fatal(err)
	}
	return w
}

// write puts samples, one after the other and otherwise as they are, into a file.
func (w *workshop) write(t *testing.T, file string, samples ...string) string {
	t.Helper()
	var text strings.Builder
	for _, name := range samples {
		text.WriteString(w.samples[name].Text + "\n")
	}
	file = filepath.Join(w.dir, file)
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// node prepares to run samples as one module against the city at url.
func (w *workshop) node(ctx context.Context, t *testing.T, url string, env []string, samples ...string) *exec.Cmd {
	t.Helper()
	file := w.write(t, strings.Join(samples, "-")+".ts", samples...)
	cmd := exec.CommandContext(ctx, "node", "--import", "./preload.mjs", file)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "AICITY_BASE_URL="+url, "OWNER_TOKEN=", "AGENT_API_KEY=")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// runNode runs samples as one module to their end and returns what they print.
func (w *workshop) runNode(t *testing.T, url string, env []string, samples ...string) string {
	t.Helper()
	return output(t, w.node(t.Context(), t, url, env, samples...))
}

// start runs samples as one module in the background. The context it returns
// ends with them; stop ends them and returns what they printed.
func (w *workshop) start(ctx context.Context, t *testing.T, url string, env []string, samples ...string) (context.Context, func() string) {
	t.Helper()
	var printed bytes.Buffer
	ctx, cancel := context.WithCancelCause(ctx)
	cmd := w.node(ctx, t, url, env, samples...)
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cancel(fmt.Errorf("the samples ended: %w", cmp.Or(cmd.Wait(), io.EOF)))
	}()
	stop := func() string {
		cancel(nil)
		<-ended
		return printed.String()
	}
	t.Cleanup(func() { stop() })
	return ctx, stop
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", filepath.Base(cmd.Path), err, &stdout, &stderr)
	}
	return stdout.String()
}
