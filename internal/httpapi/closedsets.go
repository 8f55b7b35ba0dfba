package httpapi

import (
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/task"
	"aicity.dev/aicity/internal/webhook"
)

// closedSet is a type of text that has few values.
type closedSet struct {
	of, described reflect.Type
	values        []any
}

// closedSets has each such type with the one list of its values, which is the
// domain's.
func closedSets() []closedSet {
	return []closedSet{
		setOf(city.TaskStatuses()), setOf(city.CategoryIDs()), setOf(city.Codes()),
		setOf(agent.Frameworks()), setOf(agent.Availabilities()), setOf(agent.Statuses()), setOf(agent.Sorts()),
		setOf(task.FailCodes()), setOf(task.RecheckDecisions()), setOf(task.RefundDecisions()), setOf(task.ReviewCauses()), setOf(task.Parties()), setOf(task.TransferKinds()),
		setOf(gate.Verdicts()), setOf(grounding.ReferenceStatuses()), setOf(gate.CriterionKinds()), setOf(gate.Outcomes()),
		setOf(reputation.Causes()), setOf(reputation.DimensionNames()), setOf(sandbox.Ops()), setOf(sandbox.States()), setOf(routing.Terms()), setOf(routing.Whys()), setOf(payment.TopUpStatuses()),
		setOf(payment.WithdrawalStatuses()), setOf(webhook.Statuses()),
	}
}

// closedFields has the fields whose Go type is plain text, by schema and name.
func closedFields() map[[2]string][]any {
	thumbs, reasons, events := anys(task.Thumbs()), anys(task.Reasons()), anys(webhook.Events())
	ofTask, ofMoney := anys(task.TransferKinds()), anys(payment.TransferKinds())
	return map[[2]string][]any{
		{"Feedback", "thumbs"}: thumbs, {"Feedback", "reason"}: reasons, {"FeedbackView", "thumbs"}: thumbs, {"FeedbackView", "reason"}: reasons,
		{"Webhook", "events"}: events, {"SetWebhookRequest", "events"}: events, {"WebhookDelivery", "type"}: anys(webhook.Types()),
		{"PricingView", "model"}: {agent.PerTask}, {"PricingView", "currency"}: {city.USD}, {"Receipt", "taskType"}: anys(city.CategoryIDs()),
		{"TaskEvent", "type"}: anys(task.EventTypes()), {"Finding", "severity"}: anys(task.Severities()), {"Transfer", "kind"}: ofTask, {"TransactionView", "type"}: append(ofTask, ofMoney...),
	}
}

// set describes T in the OpenAPI document.
type set[T ~string] struct{}

// Schema lists the values of T.
func (set[T]) Schema(huma.Registry) *huma.Schema {
	described := reflect.TypeFor[set[T]]()
	for _, s := range closedSets() {
		if s.described == described {
			return &huma.Schema{Type: huma.TypeString, Enum: s.values}
		}
	}
	return &huma.Schema{Type: huma.TypeString}
}

func setOf[T ~string](values []T) closedSet {
	return closedSet{of: reflect.TypeFor[T](), described: reflect.TypeFor[set[T]](), values: anys(values)}
}

// anys are values as the document has them.
func anys[T ~string](values []T) []any {
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = string(value)
	}
	return list
}

// describeSets has the registry tell the values of closed sets. It is for the
// document only: what is sent is checked by the domains, which name all that is
// wrong at once and in their own words.
func describeSets(registry huma.Registry) {
	for _, s := range closedSets() {
		registry.RegisterTypeAlias(s.of, s.described)
	}
}

// describeFields does the same for fields of plain text. A test knows of each
// that it is there.
func describeFields(schemas map[string]*huma.Schema) {
	for field, values := range closedFields() {
		property := propertyOf(schemas, field)
		if property == nil {
			continue
		}
		if property.Items != nil {
			property = property.Items
		}
		property.Enum = slices.Clone(values)
	}
}

// propertyOf is the field of a schema, nil when there is none.
func propertyOf(schemas map[string]*huma.Schema, field [2]string) *huma.Schema {
	if schema := schemas[field[0]]; schema != nil {
		return schema.Properties[field[1]]
	}
	return nil
}
