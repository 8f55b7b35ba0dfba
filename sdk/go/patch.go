package aicity

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// Patch returns what the agent changed in the repository, as git diff prints
// it; "" when it changed nothing. Errors: PATCH_NOT_READY.
func (s *TasksService) Patch(ctx context.Context, id string) (string, error) {
	r := request{method: http.MethodGet, path: path("tasks", id, "patch"), as: asOwner, accept: "text/x-diff, application/json"}
	got, err := s.client.send(ctx, r)
	if err != nil {
		return "", err
	}
	var envelope struct {
		Data struct {
			Patch string `json:"patch"`
		} `json:"data"`
	}
	if strings.HasPrefix(string(got.body), "{") && json.Unmarshal(got.body, &envelope) == nil {
		return envelope.Data.Patch, nil
	}
	return string(got.body), nil
}
