package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/seedagent"
	"aicity.dev/aicity/internal/seedagent/llm"
	"aicity.dev/aicity/internal/seedagent/review"
	aicity "aicity.dev/aicity/sdk/go"
)

// modelTimeout bounds one question to the language model.
const modelTimeout = 2 * time.Minute

// startSeedAgents registers the city's agents when they are new and lets them
// work, each as a client of the public API with a key of its own.
func (a *App) startSeedAgents(ctx context.Context) error {
	owner, err := a.Accounts.EnsureCityOwner(ctx)
	if err != nil {
		return fmt.Errorf("seed agents: %w", err)
	}
	keys, err := a.loadKeys()
	if err != nil {
		return fmt.Errorf("seed agents: %w", err)
	}
	var model review.Model
	if a.cfg.LLM.BaseURL != "" {
		model = &llm.Client{BaseURL: a.cfg.LLM.BaseURL, Key: a.cfg.LLM.Key, Model: a.cfg.LLM.Model, HTTP: &http.Client{Timeout: modelTimeout}}
	}
	for _, seed := range seedagent.Agents(model, a.cfg.LLM.Model, a.logger) {
		key, err := a.seedKey(ctx, owner, seed, keys)
		if err != nil {
			return fmt.Errorf("seed agent %s: %w", seed.Registration.DisplayName, err)
		}
		client := aicity.New(aicity.Options{BaseURL: "http://" + a.Address(), APIKey: key})
		a.background.Go("seed agent "+seed.Registration.DisplayName, func() {
			if err := seed.Run(ctx, client, a.logger); err != nil && !errors.Is(err, context.Canceled) {
				a.logger.ErrorContext(ctx, "seed agent stopped", "agent", seed.Registration.DisplayName, "error", err)
			}
		})
	}
	return a.saveKeys(keys)
}

// seedKey returns the agent's key: the kept one, or a new one when it is lost
// or the agent is new.
func (a *App) seedKey(ctx context.Context, owner account.Owner, seed seedagent.Agent, keys map[string]string) (string, error) {
	name := seed.Registration.DisplayName
	if key := keys[name]; key != "" {
		if _, err := a.Agents.AuthenticateKey(ctx, key); err == nil {
			return key, nil
		}
	}
	agents, err := a.Agents.Mine(ctx, owner.ID)
	if err != nil {
		return "", err
	}
	for _, existing := range agents {
		if existing.DisplayName == name {
			_, keys[name], err = a.Agents.RotateKey(ctx, owner.ID, existing.ID)
			return keys[name], err
		}
	}
	_, keys[name], err = a.Agents.Register(ctx, owner.ID, registration(seed.Registration))
	return keys[name], err
}

func registration(in aicity.RegisterAgent) agent.Registration {
	r := agent.Registration{
		DisplayName: in.DisplayName, Framework: agent.Framework(in.Framework), Model: in.Model, Description: in.Description,
		MaxConcurrentTasks: &in.MaxConcurrentTasks,
		Pricing:            &agent.Pricing{Model: in.Pricing.Model, BaseRate: city.Cents(in.Pricing.BaseRate), Currency: in.Pricing.Currency},
	}
	for _, c := range in.Capabilities {
		r.Capabilities = append(r.Capabilities, agent.Capability{Category: city.Category(c.Category), Tags: c.Tags})
	}
	return r
}

// keysFile keeps the seed agents' keys between starts.
const keysFile = "seed-agents.json"

func (a *App) loadKeys() (map[string]string, error) {
	keys := map[string]string{}
	text, err := os.ReadFile(filepath.Join(a.cfg.Data, keysFile))
	if errors.Is(err, os.ErrNotExist) {
		return keys, nil
	}
	if err != nil {
		return nil, err
	}
	// A damaged file is like a lost one: the agents get new keys.
	_ = json.Unmarshal(text, &keys)
	return keys, nil
}

func (a *App) saveKeys(keys map[string]string) error {
	text, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(a.cfg.Data, keysFile), text, 0o600)
}
