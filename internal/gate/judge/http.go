package judge

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	callTimeout = 60 * time.Second
	// maxAnswerBytes bounds what is read of an answer.
	maxAnswerBytes = 512 << 10
	// maxAnswerTokens is what a model may write.
	maxAnswerTokens = 2_000
	// maxWish bounds how long a server's Retry-After is obeyed.
	maxWish = 30 * time.Second
)

// endpoint is one address that takes JSON and answers JSON.
type endpoint struct {
	url    string
	header map[string]string
	client *http.Client
}

func newEndpoint(url string, header map[string]string) endpoint {
	return endpoint{url: url, header: header, client: &http.Client{
		Timeout:       callTimeout,
		Transport:     &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// post sends a request and decodes the answer into out. Errors: *Failure.
func (e endpoint) post(ctx context.Context, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return final("The question could not be encoded.")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return final("The judge's address is not usable.")
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range e.header {
		req.Header.Set(name, value)
	}
	res, err := e.client.Do(req)
	if err != nil {
		return transient("The model server did not answer.") // the cause names its address
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswerBytes+1))
	switch {
	case err != nil:
		return transient("The model server broke off its answer.")
	case res.StatusCode != http.StatusOK:
		return refusal(res, raw)
	case len(raw) > maxAnswerBytes:
		return transient("The model server's answer is too long.")
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return transient("The model server's answer is not in its protocol.")
	}
	return nil
}

// refusal is an answer with an error's status.
func refusal(res *http.Response, body []byte) error {
	f := final("The model server answered with status %d.", res.StatusCode)
	switch res.StatusCode {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests:
		f.Transient = true
	case http.StatusBadRequest:
		if strings.Contains(string(body), "response_format") {
			return errNoFormat
		}
	default:
		f.Transient = res.StatusCode >= 500
	}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
		f.After = min(time.Duration(seconds)*time.Second, maxWish)
	}
	return f
}

// errNoFormat is the refusal of a server that does not know schemas.
var errNoFormat = final("The model server takes no schema.")
