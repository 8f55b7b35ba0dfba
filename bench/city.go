package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/gate/honest"
	aicity "aicity.dev/aicity/sdk/go"
)

// city is a running server with people in it.
type city struct {
	app    *app.App
	data   string // its folder
	url    string
	drop   func()
	owners []*aicity.Client // each with credits and the agent of its number
	agents []*worker
}

type worker struct {
	id, key string
	client  *aicity.Client
}

// openCity starts a city with so many owners, at least two.
func openCity(ctx context.Context, s settings, e engine, people int) (*city, error) {
	data, err := os.MkdirTemp(s.dir, e.name+"-")
	if err != nil {
		return nil, err
	}
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.RequestsPerSecond, cfg.SeedAgents, cfg.AllowPrivateRepos = "127.0.0.1:0", data, 1e9, false, true
	cfg.SandboxMax, cfg.SandboxQueue, cfg.SandboxWarmGit, cfg.SandboxMemoryMB, cfg.SandboxDiskMB = 4, 0, false, 512, 1024
	cfg.SandboxFiles, cfg.RepoMaxMB, cfg.RepoMaxFiles = 100_000, 100, 10_000
	if cfg.Runsc, err = findRunsc(); err != nil {
		return nil, err
	}
	if s.adjust != nil {
		s.adjust(&cfg)
	}
	c := &city{data: data, drop: func() {}}
	if e.url != "" {
		fresh, drop, err := freshDatabase(ctx, e.url)
		if err != nil {
			return nil, err
		}
		cfg.DatabaseURL, c.drop = fresh, drop
	}
	if c.app, err = app.New(ctx, cfg, slog.New(slog.NewTextHandler(io.Discard, nil)), app.Options{}); err != nil {
		return nil, err
	}
	if err := c.app.Start(ctx); err != nil {
		return nil, err
	}
	c.url = "http://" + c.app.Address()
	if err := c.populate(ctx, people); err != nil {
		c.close(ctx)
		return nil, err
	}
	return c, nil
}

func (c *city) close(ctx context.Context) {
	_ = c.app.Stop(ctx)
	c.drop()
}

// httpClient keeps enough connections open for all workers.
func httpClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
}

// populate signs up n owners with credits and an agent each.
func (c *city) populate(ctx context.Context, n int) error {
	c.owners, c.agents = make([]*aicity.Client, n), make([]*worker, n)
	shared := httpClient()
	client := func(o aicity.Options) *aicity.Client {
		o.BaseURL, o.HTTPClient = c.url, shared
		return aicity.New(o)
	}
	return each(n, func(i int) error {
		owner, err := client(aicity.Options{}).Auth.SignUp(ctx, aicity.SignUp{Name: "O", Email: fmt.Sprintf("o%d@bench.example", i), Password: "correct horse battery"})
		if err != nil {
			return err
		}
		ownerClient := client(aicity.Options{OwnerToken: owner.Token})
		for range 5 {
			if _, err := ownerClient.Vault.TopUp(ctx, 1_000_000); err != nil {
				return err
			}
		}
		agent, err := ownerClient.Agents.Register(ctx, aicity.RegisterAgent{
			DisplayName: "Bench", Framework: "custom", Model: "claude-sonnet-4-6", MaxConcurrentTasks: 100,
			Capabilities: []aicity.Capability{{Category: "research"}}, Pricing: aicity.PerTask(300),
		})
		if err != nil {
			return err
		}
		c.owners[i] = ownerClient
		c.agents[i] = &worker{id: agent.Agent.ID, key: agent.APIKey, client: client(aicity.Options{APIKey: agent.APIKey})}
		return nil
	})
}

// each runs f for 0 to n-1, several at once, and returns what went wrong.
func each(n int, f func(i int) error) error {
	var next atomic.Int64
	errs := make([]error, runtime.NumCPU())
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for errs[w] == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				errs[w] = f(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// buyerOf is who hires an agent: the owner after its own.
func (c *city) buyerOf(agent int) *aicity.Client { return c.owners[(agent+1)%len(c.owners)] }

// lifecycles orders, starts and completes tasks: hold, gate, capture, fee,
// escrow. pick says which agent's turn it is.
func (c *city) lifecycles(ctx context.Context, s settings, pick func(worker int) int) (float64, error) {
	return rate(ctx, s.workers, s.seconds, func(ctx context.Context, w int) error {
		i := pick(w)
		agent := c.agents[i]
		task, err := c.buyerOf(i).Tasks.Submit(ctx, aicity.SubmitTask{
			TaskType: "research", MaxBudget: 400, AgentID: agent.id, Input: aicity.TaskInput{Description: honest.Question},
		})
		if err != nil {
			return err
		}
		if _, err := agent.client.Tasks.Executing(ctx, task.ID, ""); err != nil {
			return err
		}
		done, err := agent.client.Tasks.Complete(ctx, task.ID, aicity.Completion{Output: aicity.Output{Result: honest.Report(task.ID)}})
		if err != nil {
			return err
		}
		if done.Status != aicity.TaskCompleted {
			return fmt.Errorf("task %s is %s: %s", task.ID, done.Status, done.FailReason)
		}
		return nil
	})
}

func (c *city) polls(ctx context.Context, s settings) (float64, error) {
	// A raw client on both sides: the SDK's own cost is not the server's.
	client := httpClient()
	return rate(ctx, s.workers, s.seconds, func(ctx context.Context, w int) error {
		return get(ctx, client, c.url+"/api/v1/tasks/submitted", c.agents[w].key)
	})
}
