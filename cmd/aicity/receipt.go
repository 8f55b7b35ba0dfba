package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/receipt"
)

// receiptCmd is `aicity receipt`: what a task cost, signed by the city.
type receiptCmd struct {
	Get    receiptGetCmd    `cmd:"" help:"Print the signed receipt of a task."`
	Verify receiptVerifyCmd `cmd:"" help:"Check a receipt without the city. Exit code 0: genuine, or without --key unchanged; 1: changed or forged; 2: no receipt or no key; 3: signed with another key."`
}

type receiptGetCmd struct {
	clientFlags
	Task string `arg:"" help:"The task's id."`
}

// Run prints the file that verify checks.
func (c *receiptGetCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	signed, err := client.Tasks.Receipt(ctx, c.Task)
	if err != nil {
		return err
	}
	return printJSON(k, signed)
}

// Exit codes of a receipt that is not genuine, beside 1 for a forged one.
const (
	exitNoReceipt  = 2
	exitUnknownKey = 3
)

// exitError fails with an exit code of its own.
type exitError struct {
	error
	code int
}

// Unwrap is the error itself.
func (e exitError) Unwrap() error { return e.error }

type receiptVerifyCmd struct {
	File string `arg:"" help:"The receipt, - for standard input."`
	Key  string `help:"The city's public key in base64, or a file with its keys, as it publishes them at /.well-known/aicity-receipt-keys.json; without it the key in the receipt, which shows that nothing was changed, not who signed." placeholder:"KEY"`
}

// Run checks; it asks nobody.
func (c *receiptVerifyCmd) Run(k *kong.Context) error {
	file, err := readInput(c.File)
	if err != nil {
		return exitError{err, exitNoReceipt}
	}
	file = unwrapped(file)
	keys, err := c.keys(file)
	if err != nil {
		return exitError{err, exitNoReceipt}
	}
	r, err := receipt.Verify(file, keys)
	switch {
	case errors.Is(err, receipt.ErrForged):
		return exitError{err, 1}
	case errors.Is(err, receipt.ErrUnknownKey):
		return exitError{err, exitUnknownKey}
	case err != nil:
		return exitError{err, exitNoReceipt}
	}
	found := "Genuine"
	if c.Key == "" {
		found = "Unchanged"
	}
	_, err = fmt.Fprintf(k.Stdout, "%s: receipt %d of task %s, issued by %s on %s.\n%s charged, fee %s (%d %%), %s refunded; %s.\n",
		found, r.Number, r.TaskID, r.Issuer, r.IssuedAt.Format("2006-01-02 15:04 MST"), r.ChargeCents, r.FeeCents, r.FeePercent, r.RefundedCents, r.State)
	if err == nil && c.Key == "" {
		_, err = fmt.Fprintf(k.Stdout, "Checked with the key in the receipt itself, %s. Anybody can sign with a key of their own:\ncompare it with the city's at %s%s, or give that file as --key.\n",
			keys[0].PublicKey, r.Issuer, receipt.WellKnown)
	}
	return err
}

// keys reads the key itself, or the file that it names, or else what the
// receipt carries.
func (c *receiptVerifyCmd) keys(file []byte) ([]receipt.Key, error) {
	if c.Key == "" {
		own, err := receipt.OwnKey(file)
		return []receipt.Key{own}, err
	}
	if keys, err := receipt.ParseKeys([]byte(c.Key)); err == nil {
		return keys, nil
	}
	text, err := os.ReadFile(c.Key)
	if err != nil {
		return nil, fmt.Errorf("--key is neither a public key nor a file: %w", err)
	}
	return receipt.ParseKeys(text)
}

func readInput(name string) ([]byte, error) {
	if name == "-" {
		name = "/dev/stdin"
	}
	return os.ReadFile(name) //nolint:gosec // the user names it
}

// unwrapped is the receipt in an answer of the API, or the file itself.
func unwrapped(file []byte) []byte {
	var answer struct {
		Success bool            `json:"success"`
		Data    json.RawMessage `json:"data"`
	}
	if json.Unmarshal(file, &answer) == nil && answer.Success && len(answer.Data) > 0 {
		return answer.Data
	}
	return file
}
