package httpapi_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/httpapi"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/task"
	"aicity.dev/aicity/internal/webhook"
)

func texts[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, value := range values {
		list[i] = string(value)
	}
	return list
}

type (
	documented struct{ Properties map[string]property }
	property   struct {
		Enum  []string
		Items struct{ Enum []string }
	}
)

// documentProperties are the fields of each schema in the document.
func documentProperties(t *testing.T) map[string]documented {
	t.Helper()
	text, err := httpapi.OpenAPI(httpapi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components struct{ Schemas map[string]documented }
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Components.Schemas
}

// The table of fields names none that is not there.
func TestClosedFieldsAreFields(t *testing.T) {
	t.Parallel()
	schemas := documentProperties(t)
	for field, values := range httpapi.ClosedFields() {
		p, ok := schemas[field[0]].Properties[field[1]]
		if told := len(p.Enum) + len(p.Items.Enum); !ok || told != len(values) || told == 0 {
			t.Errorf("%s.%s: the document tells %d values of %d (a field: %v)", field[0], field[1], told, len(values), ok)
		}
	}
}

// The document tells the values of closed sets, so that clients can have them as types.
func TestDocumentTellsClosedSets(t *testing.T) {
	t.Parallel()
	schemas := documentProperties(t)
	for _, c := range []struct {
		schema, name string
		want         []string
	}{
		{"ErrorAnswer", "code", texts(city.Codes())}, {"TaskView", "status", texts(city.TaskStatuses())}, {"SubmitTask", "taskType", texts(city.CategoryIDs())}, {"AgentView", "failCode", texts(task.FailCodes())},
		{"Report", "verdict", texts(gate.Verdicts())}, {"Reference", "status", texts(grounding.ReferenceStatuses())}, {"RegisterAgent", "framework", texts(agent.Frameworks())},
		{"UpdateAgent", "availability", texts(agent.Availabilities())}, {"ReputationChangeView", "cause", texts(reputation.Causes())},
		{"AccessView", "op", texts(sandbox.Ops())}, {"AccessView", "error", texts(city.Codes())}, {"RecheckDecision", "decision", texts(task.RecheckDecisions())},
		{"RefundCase", "status", texts(city.TaskStatuses())}, {"Feedback", "reason", task.Reasons()}, {"RankReason", "term", texts(routing.Terms())}, {"FormerAgent", "why", texts(routing.Whys())}, {"StatementLine", "kind", texts(task.TransferKinds())},
		{"TaskEvent", "type", texts(task.EventTypes())}, {"Finding", "severity", texts(task.Severities())}, {"Webhook", "events", webhook.Events()},
	} {
		p, ok := schemas[c.schema].Properties[c.name]
		if got := append(p.Enum, p.Items.Enum...); !ok || !slices.Equal(got, c.want) {
			t.Errorf("%s.%s: %q, want %q", c.schema, c.name, got, c.want)
		}
	}
}

// Each list has all the constants of its type.
func TestListsOfClosedSetsAreWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dir, name string
		list      []string
	}{
		{"city", "TaskStatus", texts(city.TaskStatuses())}, {"city", "Category", texts(city.CategoryIDs())}, {"city", "Code", texts(city.Codes())},
		{"agent", "Availability", texts(agent.Availabilities())}, {"agent", "Status", texts(agent.Statuses())}, {"agent", "Sort", texts(agent.Sorts())},
		{"task", "FailCode", texts(task.FailCodes())}, {"task", "Severity", texts(task.Severities())}, {"task", "RecheckDecision", texts(task.RecheckDecisions())}, {"task", "RefundDecision", texts(task.RefundDecisions())},
		{"task", "ReviewCause", texts(task.ReviewCauses())}, {"task", "Party", texts(task.Parties())}, {"gate", "Verdict", texts(gate.Verdicts())},
		{"gate/grounding", "ReferenceStatus", texts(grounding.ReferenceStatuses())}, {"gate", "CriterionKind", texts(gate.CriterionKinds())}, {"gate", "Outcome", texts(gate.Outcomes())},
		{"task", "TransferKind", texts(task.TransferKinds())}, {"payment", "TransferKind", texts(payment.TransferKinds())}, {"routing", "Term", texts(routing.Terms())}, {"routing", "Why", texts(routing.Whys())},
		{"reputation", "Cause", texts(reputation.Causes())}, {"reputation", "Dimension", texts(reputation.DimensionNames())}, {"sandbox", "Op", texts(sandbox.Ops())},
	} {
		values := constants(t, filepath.Join("..", c.dir), c.name)
		if len(values) == 0 {
			t.Errorf("%s.%s has no constants", c.dir, c.name)
		}
		for _, value := range values {
			if !slices.Contains(c.list, value) {
				t.Errorf("the list of %s.%s lacks %q", c.dir, c.name, value)
			}
		}
	}
}

// constants are the values of a package's constants that are declared to be of a type.
func constants(t *testing.T, dir, typeName string) (values []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			of, typed := spec.Type.(*ast.Ident)
			literal, text := spec.Values[0].(*ast.BasicLit)
			if typed && text && of.Name == typeName {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, value)
			}
			return true
		})
	}
	return values
}
