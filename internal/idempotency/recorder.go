package idempotency

import (
	"bytes"
	"net/http"
)

// Recorder keeps an answer back until it is stored. Headers go to the response
// that it stands for at once.
type Recorder struct {
	Status int
	Body   bytes.Buffer

	to http.ResponseWriter
}

// NewRecorder stands for a response of which nothing but headers was written.
func NewRecorder(to http.ResponseWriter) *Recorder { return &Recorder{Status: http.StatusOK, to: to} }

// Header implements [http.ResponseWriter].
func (r *Recorder) Header() http.Header { return r.to.Header() }

// WriteHeader implements [http.ResponseWriter].
func (r *Recorder) WriteHeader(status int) { r.Status = status }

// Write implements [http.ResponseWriter].
func (r *Recorder) Write(p []byte) (int, error) { return r.Body.Write(p) }

// Send passes the answer on.
func (r *Recorder) Send() { r.SendAs(Answer{Status: r.Status, Body: r.Body.Bytes()}) }

// SendAs sends another answer instead.
func (r *Recorder) SendAs(a Answer) {
	r.to.WriteHeader(a.Status)
	_, _ = r.to.Write(a.Body)
}
