package app

import (
	"fmt"

	"aicity.dev/aicity/internal/gate/judge"
	"aicity.dev/aicity/internal/task"
)

// buildPanel is the judge of borderline work, nil when none is configured.
func (a *App) buildPanel() (task.Panel, error) {
	c := a.cfg.Judge
	if c.Provider == "" {
		return nil, nil //nolint:nilnil // a city may have no judge
	}
	j, err := judge.New(judge.Settings{Provider: judge.Provider(c.Provider), BaseURL: c.BaseURL, Key: c.Key, Model: c.Model})
	if err != nil {
		return nil, fmt.Errorf("prepare judge: %w", err)
	}
	return judge.NewPanel(judge.Config{Book: judge.Stored(a.DB), Judge: j, Budget: c.DailyBudget, Logger: a.logger}), nil
}
