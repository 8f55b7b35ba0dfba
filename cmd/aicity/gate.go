package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/eval"
	"aicity.dev/aicity/internal/gate/judge"
)

// gateCmd is `aicity gate`: the quality gate by hand, without a city.
type gateCmd struct {
	Check gateCheckCmd `cmd:"" help:"Judge a draft before it is delivered, by the rules the city judges by."`
	Eval  gateEvalCmd  `cmd:"" help:"Measure the gate on labelled deliverables."`
}

type gateCheckCmd struct {
	Deliverable string `arg:"" help:"The draft: text, or JSON with result and findings." type:"existingfile"`
	Repo        string `help:"Folder of the repository that the task is about." type:"existingdir" placeholder:"DIR"`
	Task        string `help:"The task as the API gives it (taskType, input.description, tags, acceptance), as JSON." type:"existingfile" required:"" placeholder:"FILE"`
	Patch       string `help:"Diff of what was changed in the repository." type:"existingfile" placeholder:"FILE"`
	JSON        bool   `help:"Print the report as JSON." name:"json"`
}

// Run judges a draft; it fails when the gate would.
func (c *gateCheckCmd) Run(k *kong.Context) error {
	in, err := c.input()
	if err != nil {
		return err
	}
	report := gate.Judge(in)
	if c.JSON {
		err = printJSON(k, report)
	} else {
		_, err = fmt.Fprint(k.Stdout, eval.ReportText(report))
	}
	if err == nil && report.Verdict != gate.Pass {
		err = fmt.Errorf("the draft would fail with %d points; %d are needed", report.Score, gate.PassScore)
	}
	return err
}

func (c *gateCheckCmd) input() (in gate.Input, err error) {
	if in.Request, err = readTask(c.Task); err != nil {
		return in, err
	}
	if in.Deliverable, err = readDeliverable(c.Deliverable); err != nil {
		return in, err
	}
	if c.Repo != "" {
		if in.Repo, err = eval.Tree(c.Repo); err != nil {
			return in, fmt.Errorf("read the repository: %w", err)
		}
	}
	if c.Patch != "" {
		in.Patch, err = os.ReadFile(c.Patch)
	}
	return in, err
}

// readTask reads a task as the API gives it; category and description may
// stand at the top too.
func readTask(file string) (r gate.Request, err error) {
	raw, err := os.ReadFile(file) //nolint:gosec // named by who runs the command
	if err != nil {
		return r, err
	}
	var t struct {
		TaskType, Category, Description string
		Tags                            []string
		Input                           struct{ Description string }
		Acceptance                      struct{ Criteria, Commands, Paths []string }
	}
	var answer struct{ Data json.RawMessage } // what the API answers has the task in it
	if err := json.Unmarshal(raw, &answer); err == nil && len(answer.Data) > 0 {
		raw = answer.Data
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return r, fmt.Errorf("%s is no task in JSON: %w", file, err)
	}
	r = gate.Request{
		Category: city.Category(t.Category), Description: t.Input.Description, Tags: t.Tags,
		Criteria: t.Acceptance.Criteria, Commands: t.Acceptance.Commands, Paths: t.Acceptance.Paths,
	}
	if t.TaskType != "" {
		r.Category = city.Category(t.TaskType)
	}
	if r.Description == "" {
		r.Description = t.Description
	}
	switch {
	case !r.Category.Known():
		return r, fmt.Errorf("%s: taskType %q is none of %s", file, r.Category, strings.Join(categoryIDs(), ", "))
	case strings.TrimSpace(r.Description) == "":
		return r, fmt.Errorf("%s: input.description is missing", file)
	}
	return r, nil
}

func categoryIDs() []string {
	var ids []string
	for _, c := range city.Categories() {
		ids = append(ids, string(c.ID))
	}
	return ids
}

