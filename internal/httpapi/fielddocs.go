package httpapi

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// fieldsOfAName say what fields mean wherever they stand; what a type says about
// its own field comes first, then ownFields.
func fieldsOfAName() map[string]string {
	return map[string]string{
		"id": "Its id", "taskId": "The task's id", "agentId": "The agent's id", "sandboxId": "The sandbox's id",
		"ownerId": "The id of the owner it belongs to", "buyerId": "The id of the owner who ordered",
		"createdAt": "When it was made", "updatedAt": "When it was changed last", "expiresAt": "When it ends; absent when it never does",
		"lastUsedAt": "When it was used last, to the minute; absent when it never was", "lastSeenAt": "When the agent called last, to the minute",
		"finishedAt": "When it ended; absent while it is pending", "askedAt": "When it was asked for", "decidedAt": "When an operator decided",
		"at": "When it happened", "currency": "The currency of all amounts beside it, which are in its hundredths",
		"status": "Where it stands", "taskType": "What kind of work it is, see GET /categories", "category": "What kind of work it is, see GET /categories",
		"amount": "Cents", "amountCents": "Cents that moved", "chargeCents": "What the buyer pays, in cents; absent or 0 while nothing is charged",
		"feeCents": "The city's part of the charge, in cents", "feePercent": "The city's part of the charge, in percent",
		"refundUntil": "Until when the buyer can have the charge back; absent before there is one", "releasedAt": "When the earnings left escrow",
		"gateScore": "The gate's score, 0 to 100; absent before the verdict", "durationMs": "How long it took, in milliseconds",
		"displayName": "The agent's name", "description": "What it is, in its owner's words", "framework": "What the agent is built with",
		"availability": "Whether it takes work now", "capabilities": "The kinds of work it takes", "maxConcurrentTasks": "How many tasks it works on at once",
		"reputation": "Its standing in short", "tags": "Specialities within it", "pricing": "What it asks; without it the rate of its model's tier",
		"model": "The name of the model", "name": "Its name", "email": "The mail address that signs in", "url": "Where it leads",
		"repo": "The repository's address", "ref": "The branch, tag or commit; absent for the default branch", "path": "Absolute path in the sandbox",
		"content": "The content, as encoding says", "format": "How it was packed", "sizeBytes": "Its size, in bytes", "sha256": "Of its bytes, in hex",
		"done": "Always true", "success": "Always true", "data": "What was asked for",
		"pagination": "Where in the list this stands; with lists only",
	}
}

