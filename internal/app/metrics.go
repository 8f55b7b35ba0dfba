package app

import (
	"crypto/subtle"
	"net/http"
	"strings"

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

// metrics serves the registry to whoever has the operator's key. Without a key
// there is nothing to see, for anybody.
func metrics(registry *prometheus.Registry, key string) http.Handler {
	if key == "" {
		return http.NotFoundHandler()
	}
	shown := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(given), []byte(key)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "Send the metrics key as Authorization: Bearer …", http.StatusUnauthorized)
			return
		}
		shown.ServeHTTP(w, r)
	})
}
