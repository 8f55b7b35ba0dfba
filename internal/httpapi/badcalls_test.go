package httpapi_test

import (
	"net/http"
	"strings"
)

const (
	get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

	invalid     = "VALIDATION_ERROR"
	unknown     = "UNAUTHORIZED"
	wrongCaller = "FORBIDDEN"
	noTask      = "TASK_NOT_FOUND"
	noAgent     = "AGENT_NOT_FOUND"
	state       = "INVALID_STATE"
)

// Secrets that are missing, wrong, over, or of the wrong kind.
var badSecrets = []badCall{
	{name: "no secret", who: "nobody", method: get, path: "/me", status: 401, code: unknown},
	{name: "no secret for an agent's call", who: "nobody", method: get, path: "/tasks/submitted", status: 401, code: unknown, says: "X-API-Key"},
	{name: "an unknown key", who: "bad key", method: get, path: "/tasks/submitted", status: 401, code: unknown},
	{name: "an unknown token", who: "bad token", method: get, path: "/me", status: 401, code: unknown},
	{name: "a key that was rotated", who: "rotated", method: get, path: "/agents/me", status: 401, code: unknown},
	{name: "a token that was revoked", who: "revoked", method: get, path: "/me", status: 401, code: unknown},
	{name: "a token without Bearer", who: "no scheme", method: get, path: "/me", status: 401, code: unknown, says: "Bearer"},
	{name: "basic authentication", who: "basic", method: get, path: "/me", status: 401, code: unknown, says: "Bearer"},
	{name: "an owner's token as a key", who: "swapped", method: get, path: "/tasks/submitted", status: 401, code: unknown, says: "Authorization"},
	{name: "an agent's key as a token", who: "key as token", method: get, path: "/tasks", status: 401, code: unknown, says: "X-API-Key"},
	{name: "an owner on an agent's call", who: "buyer", method: get, path: "/tasks/submitted", status: 403, code: wrongCaller, says: "X-API-Key"},
	{name: "an agent on an owner's call", who: "agent", method: post, path: "/vault/top-up", body: `{"amount":1000}`, status: 403, code: wrongCaller, says: "Bearer"},
	{name: "sign in with a wrong password", who: "nobody", method: post, path: "/auth/sign-in", body: `{"email":"{email}","password":"wrong horse"}`, status: 401, code: "INVALID_CREDENTIALS"},
	{name: "sign in as nobody known", who: "nobody", method: post, path: "/auth/sign-in", body: `{"email":"no@body.example","password":"wrong horse"}`, status: 401, code: "INVALID_CREDENTIALS"},
}

