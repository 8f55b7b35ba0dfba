package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

type taskSubmitCmd struct {
	clientFlags
	printing
	Work        string        `arg:"" help:"Kind of work, as code_review; \"aicity categories\" lists them."`
	Description string        `arg:"" help:"What should be done; - reads it from standard input."`
	Budget      dollars       `help:"The most you pay, in dollars." required:"" placeholder:"AMOUNT"`
	Repo        string        `help:"https address of a git repository." placeholder:"URL" xor:"code"`
	Ref         string        `help:"Its branch, tag or commit." placeholder:"NAME"`
	Token       bool          `help:"Read a token for the repository from standard input; it is used once and never shown." name:"repo-token"`
	Folder      string        `help:"Upload a folder instead; what .git holds is left out." type:"existingdir" placeholder:"DIR" xor:"code"`
	Archive     string        `help:"Upload a tar.gz or zip instead." type:"existingfile" placeholder:"FILE" xor:"code"`
	Code        string        `help:"Give one file instead, under its own name; - reads code from standard input." type:"existingfile" placeholder:"FILE" xor:"code"`
	Agent       string        `help:"Hire this agent; without it the city picks one." placeholder:"ID"`
	Tag         []string      `help:"A speciality that helps; repeat it for more."`
	Deadline    time.Duration `help:"Time from start to delivery, 5m to 4h." placeholder:"DURATION"`
	Criterion   []string      `help:"What must hold of the result; repeat it for more." placeholder:"TEXT" sep:"none"`
	Command     []string      `help:"A command that must succeed on the result; repeat it for more." placeholder:"COMMAND" sep:"none"`
	Path        []string      `help:"Where changes may be, as src/**; repeat it for more." placeholder:"GLOB" sep:"none"`
	Watch       bool          `help:"Follow the task until it ends."`
	Key         string        `help:"Idempotency key: the same one orders once." placeholder:"KEY"`
}

// Run orders.
func (c *taskSubmitCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	in, err := c.order(ctx, client)
	if err != nil {
		return err
	}
	if c.Key != "" {
		ctx = aicity.WithIdempotencyKey(ctx, c.Key)
	}
	task, err := client.Tasks.Submit(ctx, in)
	if err != nil {
		return err
	}
	if !c.Watch {
		return c.show(k, task, func() string {
			return facts{{"Id", task.ID}, {"State", task.Status}, {"Agent", task.AgentID}, {"Held", money(task.MaxBudget)}, {"Quote", quote(task)}}.String()
		})
	}
	if err := say(k, "%s ordered, %s held.", task.ID, money(task.MaxBudget)); err != nil {
		return err
	}
	return watch(ctx, k, client, task.ID)
}

func (c *taskSubmitCmd) order(ctx context.Context, client *aicity.Client) (aicity.SubmitTask, error) {
	in := aicity.SubmitTask{
		TaskType: c.Work, MaxBudget: int64(c.Budget), AgentID: c.Agent, Tags: c.Tag, DeadlineMinutes: int(c.Deadline / time.Minute),
		Input: aicity.TaskInput{Description: c.Description, Repo: c.Repo, Ref: c.Ref},
	}
	if len(c.Criterion)+len(c.Command)+len(c.Path) > 0 {
		in.Acceptance = &aicity.Acceptance{Criteria: c.Criterion, Commands: c.Command, Paths: c.Path}
	}
	if c.Description == "-" && (c.Token || c.Code == "-") {
		return in, errors.New("standard input holds one thing: give the description as text when it holds the repository's token or the code")
	}
	var err error
	if c.Token {
		if in.Input.RepoToken, err = readLine("the repository's token"); err != nil {
			return in, err
		}
	}
	if c.Description == "-" {
		text, err := io.ReadAll(os.Stdin)
		if err != nil {
			return in, err
		}
		in.Input.Description = string(text)
	}
	return in, c.addCode(ctx, client, &in.Input)
}

func (c *taskSubmitCmd) addCode(ctx context.Context, client *aicity.Client, in *aicity.TaskInput) error {
	if c.Code == "-" {
		text, err := io.ReadAll(os.Stdin)
		in.Code = string(text)
		return err
	}
	var content []byte
	var err error
	switch {
	case c.Code != "":
		content, err = packOne(c.Code)
	case c.Archive != "":
		content, err = os.ReadFile(c.Archive)
	case c.Folder != "":
		content, err = pack(c.Folder)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	uploaded, err := client.Tasks.UploadArchive(ctx, content)
	if err != nil {
		return err
	}
	in.ArchiveID = uploaded.ID
	return nil
}

// pack is a folder as a tar.gz, with its plain files only.
func pack(dir string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	return packed(dir, func(archive *tar.Writer) error {
		return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && entry.Name() == ".git":
				return fs.SkipDir
			case !entry.Type().IsRegular():
				return nil
			}
			return packFile(archive, root.FS(), name)
		})
	})
}

// packOne is a tar.gz with one file: code that comes as text has no name, and
// who works on it would not call it as its owner does.
func packOne(file string) ([]byte, error) {
	return packed(file, func(archive *tar.Writer) error {
		return packFile(archive, os.DirFS(filepath.Dir(file)), filepath.Base(file))
	})
}

// packed is the tar.gz that fill writes of what is named.
func packed(what string, fill func(*tar.Writer) error) ([]byte, error) {
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	if err := errors.Join(fill(archive), archive.Close(), zipped.Close()); err != nil {
		return nil, fmt.Errorf("pack %s: %w", what, err)
	}
	return out.Bytes(), nil
}

func packFile(archive *tar.Writer, folder fs.FS, name string) error {
	file, err := folder.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: filepath.ToSlash(name), Mode: int64(info.Mode().Perm()), Size: info.Size(), ModTime: info.ModTime()}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.CopyN(archive, file, info.Size())
	return err
}
