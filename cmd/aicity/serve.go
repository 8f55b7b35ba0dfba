package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/sandbox/namespace"
)

type serveCmd struct {
	config.Config
	File kong.ConfigFlag `name:"config" help:"Settings as JSON: {\"listen\": \"…\", \"refund-window\": \"15m\"}; environment and flags win." placeholder:"FILE"`
}

// Run serves until it is told to stop, then finishes what is running.
func (c *serveCmd) Run(ctx context.Context) error {
	logger := newLogger(c.LogFormat, c.LogLevel)
	if c.SandboxVolume != "folder" {
		enterNamespace(ctx, logger)
	}
	app.TradeMemory()
	city, err := app.New(ctx, c.Config, logger, app.Options{})
	if err != nil {
		return err
	}
	if err := city.Start(ctx); err != nil {
		return fmt.Errorf("start: %w", joinStop(ctx, city, err))
	}
	logger.InfoContext(ctx, "the city is open", "address", city.Address(), "url", city.URL(), "database", string(city.DB.Dialect()),
		"payments", city.Payments.Label(), "realMoney", !city.Payments.Test())
	<-ctx.Done()
	logger.InfoContext(ctx, "closing the city")
	return city.Stop(ctx)
}

// enterNamespace starts this program again in a namespace where it may mount
// workspaces, and does not return then. Where there is no need, or no way, it does.
func enterNamespace(ctx context.Context, logger *slog.Logger) {
	if err := namespace.Enter(ctx); err != nil {
		logger.WarnContext(ctx, "no namespace to mount workspaces in", "error", err)
	}
}

// joinStop stops a city that could not start.
func joinStop(ctx context.Context, city *app.App, err error) error {
	if stopErr := city.Stop(ctx); stopErr != nil {
		return fmt.Errorf("%w (and while stopping: %w)", err, stopErr)
	}
	return err
}

func newLogger(format, level string) *slog.Logger {
	var threshold slog.Level
	_ = threshold.UnmarshalText([]byte(level)) // the flag's enum allows only valid ones
	options := &slog.HandlerOptions{Level: threshold}
	if format == "text" {
		return slog.New(slog.NewTextHandler(os.Stderr, options))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options))
}
