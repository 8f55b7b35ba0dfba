package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// visitor is a browser without JavaScript.
type visitor struct {
	t    *testing.T
	base string
	http *http.Client
}

func newVisitor(t *testing.T, base string, who *apptest.Person) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if who != nil {
		at, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		jar.SetCookies(at, []*http.Cookie{{Name: "aicity_session", Value: who.Token, Path: "/"}})
	}
	return &visitor{t: t, base: base, http: &http.Client{Jar: jar}}
}

type answer struct {
	status int
	path   string // after redirects
	header http.Header
	body   string
}

func (v *visitor) do(r *http.Request) answer {
	v.t.Helper()
	resp, err := v.http.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Request.URL.RequestURI(), resp.Header, string(body)}
}

func (v *visitor) request(method, path string, values url.Values) *http.Request {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.base)
	}
	return r
}

func (v *visitor) get(path string) answer {
	v.t.Helper()
	return v.do(v.request(http.MethodGet, path, nil))
}

func (v *visitor) post(path string, values url.Values) answer {
	v.t.Helper()
	return v.do(v.request(http.MethodPost, path, values))
}

// sure is what a page that asks adds to a form.
var sure = url.Values{"confirmed": {"yes"}}

// want fails unless the answer has the status and shows every text.
func (a answer) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: status %d, want %d", a.path, a.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s does not show %q", a.path, text)
		}
	}
}

// never fails when the answer holds one of the texts.
func (a answer) never(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			t.Errorf("%s holds %q", a.path, text)
		}
	}
}

// A person comes to a finished order with forms alone.
func TestFromSignUpToAnOrder(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	s.Agent(t, "research")
	v := newVisitor(t, s.URL, nil)

	account := url.Values{"name": {"Ada"}, "email": {"no-address"}, "password": {"correct horse battery"}}
	v.post("/sign-up", account).want(t, http.StatusUnprocessableEntity, `value="no-address"`, `aria-invalid="true"`)
	v.post("/sign-up", account).never(t, "correct horse battery")
	account.Set("email", "ada@people.example")
	v.post("/sign-up", account).want(t, http.StatusOK, "Welcome to the city, Ada.")

	v.post("/wallet/top-up", url.Values{"amount": {"1"}, "key": {"k1"}}).want(t, http.StatusUnprocessableEntity, `value="1"`)
	v.post("/wallet/top-up", url.Values{"amount": {"20"}, "key": {"k2"}}).want(t, http.StatusOK, "You have $20.00 in credits", "no real money")
	v.post("/wallet/top-up", url.Values{"amount": {"20"}, "key": {"k2"}}).want(t, http.StatusOK, "You have $20.00 in credits")

	order := url.Values{"taskType": {"research"}, "source": {"none"}, "maxBudget": {"5"}, "description": {question}, "key": {"k3"}, "deadlineMinutes": {"1"}}
	v.post("/tasks/new", order).want(t, http.StatusUnprocessableEntity, "Compare write-ahead logging", `value="1"`)
	order.Set("deadlineMinutes", "soon")
	v.post("/tasks/new", order).want(t, http.StatusUnprocessableEntity, "must be between 5 and 240", `value="soon"`)
	order.Set("deadlineMinutes", "30")
	order["criteria"], order["commands"], order["paths"] = []string{"names both journals"}, []string{"go vet ./...\n"}, []string{"docs/**\r\nsrc/*.go"}
	task := v.post("/tasks/new", order)
	task.want(t, http.StatusOK, "waiting for the agent", "Why this agent", "names both journals", "go vet ./...", "docs/**, src/*.go")
	v.post(task.path+"/feedback", url.Values{"thumbs": {"up"}}).want(t, http.StatusUnprocessableEntity, "feedback is for completed work")
	v.post(task.path+"/cancel", nil).want(t, http.StatusOK, "Cancel this task?", "$5.00")
	v.post(task.path+"/cancel", sure).want(t, http.StatusOK, "the budget is back")
	v.post(task.path+"/cancel", nil).want(t, http.StatusOK, "cancelled")
	v.get("/wallet").want(t, http.StatusOK, "$20.00", "Budget returned")
	v.post("/wallet/limits", url.Values{"limit_task": {"-4"}}).want(t, http.StatusUnprocessableEntity, `name="limit_task" type="text" value="-4"`)
	v.post("/wallet/limits", url.Values{"limit_task": {""}, "limit_approve": {"4"}}).want(t, http.StatusOK, "Your limits hold", `name="limit_approve" type="text" value="4.00"`)
	v.get("/wallet/balances").want(t, http.StatusOK, "Balances at a time", "Your credits", "$20.00")
	v.get("/wallet/balances?at=2020-02-01").want(t, http.StatusOK, "1 February 2020, 00:00:00 UTC", "$0.00")
	v.get("/wallet/balances?at=never").want(t, http.StatusUnprocessableEntity, `value="never"`, "must be a day like")
	v.get("/wallet/statement").want(t, http.StatusOK, "Statement for", "Budget returned", "Download CSV")
	v.get("/wallet/statement?month=2020-02").want(t, http.StatusOK, "February 2020", "None in this month", "Month after")
	v.get("/wallet/statement.csv?month=2020-02").want(t, http.StatusOK, "2020-02-01T00:00:00Z,opening,,,0,USD,")
	order.Set("key", "k4")
	task = v.post("/tasks/new", order)
	task.want(t, http.StatusOK, "waits for your word", "Approve")
	v.post(task.path+"/approve", nil).want(t, http.StatusOK, "Approved.", "waiting for the agent")
	v.post("/wallet/auto-top-up", url.Values{"auto_enabled": {"yes"}, "auto_threshold": {"3"}, "auto_amount": {"1"}}).
		want(t, http.StatusUnprocessableEntity, `name="auto_amount" type="text" value="1"`)
	v.post("/wallet/auto-top-up", url.Values{"auto_enabled": {"yes"}, "auto_threshold": {"3"}, "auto_amount": {"25"}, "auto_cap": {"50"}}).
		want(t, http.StatusOK, "When your free credits fall under $3.00, $25.00 are added.", `name="auto_cap" type="text" value="50.00"`)
}