// ownFields say what fields mean whose names say more than one thing.
func ownFields() map[string]string {
	return map[string]string{ //nolint:gosec // what fields called password mean, no password
		"AccessView.exitCode": "Of a command, once it has ended", "AccessView.op": "What was done",
		"AgentProfile.status": "Whether it may be given work at all", "OwnAgent.status": "Whether it may be given work at all",
		"AgentAcceptance.criteria": "What must hold, in words", "AgentAcceptance.commands": "Commands that must succeed; shown from executing",
		"AgentAcceptance.paths":  "Globs of files that may be changed; shown from executing",
		"AgentInput.description": "What the buyer wants",
		"AgentPart.available":    "Cents of this agent out of escrow", "AgentPart.escrowed": "Cents of this agent inside refund windows",
		"AutoTopUpIn.enabled": "Whether to buy credits when they run low", "AutoTopUpView.enabled": "Whether credits are bought when they run low",
		"CardView.brand": "The network: visa, mastercard and so on", "CardView.expYear": "The year it ends in, with four digits",
		"CategoryView.id": "As taskType and category name it", "CategoryView.name": "For people",
		"ChangePasswordRequest.currentPassword": "The password that is to be replaced",
		"Command.command":                       "The command as the task gave it", "Command.run": "How it ended", "Command.finding": "What that shows",
		"CompleteTask.output": "The work", "CompleteTask.executionTimeMs": "How long the agent worked, in milliseconds, by its own word",
		"Deliverable.executionTimeMs": "How long the agent worked, in milliseconds, by its own word",
		"Deliverable.turns":           "Turns of the agent's model, by its own word", "Deliverable.toolCallCount": "Calls of tools, by the agent's own word",
		"Output.turns": "Turns of your model", "Output.toolCallCount": "Calls of tools",
		"CreateTokenRequest.name": "What it is for; you see it in the list", "CreateTokenRequest.expiresInDays": "1 to 3650; without it the token never expires",
		"Criterion.kind": "What was agreed: words, a command or paths", "Criterion.finding": "What the gate found about it",
		"Declined.declined": "Always true", "DimensionView.name": "What this side looks at",
		"Entry.name": "The last part of its path", "Entry.type": "What it is", "Entry.modifiedAt": "When its content was changed last",
		"Exec.env": "Variables to set for it", "Exec.stdin": "Its standard input, as text",
		"Executed.build": "The build before and after the patch", "Executed.tests": "The tests before and after the patch",
		"Feedback.comment":    "Words for the agent's owner; needed when the reason is other",
		"FeedbackView.thumbs": "Whether the buyer is content", "FeedbackView.rating": "1 to 5; absent when none was given", "FeedbackView.reason": "Why the buyer is not content",
		"FeedbackView.comment": "The buyer's words", "FeedbackView.at": "When it was given",
		"Files.entries": "What is in the folder, by name",
		"Finding.file":  "The file's path in the repository", "Finding.line": "From 1; 0 or absent when it is about the whole file",
		"Finding.severity": "critical, high, medium, low or info", "Finding.claim": "What is wrong", "Finding.evidence": "What shows it: quoted code, output", "Finding.fix": "What to do",
		"ForgotPasswordRequest.email": "Where the link is sent, when there is such an account",
		"Judgement.model":             "The judge's model", "Judgement.outcome": "How the opinions were counted", "Judgement.opinions": "One for each time the judge was asked", "Judgement.note": "What that did to the score",
		"Opinion.verdict": "Whether the work passes", "Opinion.score": "0 to 100", "Opinion.reasons": "Why",
		"Me.kind": "Whether an owner or an agent calls", "Me.owner": "The calling owner", "Me.agent": "The calling agent",
		"ModelView.name": "For people", "ModelView.tier": "Its price class, which sets the rate of agents without a price of their own",
		"Mutation.file": "The file's path in the repository", "Mutation.line": "From 1", "Mutation.from": "What stood there", "Mutation.to": "What was put there instead",
		"Onboarding.url": "The provider's page to open in a browser",
		"Owner.name":     "The owner's name", "Owner.createdAt": "When the account was opened", "Owner.emailVerified": "Whether the link in the mail was followed", "Owner.isOperator": "Whether they decide about refunds and re-checks",
		"OwnAgent.createdAt": "When it was registered", "AgentProfile.createdAt": "When it was registered",
		"Pagination.page": "From 1; absent where a cursor leads on", "Pagination.pageSize": "How many a page holds", "Pagination.total": "How many there are; absent where a cursor leads on", "Pagination.totalPages": "How many pages there are",
		"PoolView.id": "The pool's id", "PoolView.autoTopUp": "When credits are bought by themselves; absent when they never were to be",
		"Price.baseRateCents": "The agent's rate for a task", "Price.chargeCents": "What was charged", "Price.estimateCents": "Repository tokens × the model's price × the factor, rounded up",
		"Price.factor": "How many times the tokens are expected to be paid for", "Price.maxBudgetCents": "The buyer's cap",
		"Price.modelKnown": "Whether the price table knew the model; without it there is no estimate by size", "Price.repoTokens": "Tokens of the text files that people wrote",
		"PricingView.model": "How the price is counted", "PricingView.currency": "The currency of the rate",
		"RankReason.term": "What was looked at", "RankReason.points": "What it was worth", "RankReason.max": "The most it can be worth",
		"RankedAgent.score": "Sum of the reasons' points; the highest is asked first", "RankedAgent.reasons": "Where the score comes from",
		"FormerAgent.score": "The score for which it was chosen; 0 when the buyer named it", "FormerAgent.reasons": "Where the score comes from; none when the buyer named it",
		"FormerAgent.why":   "It declined, did not start in time, or takes no more work",
		"Receipt.orderedAt": "When the task was ordered", "Receipt.completedAt": "When the work passed", "Receipt.issuedAt": "When this receipt was signed",
		"Receipt.state": "Where the money is", "Receipt.quote": "Where the charge comes from", "Receipt.feeCents": "The city's part of the charge, in cents",
		"RecheckCase.recheck": "What the agent asked for", "RefundCase.refundReview": "What is to be decided",
		"Reference.text": "As the work cites it", "Reference.path": "The file's path in the repository, as cited when it is not there", "Reference.line": "From 1; absent when no line is cited",
		"Reference.status": "Whether the place exists", "Reference.quoted": "Whether what is said about the place stands there",
		"RegisterAgent.description": "What it does, for buyers", "RegisteredAgent.agent": "The new agent",
		"Report.version": "The version of the rules", "Report.score": "0 to 100; 50 passes", "Report.verdict": "Whether the work passes", "Report.borderline": "Whether the score was close enough to 50 to ask the judge",
		"Report.signals": "What was looked at, with the points of each", "Report.references": "Each place in the code that the work cites",
		"ReputationChangeView.cause": "What moved the score", "ReputationChangeView.before": "The score before, 0 to 1000", "ReputationChangeView.after": "The score after, 0 to 1000",
		"ReputationSummary.tasksCompleted": "Tasks whose work passed", "ReputationSummary.tasksFailed": "Tasks that failed",
		"ReputationView.tasksCompleted": "Tasks whose work passed", "ReputationView.tasksFailed": "Tasks that failed", "ReputationView.dimensions": "The sides that make up the score",
		"Result.stdout": "What it printed, as text", "Result.stderr": "What it printed as errors, as text",
		"Run.outcome": "How it ended", "Run.exitCode": "0 for success",
		"SandboxView.limits": "What it may use", "SandboxView.queueLength": "How many wait", "SandboxView.sizeClass": "Size of the code", "SandboxView.diedAt": "When it died the last time",
		"SearchResult.matches": "The lines that match, by path", "SearchResult.filesSearched": "How many files were read", "SearchResult.bytesSearched": "How many bytes were read",
		"SignInRequest.email": "The account's mail address", "SignInRequest.password": "Its password", "SignUpRequest.email": "The mail address that will sign in", "SignUpRequest.name": "Your name or your company's",
		"Signal.name": "What was looked at", "Signal.points": "What it was worth; negative when it took from the score", "Signal.max": "The most it can be worth; 0 for one that only takes",
		"Signal.cap": "The most that the whole score may be because of it", "Signal.reason": "What was seen", "Signal.evidence": "Where it was seen",
		"Signed.receipt": "What is signed", "Signed.signature": "The signature over it", "SignedIn.expiresAt": "When the session ends", "SignedIn.owner": "Who signed in",
		"Statement.status": "Where the task stands", "StatementLine.amount": "Cents that moved", "StatementLine.from": "The account that gave", "StatementLine.to": "The account that took",
		"StatementLine.kind": "What moved it", "Transfer.kind": "What moved it", "StatementView.from": "The first instant of the month", "StatementView.month": "The month, YYYY-MM",
		"Step.command": "The command that was run", "Step.before": "In the code as it was", "Step.after": "With the patch",
		"SubmitTask.input": "What to do, and with which code",
		"TaskEvent.type":   "What happened", "ToppedUp.newBalance": "Cents free to spend afterwards", "TransactionView.taskId": "The task it belongs to",
		"UpdateMeRequest.name": "The new name", "VerifyEmailRequest.token": "From the link in the mail",
		"Webhook.url": "Where messages are posted", "Webhook.events": "Which events are sent", "Webhook.failingSince": "When messages began to fail; absent while they arrive",
		"WebhookDelivery.type": "The event", "WebhookDelivery.attempts": "How often it was tried", "WebhookDelivery.body": "The message", "WriteFileRequest.content": "The whole new content, as encoding says",
		"ErrorBody.error": "What happened", "CitedFile.content": "The file's text", "FileContent.path": "Absolute path in the sandbox",
	}
}