// readDeliverable reads text, or the JSON that would be sent to complete.
func readDeliverable(file string) (d gate.Deliverable, err error) {
	raw, err := os.ReadFile(file) //nolint:gosec // named by who runs the command
	if err != nil {
		return d, err
	}
	type output struct {
		Result   *string
		Findings []gate.Finding
	}
	var sent struct {
		output
		Output output
	}
	if json.Unmarshal(raw, &sent) == nil {
		for _, o := range []output{sent.output, sent.Output} {
			if o.Result != nil {
				return gate.Deliverable{Result: *o.Result, Findings: o.Findings}, nil
			}
		}
	}
	return gate.Deliverable{Result: string(raw)}, nil
}

type gateEvalCmd struct {
	Samples []string `arg:"" help:"Labelled deliverables, one JSON object on each line." type:"existingfile" name:"file"`
	Repos   string   `help:"Folder that keeps the repositories of the samples; the default is in the user's cache." placeholder:"DIR" type:"path"`
	JSON    bool     `help:"Print a line of JSON for each sample, and one with the totals." name:"json"`

	Judge        string `help:"Ask a judge about borderline samples, over this protocol: openai (and compatible) or anthropic. Request, deliverable and patch go to its model." enum:",openai,anthropic" default:"" placeholder:"PROTOCOL"`
	JudgeBaseURL string `help:"Address of the model server, up to and with /v1 for OpenAI's; without it the provider's own." name:"judge-base-url" placeholder:"URL" env:"AICITY_JUDGE_BASE_URL"`
	JudgeModel   string `help:"Model name." placeholder:"MODEL" env:"AICITY_JUDGE_MODEL"`
	JudgeKey     string `help:"API key; better given by the environment, where no list of processes shows it." placeholder:"KEY" env:"AICITY_JUDGE_KEY"`
	JudgeBudget  int    `help:"Calls to the model in all; when they are spent the heuristic scores stand." default:"500" placeholder:"CALLS"`
}

// Run measures.
func (c *gateEvalCmd) Run(ctx context.Context, k *kong.Context) error {
	samples, err := readSamples(c.Samples)
	if err != nil {
		return err
	}
	dir := c.Repos
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return errors.New("name a folder for the repositories with --repos")
		}
		dir = filepath.Join(cache, "aicity", "gate")
	}
	second, err := c.second()
	if err != nil {
		return err
	}
	results, err := eval.Run(ctx, samples, &eval.Library{Dir: dir}, city.SystemClock{}, second)
	if err != nil {
		return err
	}
	if c.JSON {
		return eval.WriteJSON(k.Stdout, results)
	}
	return eval.WriteText(k.Stdout, results)
}

// second is the judge, nil when none is asked for.
func (c *gateEvalCmd) second() (eval.Second, error) {
	if c.Judge == "" {
		return nil, nil //nolint:nilnil // measuring without a judge is usual
	}
	if c.JudgeBudget < 1 {
		return nil, errors.New("--judge-budget must be at least 1")
	}
	j, err := judge.New(judge.Settings{Provider: judge.Provider(c.Judge), BaseURL: c.JudgeBaseURL, Key: c.JudgeKey, Model: c.JudgeModel})
	if err != nil {
		return nil, fmt.Errorf("%w: see --judge-model", err)
	}
	panel := judge.NewPanel(judge.Config{
		Book: &judge.Memory{Clock: city.SystemClock{}}, Judge: j, Budget: c.JudgeBudget, Logger: slog.New(slog.DiscardHandler),
	})
	heard := 0 // samples of two files may have the same id
	return func(ctx context.Context, in gate.Input, report gate.Report) (gate.Report, error) {
		heard++
		asked, err := panel.Hear(ctx, strconv.Itoa(heard), judge.Case{Request: in.Request, Deliverable: in.Deliverable, Patch: in.Patch, Report: report})
		if err != nil {
			return report, fmt.Errorf("ask the judge: %w", err)
		}
		return gate.Decide(report, asked), nil
	}, nil
}

func readSamples(files []string) ([]eval.Sample, error) {
	var all []eval.Sample
	for _, file := range files {
		f, err := os.Open(file) //nolint:gosec // named by who runs the command
		if err != nil {
			return nil, err
		}
		samples, err := eval.ReadSamples(f)
		_ = f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, samples...)
	}
	return all, nil
}