// What is found is counted, and what is no filter is said to be none.
// Without the variable the SDK would send the token of this city to another.
func TestTheGuideNamesThisCity(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	guide := newVisitor(t, s.URL, nil).get("/docs/guide")
	guide.want(t, 200, `export AICITY_BASE_URL="`+s.URL+`"`, "make sdk")
	guide.never(t, "Here the fee is")
}

// What a city keeps, and for how long money can be taken back, is its own: the
// landing page says it, and the guide where its text tells of something else.
func TestPagesTellTheCitysTerms(t *testing.T) {
	t.Parallel()
	for fee, charged := range map[int]string{15: "Charged, 15 % fee, the rest", 20: "Charged, 20 % fee, the rest", 0: "Charged, no fee, all of it"} {
		s := apptest.Start(t, apptest.RefundWindow(90*time.Minute), func(c *config.Config) { c.FeePercent = fee })
		v := newVisitor(t, s.URL, nil)
		v.get("/").want(t, http.StatusOK, charged+" in escrow until your refund window of 1 h 30 min closes.")
		v.get("/docs/guide").want(t, http.StatusOK, fmt.Sprintf("Here the fee is <strong>%d %%</strong>, and earnings are held for <strong>1 h 30 min</strong>", fee))
	}
}

// One is not called several.
func TestAnAgentThatDoesOneTaskAtOnce(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	agent, one := s.Agent(t, "research"), 1
	if _, err := agent.Agents.Update(t.Context(), aicity.UpdateAgent{MaxConcurrentTasks: &one}); err != nil {
		t.Fatal(err)
	}
	newVisitor(t, s.URL, nil).get("/agents/"+agent.ID).want(t, http.StatusOK, `<dd class="num">1 task</dd>`)
}

// What is refused without a form before one is a sentence.
func TestForeignCursorsAreRefusedInASentence(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	for _, path := range []string{"/tasks?cursor=zz", "/wallet/receipts?cursor=zz"} {
		newVisitor(t, s.URL, s.Buyer(t, 1_000)).get(path).want(t, http.StatusBadRequest, "The cursor must be one that this list gave.")
	}
}

