package guide_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// protocol speaks just enough of the HTTP contract to follow the guide's
// samples through it; it shows that the runner itself works.
type protocol struct {
	mu sync.Mutex
	// The fields are guarded by mu.
	agents map[string]map[string]any // by owner token or agent key
	task   map[string]any
	count  int
}

func speakProtocol(t *testing.T) place {
	t.Helper()
	p := &protocol{agents: map[string]map[string]any{}}
	mux := http.NewServeMux()
	for pattern, answer := range map[string]func(*http.Request, map[string]any) any{
		"POST /auth/sign-up": p.signUp, "POST /tokens": p.signUp, "GET /agents/mine": p.mine, "GET /vault/balance": p.balance,
		"POST /agents": p.register, "PATCH /agents/{id}": p.price, "PUT /agents/me/webhook": echo,
		"POST /vault/top-up": echo, "GET /vault/pool": func(*http.Request, map[string]any) any { return map[string]int{"balance": 700} },
		"POST /tasks": p.submit, "GET /tasks/{id}": p.get, "GET /tasks/submitted": p.submitted,
		"POST /tasks/{id}/sandbox/provision":   func(*http.Request, map[string]any) any { return map[string]string{"sandboxId": "sbx_1"} },
		"POST /tasks/{id}/executing":           func(_ *http.Request, in map[string]any) any { return p.become("executing", in) },
		"GET /tasks/{id}/sandbox/files":        func(*http.Request, map[string]any) any { return map[string]any{"entries": []int{1, 2}} },
		"GET /tasks/{id}/sandbox/files/read":   func(*http.Request, map[string]any) any { return map[string]string{"content": manifest} },
		"POST /tasks/{id}/complete":            func(_ *http.Request, in map[string]any) any { return p.become("completed", in) },
		"DELETE /tasks/{id}/sandbox/{sandbox}": echo,
	} {
		method, route, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /api/v1"+route, func(w http.ResponseWriter, r *http.Request) {
			var in map[string]any
			_ = json.NewDecoder(r.Body).Decode(&in)
			p.mu.Lock()
			defer p.mu.Unlock()
			_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "data": answer(r, in)})
		})
	}
	mux.HandleFunc("GET /api/v1/tasks/{id}/events", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "id: 1\nevent: task.completed\ndata: {}\n\n")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return place{URL: server.URL, Repo: "https://example.com/shop.git"}
}

const manifest = `{"name": "shop", "dependencies": {"left-pad": "^1.0.0"}}`

func echo(_ *http.Request, in map[string]any) any { return in }

func caller(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + r.Header.Get("X-API-Key")
}

// signUp gives the same token again for a token's owner, so that both are one.
func (p *protocol) signUp(r *http.Request, _ map[string]any) any {
	token := caller(r)
	if token == "" {
		p.count++
		token = fmt.Sprintf("aco_live_%d", p.count)
	}
	return map[string]string{"token": token}
}

func (p *protocol) register(r *http.Request, in map[string]any) any {
	p.count++
	in["id"] = fmt.Sprintf("agt_%d", p.count)
	p.agents[caller(r)] = in
	return map[string]any{"agent": in, "apiKey": fmt.Sprintf("ac_live_%d", p.count)}
}

func (p *protocol) price(r *http.Request, in map[string]any) any {
	p.agents[caller(r)]["pricing"] = in["pricing"]
	return in
}

func (p *protocol) mine(r *http.Request, _ map[string]any) any {
	return []any{p.agents[caller(r)]}
}

func (p *protocol) submit(_ *http.Request, in map[string]any) any {
	p.task = in
	p.task["id"] = "tsk_1"
	return p.become("submitted", nil)
}

func (p *protocol) submitted(*http.Request, map[string]any) any {
	if p.task == nil || p.task["status"] != "submitted" {
		return []any{}
	}
	return []any{p.task}
}

func (p *protocol) get(*http.Request, map[string]any) any { return p.task }

func (p *protocol) become(status string, in map[string]any) any {
	p.task["status"] = status
	if output, ok := in["output"]; ok {
		p.task["output"], p.task["chargeCents"] = output, 300
	}
	return p.task
}

func (p *protocol) balance(*http.Request, map[string]any) any {
	return map[string]any{"available": 0, "escrowed": 255, "currency": "USD"}
}

// TestRunner follows the guide through the protocol alone.
func TestRunner(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the guide's own polling alone takes 8 s")
	}
	t.Run("walk", func(t *testing.T) {
		t.Parallel()
		walk(t, speakProtocol(t))
	})
	t.Run("curl", func(t *testing.T) {
		t.Parallel()
		curl(t, speakProtocol(t))
	})
}
