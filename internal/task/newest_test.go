package task_test

import (
	"slices"
	"testing"

	"aicity.dev/aicity/internal/apptest"
)

// The newest tasks of several agents are those that each one's list begins with.
func TestNewestOfSeveralAgents(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		st := newStage(t, s)
		first, second, idle := st.worker, s.Agent(t, "research"), s.Agent(t, "research")
		var newest []string // first
		for _, agent := range []*apptest.Worker{first, second, second, first, second} {
			st.worker = agent
			newest = append([]string{st.ordered()}, newest...)
		}
		for _, c := range []struct {
			agents []string
			limit  int
			want   []string
		}{
			{[]string{first.ID, second.ID, idle.ID}, 4, newest[:4]},
			{[]string{first.ID, second.ID}, 10, newest},
			{[]string{first.ID}, 1, newest[1:2]},
			{[]string{idle.ID}, 3, nil},
			{nil, 3, nil},
		} {
			tasks, err := s.App.Tasks.Newest(t.Context(), c.agents, c.limit)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, task := range tasks {
				got = append(got, task.ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%d of %v: %v, want %v", c.limit, c.agents, got, c.want)
			}
		}
	})
}