func TestExploreSaysWhatItFound(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v := newVisitor(t, s.URL, nil)
	v.get("/explore").want(t, http.StatusOK, "No agent yet", "0 agents in the city")
	s.Agent(t, "research")
	s.Agent(t, "design")
	v.get("/explore").want(t, http.StatusOK, "2 agents in the city")
	v.get("/explore?category=design&q=").want(t, http.StatusOK, "1 agent fits")
	v.get("/explore?category=devops").want(t, http.StatusOK, "0 agents fit", "No agent fits")
	for _, wrong := range []string{"minScore=many", "minScore=1001", "maxPrice=cheap", "maxPrice=-1", "category=cooking", "availability=asleep", "sort=luck"} {
		got := v.get("/explore?" + wrong)
		got.want(t, http.StatusOK, `role="alert"`)
		got.never(t, "No agent", "agents fit")
	}
}

// The owner of the assigned agent sees what the agent sees, strangers nothing.
func TestTaskOfOthers(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	worker, buyer, stranger := s.Agent(t, "code_review"), s.Buyer(t, 1000), s.SignUp(t, "stranger")
	const secret = "func sealedCodeOfTheBuyer() {}"
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "code_review", MaxBudget: 700, Input: aicity.TaskInput{Description: "Review this function for errors.", Code: secret},
	})
	if err != nil {
		t.Fatal(err)
	}
	owner, other := newVisitor(t, s.URL, worker.Owner), newVisitor(t, s.URL, stranger)
	page := owner.get("/tasks/" + order.ID)
	page.want(t, http.StatusOK, "Review this function for errors.", "sealed")
	page.never(t, "sealedCodeOfTheBuyer", "Why this agent", "Cancel and return")
	for _, path := range []string{"/fragment", "/live", "/patch"} {
		owner.get("/tasks/"+order.ID+path).want(t, http.StatusNotFound)
	}
	owner.post("/tasks/"+order.ID+"/cancel", nil).want(t, http.StatusNotFound)
	owner.post("/tasks/"+order.ID+"/feedback", url.Values{"thumbs": {"up"}}).want(t, http.StatusNotFound)
	other.get("/tasks/"+order.ID).want(t, http.StatusNotFound)
	other.get("/agents/"+worker.ID+"/edit").want(t, http.StatusNotFound)
	other.post("/agents/"+worker.ID+"/rotate-key", nil).want(t, http.StatusNotFound)
	other.get("/wallet/statement?agent="+worker.ID).want(t, http.StatusNotFound)
	other.get("/wallet/statement.csv?agent="+worker.ID).want(t, http.StatusNotFound)
}

func TestForeignFormsAreRefused(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v := newVisitor(t, s.URL, s.SignUp(t, "owner"))
	r := v.request(http.MethodPost, "/settings/tokens", url.Values{"name": {"stolen"}})
	r.Header.Set("Origin", "https://elsewhere.example")
	v.do(r).want(t, http.StatusForbidden, "another site")
	v.get("/settings/developer").never(t, "stolen")
}

func TestStrangersAreAskedToSignIn(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	person := s.SignUp(t, "owner")
	for _, path := range []string{"/dashboard", "/tasks", "/tasks/new", "/wallet", "/settings/developer", "/settings/profile", "/agents/new"} {
		if got := newVisitor(t, s.URL, nil).get(path).path; got != "/sign-in?next="+url.QueryEscape(path) {
			t.Errorf("%s leads to %s", path, got)
		}
	}
	for next, want := range map[string]string{
		"/wallet": "/wallet", "//evil.example": "/dashboard", `/\evil.example`: "/dashboard", "https://evil.example/": "/dashboard", "": "/dashboard",
	} {
		v := newVisitor(t, s.URL, nil)
		got := v.post("/sign-in", url.Values{"email": {person.Email}, "password": {person.Password}, "next": {next}})
		if got.path != want || got.status != http.StatusOK {
			t.Errorf("after signing in, %q leads to %s (%d), want %s", next, got.path, got.status, want)
		}
	}
}

func TestSessionCookieAndHeaders(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	person := s.SignUp(t, "owner")
	v := newVisitor(t, s.URL, nil)
	v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	in := v.post("/sign-in", url.Values{"email": {person.Email}, "password": {person.Password}})
	if cookie := in.header.Get("Set-Cookie"); !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("session cookie %q", cookie)
	}
	v.post("/sign-in", url.Values{"email": {person.Email}, "password": {"wrong password here"}}).never(t, "wrong password here")
	page := v.get("/")
	policy := page.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("policy %q lacks %q", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") || page.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", page.header)
	}
	_, rest, _ := strings.Cut(page.body, `href="/static/app.`)
	name, _, _ := strings.Cut(rest, `"`)
	if got := v.get("/static/app." + name).header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("style sheet is cached as %q", got)
	}
}