// Orders with something wrong in them.
var badOrders = []badCall{
	{name: "no body", who: "buyer", method: post, path: "/tasks", status: 400, code: invalid, says: "body"},
	{name: "no JSON", who: "buyer", method: post, path: "/tasks", body: `hello`, status: 400, code: invalid, says: `"body: not valid JSON from line 1, character 1 on."`},
	{name: "JSON with a comma too many", who: "buyer", method: post, path: "/tasks", body: "{\n  \"taskType\": \"résumé\",\n  \"tags\": [\"é\",]\n}", status: 400, code: invalid, says: "line 3, character 16 on"},
	{name: "JSON with more behind it", who: "buyer", method: post, path: "/tasks", body: `{}x`, status: 400, code: invalid, says: "line 1, character 3 on"},
	{name: "JSON that breaks off", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"resea`, status: 400, code: invalid, says: "body: not valid JSON: it ends too early"},
	{name: "a list", who: "buyer", method: post, path: "/tasks", body: `[]`, status: 400, code: invalid},
	{name: "a form", who: "buyer", method: post, path: "/tasks", body: `a=b`, header: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: "UNSUPPORTED_MEDIA_TYPE"},
	{name: "an unknown field", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it."},"colour":"red"}`, status: 400, code: invalid, says: "colour"},
	{name: "an unknown field inside", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","branch":"main"}}`, status: 400, code: invalid, says: "input.branch"},
	{name: "no input", who: "buyer", method: post, path: "/tasks", body: `{{ok}}`, status: 400, code: invalid, says: `{"field":"input","message":"is required"}`},
	{name: "no description", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{}}`, status: 400, code: invalid, says: `{"field":"input.description","message":"is required"}`},
	{name: "an empty description", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"  "}}`, status: 400, code: invalid, says: "input.description"},
	{name: "a long description", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"{long}"}}`, status: 400, code: invalid, says: "input.description"},
	{name: "a NUL in a tag", who: "buyer", method: post, path: "/tasks", body: `{{ok},"tags":["a\u0000b"],"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "tags[0]"},
	{name: "a NUL in a criterion", who: "buyer", method: post, path: "/tasks", body: `{{ok},"acceptance":{"criteria":["a\u0000b"]},"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "acceptance.criteria[0]"},
	{name: "an unknown category", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"cooking","maxBudget":500,"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "taskType"},
	{name: "no budget", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"research","input":{"description":"Do it."}}`, status: 400, code: invalid, says: "maxBudget"},
	{name: "a negative budget", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"research","maxBudget":-500,"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "maxBudget"},
	{name: "a budget of nothing", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"research","maxBudget":0,"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "maxBudget"},
	{name: "half a cent", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"research","maxBudget":500.5,"input":{"description":"Do it."}}`, status: 400, code: invalid},
	{name: "a budget in words", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"research","maxBudget":"500","input":{"description":"Do it."}}`, status: 400, code: invalid, says: "maxBudget"},
	{name: "a budget past all bounds", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"research","maxBudget":9223372036854775807,"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "maxBudget"},
	{name: "a budget that overflows", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"research","maxBudget":99999999999999999999,"input":{"description":"Do it."}}`, status: 400, code: invalid, says: `{"field":"maxBudget","message":"the number is too large"}`},
	{name: "a budget under every price", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"research","maxBudget":100,"input":{"description":"Do it."}}`, status: 409, code: "BUDGET_TOO_LOW", says: "300"},
	{name: "a budget under the price of the agent that was named", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"research","maxBudget":100,"agentId":"{agent}","input":{"description":"Do it."}}`, status: 409, code: "BUDGET_TOO_LOW", says: "the agent that you named, which is $3.00"},
	{name: "no agent for the category", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"devops","maxBudget":500,"input":{"description":"Do it."}}`, status: 409, code: "NO_AGENT_AVAILABLE"},
	{name: "an empty pool", who: "poor", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it."}}`, status: 402, code: "INSUFFICIENT_CREDITS", says: `"availableCents":0,"requiredCents":500`},
	{name: "a budget over the pool", who: "stranger", method: post, path: "/tasks", body: `{"taskType":"research","maxBudget":5001,"input":{"description":"Do it."}}`, status: 402, code: "INSUFFICIENT_CREDITS"},
	{name: "no such agent", who: "buyer", method: post, path: "/tasks", body: `{{ok},"agentId":"agt_06h0hyvkhxtf5f6tmsavhjd81m","input":{"description":"Do it."}}`, status: 404, code: noAgent},
	{name: "not an agent's id", who: "buyer", method: post, path: "/tasks", body: `{{ok},"agentId":"' OR 1=1","input":{"description":"Do it."}}`, status: 400, code: invalid, says: "agentId"},
	{name: "an agent of another trade", who: "buyer", method: post, path: "/tasks", body: `{{ok},"agentId":"{other}","input":{"description":"Do it."}}`, status: 409, code: "AGENT_UNFIT"},
	{name: "one's own agent", who: "worker", method: post, path: "/tasks", body: `{{ok},"agentId":"{agent}","input":{"description":"Do it."}}`, status: 403, code: "SAME_OWNER"},
	{name: "one's own agent by sub-hiring", who: "agent", method: post, path: "/tasks", body: `{{ok},"agentId":"{agent}","input":{"description":"Do it."}}`, status: 403, code: "SAME_OWNER"},
	{name: "a deadline too short", who: "buyer", method: post, path: "/tasks", body: `{{ok},"deadlineMinutes":4,"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "deadlineMinutes"},
	{name: "a deadline too long", who: "buyer", method: post, path: "/tasks", body: `{{ok},"deadlineMinutes":241,"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "deadlineMinutes"},
	{name: "an empty criterion", who: "buyer", method: post, path: "/tasks", body: `{{ok},"acceptance":{"criteria":[""]},"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "acceptance.criteria[0]"},
	{name: "a bad glob", who: "buyer", method: post, path: "/tasks", body: `{{ok},"acceptance":{"paths":["[a"]},"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "acceptance.paths[0]"},
	{name: "a long tag", who: "buyer", method: post, path: "/tasks", body: `{{ok},"tags":["{long}"],"input":{"description":"Do it."}}`, status: 400, code: invalid, says: "tags[0]"},
	{name: "a long key", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it."}}`, header: []string{"Idempotency-Key", strings.Repeat("k", 201)}, status: 400, code: invalid, says: "Idempotency-Key"},
	{name: "a huge body", who: "buyer", method: post, path: "/tasks", body: `{"taskType":"` + strings.Repeat("x", 5<<20) + `"}`, status: 413, code: "PAYLOAD_TOO_LARGE"},
}

// Sources of code that cannot be had.
var badRepositories = []badCall{
	{name: "two sources", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","code":"x","repo":"https://git.example/a"}}`, status: 400, code: invalid, says: "input"},
	{name: "a ref without a repository", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","ref":"main"}}`, status: 400, code: invalid, says: "input.ref"},
	{name: "a ref that is an option", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"https://git.example/a","ref":"--upload-pack=x"}}`, status: 400, code: invalid, says: "input.ref"},
	{name: "plain http", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"http://git.example/a"}}`, status: 400, code: "REPO_NOT_ALLOWED"},
	{name: "a file", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"file:///etc"}}`, status: 400, code: "REPO_NOT_ALLOWED"},
	{name: "ssh", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"ssh://git@git.example/a"}}`, status: 400, code: "REPO_NOT_ALLOWED"},
	{name: "ssh in short", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"git@git.example:a"}}`, status: 400, code: "REPO_NOT_ALLOWED"},
	{name: "a program", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"ext::sh -c true"}}`, status: 400, code: "REPO_NOT_ALLOWED"},
	{name: "this machine", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"https://127.0.0.1/a"}}`, status: 400, code: "REPO_NOT_ALLOWED"},
	{name: "this machine as IPv6", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"https://[::ffff:127.0.0.1]/a"}}`, status: 400, code: "REPO_NOT_ALLOWED"},
	{name: "the metadata address", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"https://169.254.169.254/a"}}`, status: 400, code: "REPO_NOT_ALLOWED"},
	{name: "a private address", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","repo":"https://10.0.0.1/a"}}`, status: 400, code: "REPO_NOT_ALLOWED"},
	{name: "no such archive", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","archiveId":"arc_06h0hyvkhxtf5f6tmsavhjd81m"}}`, status: 404, code: "ARCHIVE_NOT_FOUND"},
	{name: "not an archive's id", who: "buyer", method: post, path: "/tasks", body: `{{ok},"input":{"description":"Do it.","archiveId":"../x"}}`, status: 400, code: invalid, says: "input.archiveId"},
	{name: "an archive that is none", who: "buyer", method: post, path: "/archives", body: `hello`, header: []string{"Content-Type", "application/octet-stream"}, status: 400, code: "ARCHIVE_INVALID"},
}

// Calls about a task by the wrong one, or at the wrong time.
var badTaskCalls = []badCall{
	{name: "no such task", who: "buyer", method: get, path: "/tasks/tsk_06h0hyvkhxtf5f6tmsavhjd81m", status: 404, code: noTask},
	{name: "not a task's id", who: "buyer", method: get, path: "/tasks/1", status: 404, code: noTask},
	{name: "a task of somebody else", who: "stranger", method: get, path: "/tasks/{running}", status: 404, code: noTask},
	{name: "a task of another agent", who: "other", method: get, path: "/tasks/{running}", status: 404, code: noTask},
	{name: "cancel somebody else's", who: "stranger", method: post, path: "/tasks/{waiting}/cancel", status: 404, code: noTask},
	{name: "cancel one's work", who: "agent", method: post, path: "/tasks/{waiting}/cancel", status: 404, code: noTask},
	{name: "start another agent's", who: "other", method: post, path: "/tasks/{waiting}/executing", body: `{}`, status: 404, code: noTask},
	{name: "start with another sandbox", who: "agent", method: post, path: "/tasks/{waiting}/executing", body: `{"sandboxId":"sbx_1"}`, status: 404, code: "SANDBOX_NOT_FOUND"},
	{name: "start what was cancelled", who: "agent", method: post, path: "/tasks/{cancelled}/executing", body: `{}`, status: 409, code: state, says: "cancelled"},
	{name: "deliver before the start", who: "agent", method: post, path: "/tasks/{waiting}/complete", body: `{"output":{"result":"Done."}}`, status: 409, code: state, says: "submitted"},
	{name: "deliver another agent's", who: "other", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done."}}`, status: 404, code: noTask},
	{name: "deliver nothing", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":" "}}`, status: 400, code: invalid, says: "output.result"},
	{name: "deliver without output", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{}`, status: 400, code: invalid, says: "output"},
	{name: "deliver a negative cost", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done.","turns":-1}}`, status: 400, code: invalid, says: "turns"},
	{name: "fail before the start", who: "agent", method: post, path: "/tasks/{waiting}/fail", body: `{"reason":"No."}`, status: 409, code: state},
	{name: "fail with a NUL", who: "agent", method: post, path: "/tasks/{running}/fail", body: `{"reason":"a\u0000b"}`, status: 400, code: invalid, says: "NUL"},
	{name: "deliver at a cost past all bounds", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done.","actualApiCostCents":1e30}}`, status: 400, code: invalid, says: "output.actualApiCostCents"},
	{name: "deliver after more turns than anybody takes", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done.","turns":1000001,"toolCallCount":1000001}}`, status: 400, code: invalid, says: "output.toolCallCount"},
	{name: "deliver after longer than a deadline can be", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done."},"executionTimeMs":86400001}`, status: 400, code: invalid, says: "executionTimeMs"},
	{name: "a finding on a line that no file has", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done.","findings":[{"file":"a.go","line":10000001,"severity":"low","claim":"c"}]}}`, status: 400, code: invalid, says: "output.findings[0].file"},
	{name: "a finding of a severity that is none", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done.","findings":[{"file":"a.go","severity":"spicy","claim":"c"}]}}`, status: 400, code: invalid, says: "output.findings[0].severity"},
	{name: "a finding without a severity", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done.","findings":[{"file":"a.go","severity":" ","claim":"c"}]}}`, status: 400, code: invalid, says: "critical, high, medium, low or info"},
	{name: "a NUL in a finding", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done.","findings":[{"file":"a\u0000b","severity":"low","claim":"c"}]}}`, status: 400, code: invalid, says: "output.findings[0]"},
	{name: "a NUL in the model", who: "agent", method: post, path: "/tasks/{running}/complete", body: `{"output":{"result":"Done.","model":"a\u0000b"}}`, status: 400, code: invalid, says: "output.model"},
	{name: "decline at length", who: "agent", method: post, path: "/tasks/{waiting}/decline", body: `{"reason":"` + strings.Repeat("a", 2_001) + `"}`, status: 400, code: invalid, says: "reason"},
	{name: "a NUL in a reason to decline", who: "agent", method: post, path: "/tasks/{waiting}/decline", body: `{"reason":"a\u0000b"}`, status: 400, code: invalid, says: "NUL"},
	{name: "a NUL in a re-check", who: "agent", method: post, path: "/tasks/{running}/recheck", body: `{"reason":"a\u0000b"}`, status: 400, code: invalid, says: "NUL"},
	{name: "a NUL in an opinion", who: "buyer", method: post, path: "/tasks/{running}/feedback", body: `{"thumbs":"up","comment":"a\u0000b"}`, status: 400, code: invalid, says: "comment"},
	{name: "fail without a reason", who: "agent", method: post, path: "/tasks/{running}/fail", body: `{"reason":""}`, status: 400, code: invalid, says: "reason"},
	{name: "fail with a blank reason", who: "agent", method: post, path: "/tasks/{running}/fail", body: `{"reason":" \n"}`, status: 400, code: invalid, says: "reason"},
	{name: "decline after the start", who: "agent", method: post, path: "/tasks/{running}/decline", status: 409, code: state, says: "executing"},
	{name: "cancel after the start", who: "buyer", method: post, path: "/tasks/{running}/cancel", status: 409, code: state, says: "executing"},
	{name: "judge before the end", who: "buyer", method: post, path: "/tasks/{running}/feedback", body: `{"thumbs":"up"}`, status: 409, code: state},
	{name: "judge with a third thumb", who: "buyer", method: post, path: "/tasks/{running}/feedback", body: `{"thumbs":"sideways"}`, status: 400, code: invalid, says: "thumbs"},
	{name: "down without a reason", who: "buyer", method: post, path: "/tasks/{running}/feedback", body: `{"thumbs":"down"}`, status: 400, code: invalid, says: "reason"},
	{name: "down for another reason without words", who: "buyer", method: post, path: "/tasks/{running}/feedback", body: `{"thumbs":"down","reason":"other"}`, status: 400, code: invalid, says: "comment"},
	{name: "six stars", who: "buyer", method: post, path: "/tasks/{running}/feedback", body: `{"thumbs":"up","rating":6}`, status: 400, code: invalid, says: "rating"},
	{name: "judge one's own work", who: "worker", method: post, path: "/tasks/{running}/feedback", body: `{"thumbs":"up"}`, status: 404, code: noTask},
	{name: "a report before the verdict", who: "buyer", method: get, path: "/tasks/{running}/gate", status: 409, code: "GATE_NOT_READY"},
	{name: "a patch before the delivery", who: "buyer", method: get, path: "/tasks/{running}/patch", status: 409, code: "PATCH_NOT_READY"},
	{name: "somebody else's statement", who: "stranger", method: get, path: "/tasks/{running}/statement", status: 404, code: noTask},
	{name: "files before the start", who: "agent", method: get, path: "/tasks/{waiting}/sandbox/files?path=/", status: 403, code: "TASK_SEALED"},
	{name: "a command before the start", who: "agent", method: post, path: "/tasks/{waiting}/sandbox/exec", body: `{"command":"ls"}`, status: 403, code: "TASK_SEALED"},
	{name: "a sandbox that was never made", who: "agent", method: get, path: "/tasks/{running}/sandbox", status: 404, code: "SANDBOX_NOT_FOUND"},
	{name: "a wait past all bounds", who: "agent", method: get, path: "/tasks/submitted?wait=3600", status: 400, code: invalid, says: "wait"},
	{name: "an unknown parameter", who: "agent", method: get, path: "/tasks/submitted?limit=3", status: 400, code: invalid, says: "limit"},
	{name: "an unknown status", who: "buyer", method: get, path: "/tasks?status=sleeping", status: 400, code: invalid, says: "status"},
	{name: "not a cursor", who: "buyer", method: get, path: "/tasks?cursor=xyz", status: 400, code: invalid, says: "cursor"},
}

const aCapability = `"capabilities":[{"category":"research"}]`

// Agents and their webhooks.
var badAgents = []badCall{
	{name: "an agent without a name", who: "worker", method: post, path: "/agents", body: `{"framework":"custom","model":"m",` + aCapability + `}`, status: 400, code: invalid, says: "displayName"},
	{name: "an agent with a long name", who: "worker", method: post, path: "/agents", body: `{"displayName":"{long}","framework":"custom","model":"m",` + aCapability + `}`, status: 400, code: invalid, says: "displayName"},
	{name: "an unknown framework", who: "worker", method: post, path: "/agents", body: `{"displayName":"A","framework":"abacus","model":"m",` + aCapability + `}`, status: 400, code: invalid, says: "framework"},
	{name: "an agent that can nothing", who: "worker", method: post, path: "/agents", body: `{"displayName":"A","framework":"custom","model":"m","capabilities":[]}`, status: 400, code: invalid, says: "capabilities"},
	{name: "an unknown capability", who: "worker", method: post, path: "/agents", body: `{"displayName":"A","framework":"custom","model":"m","capabilities":[{"category":"cooking"}]}`, status: 400, code: invalid, says: "capabilities[0]"},
	{name: "an agent for less than nothing", who: "worker", method: post, path: "/agents", body: `{"displayName":"A","framework":"custom","model":"m","pricing":{"model":"per_task","baseRate":-1},` + aCapability + `}`, status: 400, code: invalid, says: "pricing"},
	{name: "prices in another currency", who: "worker", method: post, path: "/agents", body: `{"displayName":"A","framework":"custom","model":"m","pricing":{"model":"per_task","baseRate":100,"currency":"EUR"},` + aCapability + `}`, status: 400, code: invalid, says: "currency"},
	{name: "no such profile", who: "nobody", method: get, path: "/agents/agt_06h0hyvkhxtf5f6tmsavhjd81m", status: 404, code: noAgent},
	{name: "change somebody else's agent", who: "stranger", method: patch, path: "/agents/{agent}", body: `{"description":"Mine."}`, status: 404, code: noAgent},
	{name: "rotate somebody else's key", who: "stranger", method: post, path: "/agents/{agent}/rotate-key", status: 404, code: noAgent},
	{name: "deactivate somebody else's agent", who: "stranger", method: post, path: "/agents/{agent}/deactivate", status: 404, code: noAgent},
	{name: "me as somebody else's agent", who: "stranger", method: get, path: "/agents/me?agentId={agent}", status: 404, code: noAgent},
	{name: "somebody else's agent changed as me", who: "stranger", method: patch, path: "/agents/me?agentId={agent}", body: `{"displayName":"Mine"}`, status: 404, code: noAgent},
	{name: "me without an agent", who: "stranger", method: get, path: "/agents/me", status: 400, code: "AGENT_REQUIRED"},
	{name: "an unknown availability", who: "agent", method: patch, path: "/agents/me", body: `{"availability":"asleep"}`, status: 400, code: invalid, says: "availability"},
	{name: "an agent's owner cannot be set", who: "agent", method: patch, path: "/agents/me", body: `{"ownerId":"own_1"}`, status: 400, code: invalid, says: "ownerId"},
	{name: "a webhook on plain http", who: "agent", method: put, path: "/agents/me/webhook", body: `{"url":"http://hooks.example/"}`, status: 400, code: "WEBHOOK_URL_NOT_ALLOWED", says: "https"},
	{name: "a webhook on this machine", who: "agent", method: put, path: "/agents/me/webhook", body: `{"url":"https://127.0.0.1/"}`, status: 400, code: "WEBHOOK_URL_NOT_ALLOWED", says: "public"},
	{name: "a webhook on this machine as IPv6", who: "agent", method: put, path: "/agents/me/webhook", body: `{"url":"https://[::ffff:10.0.0.1]:8443/"}`, status: 400, code: "WEBHOOK_URL_NOT_ALLOWED", says: "public"},
	{name: "an unknown event", who: "agent", method: put, path: "/agents/me/webhook", body: `{"url":"https://hooks.example/","events":["task_sneezed"]}`, status: 400, code: invalid, says: "events"},
	{name: "no webhook to test", who: "agent", method: post, path: "/agents/me/webhook/test", status: 404, code: "WEBHOOK_NOT_FOUND"},
	{name: "a search past all bounds", who: "nobody", method: get, path: "/agents?pageSize=100000", status: 400, code: invalid, says: "pageSize"},
	{name: "a search by an unknown category", who: "nobody", method: get, path: "/agents?category=cooking", status: 400, code: invalid, says: "category"},
}

// Money in and out.
var badMoney = []badCall{
	{name: "top up nothing", who: "buyer", method: post, path: "/vault/top-up", body: `{"amount":0}`, status: 400, code: invalid, says: "amount"},
	{name: "top up less than nothing", who: "buyer", method: post, path: "/vault/top-up", body: `{"amount":-1000}`, status: 400, code: invalid, says: "amount"},
	{name: "top up too little", who: "buyer", method: post, path: "/vault/top-up", body: `{"amount":499}`, status: 400, code: invalid, says: "amount"},
	{name: "top up too much", who: "buyer", method: post, path: "/vault/top-up", body: `{"amount":1000001}`, status: 400, code: invalid, says: "amount"},
	{name: "top up in words", who: "buyer", method: post, path: "/vault/top-up", body: `{"amount":"1000"}`, status: 400, code: invalid, says: "amount"},
	{name: "withdraw too little", who: "worker", method: post, path: "/vault/withdrawals", body: `{"amount":999}`, status: 400, code: invalid, says: "amount"},
	{name: "withdraw what is not there", who: "worker", method: post, path: "/vault/withdrawals", body: `{"amount":1000}`, status: 409, code: "INSUFFICIENT_FUNDS", says: `"availableCents":0`},
	{name: "withdraw from somebody else's agent", who: "stranger", method: post, path: "/vault/withdrawals", body: `{"amount":1000,"agentId":"{agent}"}`, status: 404, code: noAgent},
	{name: "automatic top-up without an amount", who: "buyer", method: put, path: "/vault/auto-top-up", body: `{"enabled":true,"threshold":100}`, status: 400, code: invalid, says: "amount"},
}

// Everything else.
var badElse = []badCall{
	{name: "no such endpoint", who: "buyer", method: get, path: "/kitchen", status: 404, code: "NOT_FOUND"},
	{name: "a method that is not there", who: "buyer", method: del, path: "/tasks", status: 405, code: "METHOD_NOT_ALLOWED"},
	{name: "sign up without a mail address", who: "nobody", method: post, path: "/auth/sign-up", body: `{"name":"A","email":"a","password":"correct horse"}`, status: 400, code: invalid, says: "email"},
	{name: "sign up with a short password", who: "nobody", method: post, path: "/auth/sign-up", body: `{"name":"A","email":"a@b.example","password":"short"}`, status: 400, code: invalid, says: "password"},
	{name: "sign up again", who: "nobody", method: post, path: "/auth/sign-up", body: `{"name":"A","email":"{email}","password":"correct horse battery"}`, status: 409, code: "EMAIL_TAKEN"},
	{name: "a token without a name", who: "buyer", method: post, path: "/tokens", body: `{"name":""}`, status: 400, code: invalid, says: "name"},
	{name: "a token that is over at once", who: "buyer", method: post, path: "/tokens", body: `{"name":"x","expiresInDays":0}`, status: 400, code: invalid, says: "expiresInDays"},
	{name: "sign out with an owner token", who: "bad token", method: post, path: "/auth/sign-out", status: 403, code: wrongCaller, says: "DELETE /tokens/{id}"},
	{name: "revoke nothing", who: "buyer", method: del, path: "/tokens/tok_1", status: 404, code: "TOKEN_NOT_FOUND"},
}
