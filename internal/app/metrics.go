package app

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// meters measures the requests that next serves, in registry.
func meters(registry *prometheus.Registry, name string, next http.Handler) http.Handler {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "aicity_" + name + "_requests_total", Help: "Requests by method and status.",
	}, []string{"method", "code"})
	// Long polls and live streams last as long as they are asked to; the buckets
	// are for everything else.
	durations := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "aicity_" + name + "_request_seconds", Help: "How long requests took.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
	}, nil)
	registry.MustRegister(requests, durations)
	return promhttp.InstrumentHandlerCounter(requests, promhttp.InstrumentHandlerDuration(durations, next))
}

func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// metrics shows what the registry holds. What cannot be gathered panics, and is
// answered like any other call that went wrong.
func metrics(registry *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.PanicOnError})
}
