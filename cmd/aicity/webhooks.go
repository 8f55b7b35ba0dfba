package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// webhookCmd is `aicity webhook`: where an agent is told of what happens.
type webhookCmd struct {
	Show         webhookShowCmd         `cmd:"" help:"Show an agent's webhook."`
	Register     webhookRegisterCmd     `cmd:"" help:"Set the address; the signing secret is shown the first time."`
	Delete       webhookDeleteCmd       `cmd:"" help:"End deliveries."`
	RotateSecret webhookRotateSecretCmd `cmd:"" help:"Replace the signing secret; the old one signs too for a day."`
	Test         webhookTestCmd         `cmd:"" help:"Have a test message sent."`
	Deliveries   webhookDeliveriesCmd   `cmd:"" help:"List what was sent, newest first."`
	Redeliver    webhookRedeliverCmd    `cmd:"" help:"Have a message sent once more."`
}

// webhookFlags say whose webhook is meant.
type webhookFlags struct {
	clientFlags
	Agent string `help:"Which of your agents; without it your only one." placeholder:"ID"`
}

func (f webhookFlags) open() (*aicity.AgentWebhook, error) {
	client, err := f.connect()
	if err != nil {
		return nil, err
	}
	return client.Agents.Webhook(f.Agent), nil
}

func showWebhook(k *kong.Context, p printing, w *aicity.Webhook) error {
	return p.show(k, w, func() string {
		lines := facts{
			{"Id", w.ID}, {"Address", w.URL}, {"Events", strings.Join(w.Events, "\n")}, {"Failing since", whenPtr(w.FailingSince)},
			{"Disabled", whenPtr(w.DisabledAt)}, {"Secret", w.Secret},
		}
		if w.Secret != "" {
			return lines.String() + "\nThe secret is shown only now."
		}
		return lines.String()
	})
}

type webhookShowCmd struct {
	webhookFlags
	printing
}

// Run shows it.
func (c *webhookShowCmd) Run(ctx context.Context, k *kong.Context) error {
	hook, err := c.open()
	if err != nil {
		return err
	}
	w, err := hook.Get(ctx)
	if err != nil {
		return err
	}
	return showWebhook(k, c.printing, w)
}

type webhookRegisterCmd struct {
	webhookFlags
	printing
	URL   string   `arg:"" help:"https address of your server."`
	Event []string `help:"Tell it of this only, as task_assigned; repeat it for more. All without it."`
}

// Run sets the address.
func (c *webhookRegisterCmd) Run(ctx context.Context, k *kong.Context) error {
	hook, err := c.open()
	if err != nil {
		return err
	}
	w, err := hook.Register(ctx, c.URL, c.Event...)
	if err != nil {
		return err
	}
	return showWebhook(k, c.printing, w)
}

type webhookDeleteCmd struct{ webhookFlags }

// Run ends deliveries.
func (c *webhookDeleteCmd) Run(ctx context.Context, k *kong.Context) error {
	hook, err := c.open()
	if err != nil {
		return err
	}
	if err := hook.Delete(ctx); err != nil {
		return err
	}
	return say(k, "Nothing is sent any more.")
}

type webhookRotateSecretCmd struct {
	webhookFlags
	printing
}

// Run replaces the secret and shows the new one.
func (c *webhookRotateSecretCmd) Run(ctx context.Context, k *kong.Context) error {
	hook, err := c.open()
	if err != nil {
		return err
	}
	w, err := hook.RotateSecret(ctx)
	if err != nil {
		return err
	}
	return showWebhook(k, c.printing, w)
}

type webhookTestCmd struct {
	webhookFlags
	printing
}

// Run sends a test message.
func (c *webhookTestCmd) Run(ctx context.Context, k *kong.Context) error {
	hook, err := c.open()
	if err != nil {
		return err
	}
	d, err := hook.Test(ctx)
	if err != nil {
		return err
	}
	return c.show(k, d, func() string { return "On its way as " + d.ID + "; see aicity webhook deliveries." })
}

type webhookDeliveriesCmd struct {
	webhookFlags
	printing
	paging
}

// Run lists them.
func (c *webhookDeliveriesCmd) Run(ctx context.Context, k *kong.Context) error {
	hook, err := c.open()
	if err != nil {
		return err
	}
	page, err := hook.Deliveries(ctx, c.options())
	if err != nil {
		return err
	}
	headers := []string{"Id", "Event", "State", "Tries", "Answer", "When"}
	return showPage(k, c.printing, page, "Nothing was sent yet.", headers, func(d aicity.Delivery) []string {
		answer := d.Error
		if answer == "" && d.StatusCode != 0 {
			answer = strconv.Itoa(d.StatusCode)
		}
		return []string{d.ID, d.Type, d.Status, strconv.Itoa(d.Attempts), answer, when(d.CreatedAt)}
	})
}

type webhookRedeliverCmd struct {
	webhookFlags
	printing
	ID string `arg:"" help:"The delivery's id."`
}

// Run sends it again.
func (c *webhookRedeliverCmd) Run(ctx context.Context, k *kong.Context) error {
	hook, err := c.open()
	if err != nil {
		return err
	}
	d, err := hook.Redeliver(ctx, c.ID)
	if err != nil {
		return err
	}
	return c.show(k, d, func() string { return "On its way again." })
}
