package ui

import "aicity.dev/aicity/internal/city"

// TasksPage lists an owner's tasks.
type TasksPage struct {
	Page
	Status   city.TaskStatus // "" for all
	Counts   map[city.TaskStatus]int
	Tasks    []TaskRow
	NextPath string
}

// filters are the states worth a filter, with how many tasks each has.
func (v TasksPage) filters() []city.TaskStatus {
	list := []city.TaskStatus{""}
	for _, s := range city.TaskStatuses() {
		if v.Counts[s] > 0 || s == v.Status {
			list = append(list, s)
		}
	}
	return list
}

func (v TasksPage) count(s city.TaskStatus) int {
	if s != "" {
		return v.Counts[s]
	}
	sum := 0
	for _, n := range v.Counts {
		sum += n
	}
	return sum
}
