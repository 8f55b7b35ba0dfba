package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/image"
)

// sandboxCmd is `aicity sandbox`: what sandboxes are made of.
type sandboxCmd struct {
	Image imageCmd `cmd:"" help:"Root file systems for sandboxes."`
}

type imageCmd struct {
	Build  imageBuildCmd  `cmd:"" help:"Make an image of Debian packages: git, a C toolchain, Python, Node and Go."`
	Import imageImportCmd `cmd:"" help:"Make an image of a container's file system."`
	List   imageListCmd   `cmd:"" help:"Show the images."`
	Verify imageVerifyCmd `cmd:"" help:"Tell whether an image is still what it was."`
}

// imagesFlags say where the images are.
type imagesFlags struct {
	Data string `help:"The city's data folder." default:"data" type:"path" env:"AICITY_DATA"`
}

func (f imagesFlags) store() image.Store {
	return image.Store{Dir: filepath.Join(f.Data, image.Folder), Clock: city.SystemClock{}}
}

// limitFlags bound what an image may hold.
type limitFlags struct {
	MaxMB    int64 `help:"Largest image, in MiB." name:"max-mb" default:"32768"`
	MaxFiles int   `help:"Most files in an image." name:"max-files" default:"2000000"`
}

func (f limitFlags) limits() image.Limits {
	return image.Limits{Bytes: f.MaxMB << 20, Files: f.MaxFiles}
}

type imageBuildCmd struct {
	imagesFlags
	limitFlags
	Name    string   `arg:"" optional:"" default:"standard" help:"Name of the new image; standard without it."`
	Suite   string   `help:"Debian release." default:"stable"`
	Mirror  string   `help:"Where packages come from; Debian's own servers without it." placeholder:"URL"`
	Include []string `help:"More packages, with commas between." placeholder:"PACKAGE"`
	Minimal bool     `help:"Only what is included, without the standard packages."`
}

// Run builds with mmdebstrap, whose steps are shown.
func (c *imageBuildCmd) Run(ctx context.Context, k *kong.Context) error {
	packages := c.Include
	if !c.Minimal {
		packages = slices.Concat(image.StandardPackages(), c.Include)
	}
	made, err := c.store().Build(ctx, c.Name, image.Recipe{
		Suite: c.Suite, Mirror: c.Mirror, Packages: packages, Limits: c.limits(), Progress: progress(k.Stderr), Said: k.Stderr,
	})
	if err != nil {
		return err
	}
	return announce(k.Stdout, made, c.store().Lacks(made.Name))
}

type imageImportCmd struct {
	imagesFlags
	limitFlags
	Name  string   `arg:"" help:"Name of the new image."`
	Files []string `arg:"" help:"A tar as docker export writes it, or the layers of an OCI image in order; plain or gzipped." type:"existingfile"`
}

// Run imports.
func (c *imageImportCmd) Run(ctx context.Context, k *kong.Context) error {
	made, err := c.store().Import(ctx, c.Name, c.Files, c.limits(), progress(k.Stderr))
	if err != nil {
		return err
	}
	return announce(k.Stdout, made, c.store().Lacks(made.Name))
}

// progress tells how far the unpacking has come.
func progress(out io.Writer) image.Progress {
	return func(files int, bytes int64) {
		_, _ = fmt.Fprintf(out, "unpacked %d files, %s\n", files, city.Bytes(bytes))
	}
}

func announce(out io.Writer, made image.Image, lacks []image.Lack) error {
	if len(made.LeftOut) > 0 {
		if _, err := fmt.Fprintf(out, "Left out, being network tools: %s\n", strings.Join(made.LeftOut, ", ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "Image %s: %d files, %s, tree %s.\nUse it with: aicity serve --sandbox-rootfs %s\n",
		made.Name, made.Files, city.Bytes(made.Bytes), made.Tree, made.Name)
	for _, lack := range lacks {
		_, printed := fmt.Fprintf(out, "It lacks %s.\n", lack)
		err = errors.Join(err, printed)
	}
	return err
}

type imageListCmd struct{ imagesFlags }

// Run prints one table.
func (c *imageListCmd) Run(k *kong.Context) error {
	images, err := c.store().List()
	if err != nil {
		return err
	}
	if len(images) == 0 {
		_, err := fmt.Fprintln(k.Stdout, "No images: `aicity sandbox image build` makes one.")
		return err
	}
	t := newTable("Image", "Number", "Size", "Made", "Tree", "Of")
	for _, i := range images {
		t.Row(i.Name, strconv.Itoa(i.Files), city.Bytes(i.Bytes), when(i.CreatedAt), i.Tree[:min(16, len(i.Tree))], excerpt(i.Source, 60))
	}
	_, err = lipgloss.Fprintln(k.Stdout, t.String())
	return err
}

type imageVerifyCmd struct {
	imagesFlags
	Name string `arg:"" help:"Image to verify."`
	Tree string `help:"Hash of the tree, as noted elsewhere; without it the one kept beside the image." placeholder:"HEX"`
}

// Run fails with the first difference, or with what a city needs and the image
// never had.
func (c *imageVerifyCmd) Run(ctx context.Context, k *kong.Context) error {
	found, err := c.store().Verify(ctx, c.Name)
	if err != nil {
		return err
	}
	if c.Tree != "" && c.Tree != found.Tree {
		return fmt.Errorf("image %s is not the one noted: its tree is %s", c.Name, found.Tree)
	}
	_, err = fmt.Fprintf(k.Stdout, "Image %s is what it was: %d files, %s, tree %s.\n", found.Name, found.Files, city.Bytes(found.Bytes), found.Tree)
	for _, lack := range c.store().Lacks(c.Name) {
		err = errors.Join(err, fmt.Errorf("image %s lacks %s", c.Name, lack))
	}
	return err
}
