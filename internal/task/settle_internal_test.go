package task

import "testing"

// A move that nobody carries out must not pass for one that moves nothing.
func TestUnknownMoveIsRefused(t *testing.T) {
	t.Parallel()
	s := &Service{}
	if err := s.move(t.Context(), nil, &Task{}, MoveNone); err != nil {
		t.Errorf("no move: %v", err)
	}
	if err := s.move(t.Context(), nil, &Task{}, "skim"); err == nil {
		t.Error("an unknown move is taken for none")
	}
}