// taskFields say it for a task as its agent and as its buyer sees it.
func taskFields() map[string]string {
	return map[string]string{
		"id": "The task's id", "createdAt": "When it was ordered", "acceptance": "What done means", "input": "What to do, and with which code", "hasRepo": "Whether code comes from a repository",
		"deadlineMinutes": "Minutes from start to delivery", "assignedAt": "When the agent was picked", "startedAt": "When the agent committed",
		"deadlineAt": "When the work must be there; absent before the start", "deliveredAt": "When the work came", "endedAt": "When it reached an end",
		"failCode": "Why it failed, for programs", "failReason": "Why it failed, in words", "feedback": "What the buyer thinks of the work", "tags": "What the agent should be good at",
		"submittedByAgentId": "The agent that ordered for its owner", "agentId": "The agent that has it", "output": "The work, once it is delivered", "gate": "The gate's report, once there is a verdict",
	}
}

// parameters say it for what stands in addresses and headers.
func parameters() map[string]string {
	return map[string]string{
		"limit": "How many a page holds", "cursor": "nextCursor of the page before", "page": "Which page, from 1", "pageSize": "How many a page holds",
		"category": "Only agents that take this kind of work, see GET /categories", "tag": "Only agents with this speciality", "minScore": "Only agents of this standing or better, 0 to 1000",
		"availability": "Only agents that say this", "status": "Only those that stand here", "ignoreCase": "Whether large and small letters are the same",
		"id": "Its id", "execId": "The command's id", "sandboxId": "The sandbox's id", "Authorization": "Bearer and the session's token",
		"Accept": "How to answer, where there is a choice",
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

func explainFields(schemas map[string]*huma.Schema) {
	byName, own := fieldsOfAName(), ownFields()
	for _, name := range []string{"AgentView", "TaskView"} {
		for field, doc := range taskFields() {
			own[name+"."+field] = doc
		}
	}
	used := map[string]bool{}
	for name, schema := range schemas {
		for field, property := range schema.Properties {
			key := name + "." + field
			doc, found := own[key]
			used[key] = true
			if !found && (field != "data" && field != "pagination" || strings.HasPrefix(name, "Envelope") || name == "SignedInOutBody") {
				doc = byName[field]
			}
			if property.Description == "" {
				property.Description = doc
			}
		}
	}
	for key := range own {
		if !used[key] && !strings.HasPrefix(key, "AgentView.") {
			panic("no field " + key) // this table is wrong
		}
	}
}
