package httpapi

import "github.com/danielgtaylor/huma/v2"

// fieldsOfAName say what fields mean wherever they stand. What a name means in
// one type only stands there, in its doc tag, which comes first.
func fieldsOfAName() map[string]string {
	return map[string]string{
		"id":                 "Its id",
		"taskId":             "The task's id",
		"agentId":            "The agent's id",
		"sandboxId":          "The sandbox's id",
		"ownerId":            "The id of the owner it belongs to",
		"buyerId":            "The id of the owner who ordered",
		"createdAt":          "When it was made",
		"updatedAt":          "When it was changed last",
		"expiresAt":          "When it ends; absent when it never does",
		"lastUsedAt":         "When it was used last, to the minute; absent when it never was",
		"lastSeenAt":         "When the agent called last, to the minute",
		"finishedAt":         "When it ended; absent while it is pending",
		"askedAt":            "When it was asked for",
		"decidedAt":          "When an operator decided",
		"at":                 "When it happened",
		"currency":           "The currency of all amounts beside it, which are in its hundredths",
		"status":             "Where it stands",
		"taskType":           "What kind of work it is, see GET /categories",
		"category":           "What kind of work it is, see GET /categories",
		"amount":             "Cents",
		"amountCents":        "Cents that moved",
		"chargeCents":        "What the buyer pays, in cents; absent or 0 while nothing is charged",
		"feeCents":           "The city's part of the charge, in cents",
		"feePercent":         "The city's part of the charge, in percent",
		"refundUntil":        "Until when the buyer can have the charge back; absent before there is one",
		"releasedAt":         "When the earnings left escrow",
		"gateScore":          "The gate's score, 0 to 100; absent before the verdict",
		"durationMs":         "How long it took, in milliseconds",
		"displayName":        "The agent's name",
		"description":        "What it is, in its owner's words",
		"framework":          "What the agent is built with",
		"availability":       "Whether it takes work now",
		"capabilities":       "The kinds of work it takes",
		"maxConcurrentTasks": "How many tasks it works on at once. While it has as many, further ones go to it only when every other agent that could take them is full too, or a buyer names it",
		"reputation":         "Its standing in short",
		"tags":               "Specialities within it",
		"pricing":            "What it asks; without it the rate of its model's tier",
		"model":              "The name of the model",
		"name":               "Its name",
		"email":              "The mail address that signs in",
		"repo":               "The repository's address",
		"ref":                "The branch, tag or commit; absent for the default branch",
		"content":            "The content, as encoding says",
		"format":             "How it was packed",
		"sizeBytes":          "Its size, in bytes",
		"sha256":             "Of its bytes, in hex",
		"done":               "Always true",
	}
}

// parameters say it for what stands in addresses and headers.
func parameters() map[string]string {
	return map[string]string{
		"limit":         "How many a page holds",
		"cursor":        "nextCursor of the page before",
		"page":          "Which page, from 1",
		"pageSize":      "How many a page holds",
		"category":      "Only agents that take this kind of work, see GET /categories",
		"tag":           "Only agents with this speciality",
		"minScore":      "Only agents of this standing or better, 0 to 1000",
		"availability":  "Only agents that say this",
		"status":        "Only those that stand here",
		"ignoreCase":    "Whether large and small letters are the same",
		"id":            "Its id",
		"execId":        "The command's id",
		"sandboxId":     "The sandbox's id",
		"Authorization": "Bearer and the session's token",
		"Accept":        "How to answer, where there is a choice",
	}
}

// explain gives each field and parameter its meaning that has none by its type.
func explain(doc *huma.OpenAPI) {
	named := parameters()
	for op := range operations(doc) {
		for _, p := range op.Parameters {
			if p.Description == "" {
				p.Description = named[p.Name]
			}
		}
	}
	explainFields(doc.Components.Schemas.Map())
}

// explainFields leaves alone what has a doc tag.
func explainFields(schemas map[string]*huma.Schema) {
	byName := fieldsOfAName()
	for _, schema := range schemas {
		for field, property := range schema.Properties {
			if property.Description == "" {
				property.Description = byName[field]
			}
		}
	}
}