// A task's page needs no events: when they are no longer kept, it shows what the
// task itself remembers.
func TestOldTaskWithoutEvents(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	buyer := s.Buyer(t, 1000)
	s.Agent(t, "research")
	wanted := aicity.SubmitTask{TaskType: "research", MaxBudget: 500, Input: aicity.TaskInput{Description: question}}
	order, err := buyer.Tasks.Submit(t.Context(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := buyer.Tasks.Cancel(t.Context(), order.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := buyer.Tasks.Submit(t.Context(), wanted); err != nil { // the newest event of all stays
		t.Fatal(err)
	}
	if err := s.App.Events.Prune(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, s.URL, buyer)
	v.get("/tasks/"+order.ID).want(t, http.StatusOK, "Ordered, the budget is held", "Ended: cancelled")
}

// A form that comes after the session has ended does nothing, and says so.
func TestFormAfterTheSession(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v := newVisitor(t, s.URL, nil)
	r := v.request(http.MethodPost, "/settings/tokens", url.Values{"name": {"deploy"}})
	r.Header.Set("Referer", s.URL+"/settings/developer")
	got := v.do(r)
	got.want(t, http.StatusOK, "Your session has ended and nothing was done", `name="next" value="/settings/developer"`)
	if got.header.Get("X-Request-Id") == "" {
		t.Errorf("headers %v", got.header)
	}
	r.Header.Set("Referer", "https://elsewhere.example/settings")
	r.Body = http.NoBody
	v.do(r).never(t, "elsewhere")
}

// An owner sets an agent's webhook up, and sees what was sent.
func TestWebhookPage(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	agent := s.Agent(t, "research")
	v, at := newVisitor(t, s.URL, agent.Owner), "/agents/"+agent.ID+"/webhook"
	v.get(at).want(t, http.StatusOK, "Where messages go", "task_assigned")
	v.post(at, url.Values{"url": {"ftp://x.example"}, "event": {"task_assigned"}}).want(t, http.StatusUnprocessableEntity, "https://", `value="ftp://x.example"`)
	v.post(at, url.Values{"url": {"http://127.0.0.1:1/hook"}}).want(t, http.StatusUnprocessableEntity, "name at least one")
	v.post(at, url.Values{"url": {"http://127.0.0.1:1/hook"}, "event": {"task_assigned"}}).want(t, http.StatusOK, "Copy the signing secret now", "whsec_", "Nothing was sent yet")
	v.get(at).never(t, "whsec_")
	v.post(at, url.Values{"url": {"http://127.0.0.1:1/other"}, "event": {"task_assigned", "task_failed"}}).want(t, http.StatusOK, "Saved.", "127.0.0.1:1/other")
	page := v.post(at+"/test", nil)
	page.want(t, http.StatusOK, "A test message is on its way", "Send again: test")
	_, rest, _ := strings.Cut(page.body, at+"/deliveries/")
	id, _, _ := strings.Cut(rest, "/")
	v.post(at+"/deliveries/"+id+"/redeliver", nil).want(t, http.StatusOK, "on its way again")
	v.post(at+"/rotate-secret", sure).want(t, http.StatusOK, "whsec_")
	stranger := newVisitor(t, s.URL, s.SignUp(t, "stranger"))
	stranger.get(at).want(t, http.StatusNotFound)
	stranger.post(at+"/delete", nil).want(t, http.StatusNotFound)
	v.post(at+"/delete", sure).want(t, http.StatusOK, "Nothing is sent any more")
	v.post(at+"/test", nil).want(t, http.StatusNotFound)
}

// An owner changes name and password; without mail the operator is named.
func TestProfileAndForgottenPassword(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	person := s.SignUp(t, "owner")
	v := newVisitor(t, s.URL, person)
	v.get("/settings/profile").want(t, http.StatusOK, `value="owner"`, person.Email)
	v.post("/settings/profile", url.Values{"name": {" "}}).want(t, http.StatusUnprocessableEntity, "must have 1 to 100 characters")
	v.post("/settings/profile", url.Values{"name": {"Ada <b>"}}).want(t, http.StatusOK, "Your name is changed.", `value="Ada &lt;b&gt;"`)
	const another = "another battery staple"
	v.post("/settings/password", url.Values{"current": {"wrong password"}, "new": {another}}).want(t, http.StatusUnprocessableEntity, "Email or password is wrong", `value="Ada`)
	v.post("/settings/password", url.Values{"current": {person.Password}, "new": {another}}).want(t, http.StatusOK, "Your password is changed")
	if _, err := s.SignIn(t, person.Email, another); err != nil {
		t.Error(err)
	}
	stranger := newVisitor(t, s.URL, nil)
	stranger.get("/sign-in").want(t, http.StatusOK, "/forgot-password")
	stranger.get("/forgot-password").want(t, http.StatusOK, "admin reset-password")
	stranger.post("/forgot-password", url.Values{"email": {person.Email}}).want(t, http.StatusUnprocessableEntity, "sends no mail")
	stranger.post("/reset-password", url.Values{"token": {"x"}, "new": {another}}).want(t, http.StatusUnprocessableEntity, "not a valid link", `value="x"`)
}

// Pages are limited for each visitor like calls of the API; what they are made of is not.
func TestPagesAreLimited(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, func(c *config.Config) { c.RequestsPerSecond = 1 })
	person := s.SignUp(t, "owner")
	stranger := newVisitor(t, s.URL, nil)
	var last answer
	for range 20 {
		last = stranger.get("/explore")
	}
	last.want(t, http.StatusTooManyRequests, "Try again in", "/static/app.")
	if last.header.Get("Retry-After") == "" {
		t.Errorf("headers %v", last.header)
	}
	_, rest, _ := strings.Cut(last.body, `href="/static/app.`)
	name, _, _ := strings.Cut(rest, `"`)
	stranger.get("/static/app."+name).want(t, http.StatusOK)
	newVisitor(t, s.URL, person).get("/dashboard").want(t, http.StatusOK)
}

// What others write never becomes markup of ours.
func TestHostileTextAndOpinions(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	worker, buyer := s.Agent(t, "research"), s.Buyer(t, 1000)
	const evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "research", MaxBudget: 700, Acceptance: &aicity.Acceptance{Criteria: []string{"Compares the two" + evil}},
		Input: aicity.TaskInput{Description: question + evil}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := worker.Tasks.Executing(t.Context(), order.ID, ""); err != nil {
		t.Fatal(err)
	}
	output := aicity.Output{Result: research + evil + "\n[run](javascript:alert(3))\n\nturned &#x202e;round", Findings: []aicity.Finding{{File: evil, Severity: "high", Claim: evil, Evidence: evil, Fix: evil}}}
	if _, err := worker.Tasks.Complete(t.Context(), order.ID, aicity.Completion{Output: output}); err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, s.URL, buyer)
	page := v.get("/tasks/" + order.ID)
	page.want(t, http.StatusOK, "Recommendation", "&lt;script&gt;alert(1)")
	page.never(t, "<script>alert", "<img", `href="javascript:`, "\u202e", "&#x202e;", "&#8238;")

	// A refused opinion stays in its form, an accepted one refunds.
	opinion := url.Values{"thumbs": {"down"}, "reason": {"other"}, "comment": {""}, "criterion": {"1"}}
	v.post("/tasks/"+order.ID+"/feedback", opinion).want(t, http.StatusUnprocessableEntity, "say why", `<option value="other" selected>`)
	opinion.Set("comment", evil)
	refunded := v.post("/tasks/"+order.ID+"/feedback", opinion)
	refunded.want(t, http.StatusOK, "the whole charge is back")
	owner := newVisitor(t, s.URL, worker.Owner)
	page = owner.get("/tasks/" + order.ID)
	page.want(t, http.StatusOK, "What your agent handed in", "Recommendation", "&lt;script&gt;alert(1)")
	page.never(t, "<script>alert", "<img", `href="javascript:`)

	// The agent's month, for its owner.
	owner.get("/wallet").want(t, http.StatusOK, "/wallet/statement?agent="+worker.ID)
	owner.get("/wallet/statement?agent="+worker.ID).want(t, http.StatusOK, "Earnings of ", order.ID, ".csv?agent="+worker.ID)
	owner.get("/wallet/statement.csv?agent="+worker.ID).want(t, http.StatusOK, ",earn,"+order.ID, ",reverse,"+order.ID)
}
