package aicity

import (
	"context"
	"net/http"
)

// Patch returns what the agent changed in the repository, as git diff prints
// it; "" when it changed nothing. Errors: PATCH_NOT_READY.
func (s *TasksService) Patch(ctx context.Context, id string) (string, error) {
	var out struct {
		Patch string `json:"patch"`
	}
	err := s.client.call(ctx, request{method: http.MethodGet, path: path("tasks", id, "patch"), as: asEither}, &out)
	return out.Patch, err
}
