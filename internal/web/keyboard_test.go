package web_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// keyboard is a browser that is used with keys alone.
type keyboard struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // the tab is what it types into
	base string
}

func newKeyboard(t *testing.T, base string) *keyboard {
	t.Helper()
	ctx, cancel := context.WithTimeout(newBrowser(t), 3*pageTimeout)
	t.Cleanup(cancel)
	// Without a window a page that was just loaded has no focus to show.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	return &keyboard{t: t, ctx: ctx, base: base}
}

func (k *keyboard) do(steps ...chromedp.Action[chromedp.Void]) {
	k.t.Helper()
	if err := chromedp.Do(k.ctx, steps...); err != nil {
		k.t.Fatal(err)
	}
}

// open types an address.
func (k *keyboard) open(path, shows string) {
	k.t.Helper()
	k.do(chromedp.Navigate(k.base + path))
	k.sees(shows)
}

// sees waits until the page says so.
func (k *keyboard) sees(text string) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.ctx, pageTimeout/2)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.WaitVisible(`//body//*[contains(normalize-space(.), "`+text+`")][not(*)] | //main//*[contains(text(), "`+text+`")]`)); err != nil {
		page, _ := chromedp.Run(k.ctx, chromedp.Evaluate[string](`location.pathname + "\n" + document.querySelector("main").innerText`))
		k.t.Fatalf("the page does not say %q: %v\n%s", text, err, page)
	}
}

// focus is where the keys go.
type focus struct {
	Name    string // as it is read out
	Hint    string // what describes it
	Invalid bool
	Shown   bool // whether the focus can be seen
	Order   bool // whether nothing has put itself before others
}

const focusScript = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body) return JSON.stringify({Shown: true, Order: true});
	const label = e.labels && e.labels[0];
	const style = getComputedStyle(e), box = e.getBoundingClientRect();
	const hint = document.getElementById(e.getAttribute("aria-describedby"));
	return JSON.stringify({
		Name: (e.getAttribute("aria-label") || (label ? label.innerText : e.innerText) || "").trim().replace(/\s+/g, " "),
		Hint: hint ? hint.innerText : "", Invalid: e.getAttribute("aria-invalid") === "true",
		Shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
		Order: ![...document.querySelectorAll("[tabindex]")].some((x) => x.tabIndex > 0),
	});
})()`

func (k *keyboard) at() focus {
	k.t.Helper()
	said, err := chromedp.Run(k.ctx, chromedp.Evaluate[string](focusScript))
	if err != nil {
		k.t.Fatal(err)
	}
	var f focus
	if err := json.Unmarshal([]byte(said), &f); err != nil {
		k.t.Fatal(err)
	}
	return f
}

// focused waits until the browser has put the focus where a page that was just shown
// asks for it.
func (k *keyboard) focused() focus {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.ctx, pageTimeout/2)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if f := k.at(); f.Name != "" {
			return f
		}
		select {
		case <-ctx.Done():
			return k.at()
		case <-again.C:
		}
	}
}

// farthest is more than any page has to be tabbed through.
const farthest = 80

// to goes forwards with Tab until the field, button or link has the focus.
// Whatever is passed shows that it has it.
func (k *keyboard) to(name string) {
	k.t.Helper()
	var passed []string
	for range farthest {
		k.do(chromedp.KeyEvent(kb.Tab))
		f := k.at()
		if !f.Shown || !f.Order {
			k.t.Errorf("on the way to %q the focus is not seen, or out of order: %+v", name, f)
		}
		if f.Name == name || strings.HasPrefix(f.Name, name) {
			return
		}
		passed = append(passed, f.Name)
	}
	k.t.Fatalf("no way to %q past %q", name, passed)
}

func (k *keyboard) keys(text string) { k.t.Helper(); k.do(chromedp.KeyEvent(text)) }

// fill goes to a field and types.
func (k *keyboard) fill(name, text string) { k.t.Helper(); k.to(name); k.keys(text) }

// press goes to a button, link or box and presses a key on it.
func (k *keyboard) press(name, key string) { k.t.Helper(); k.to(name); k.keys(key) }

// refused waits for the summary and fails unless the focus is on the first field
// that is wrong, and says why.
func (k *keyboard) refused(field, why string) {
	k.t.Helper()
	k.sees("another look")
	if f := k.focused(); f.Name != field || !f.Invalid || !strings.Contains(f.Hint, why) || !f.Shown {
		k.t.Errorf("after the refusal the focus is on %+v, want %q, because %q", f, field, why)
	}
}

const space = " "

// A person without a mouse does everything that matters.
func TestWithTheKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	s := apptest.Start(t, apptest.RefundWindow(time.Millisecond))
	worker := s.Agent(t, "research")
	if _, err := worker.Agents.Update(t.Context(), aicity.UpdateAgent{Pricing: aicity.PerTask(1500)}); err != nil {
		t.Fatal(err)
	}
	k := newKeyboard(t, s.URL)

	k.open("/", "Hand work to agents")
	k.press("Skip to content", kb.Enter)
	k.press("Submit a task", kb.Enter) // a stranger is asked to sign in
	k.sees("Forgot your password?")
	k.press("Sign up", kb.Enter)
	k.sees("One account buys work")
	for _, mail := range []string{worker.Owner.Email, "ada@people.example"} {
		k.open("/sign-up", "One account buys work")
		k.fill("Name", "Ada")
		k.fill("Mail address", mail)
		k.fill("Password", password)
		k.press("Create account", space)
		if mail == worker.Owner.Email {
			k.sees("An account with this email address exists")
			if f := k.focused(); !strings.Contains(f.Name, "An account with this email address exists") {
				t.Errorf("the focus is on %+v, not on what is wrong", f)
			}
		}
	}
	k.sees("Welcome to the city, Ada.")
	k.press("Sign out", kb.Enter)
	k.sees("Hand work to agents")
	k.open("/sign-in", "Forgot your password?")
	k.fill("Mail address", "ada@people.example")
	k.fill("Password", "wrong password")
	k.keys(kb.Enter)
	k.sees("Email or password is wrong")
	k.fill("Password", password)
	k.keys(kb.Enter)
	k.sees("Good to see you, Ada")

	k.press("Settings", kb.Enter)
	k.sees("A token lets your scripts act as you")
	k.fill("Name", "deploy")
	k.fill("Expires", "in 30")
	k.press("Create Token", space)
	k.sees("shown only this once")
	k.press("Revoke deploy", space)
	k.sees("Revoke deploy?")
	k.press("Revoke the token", kb.Enter)
	k.sees("The token no longer works.")
	k.press("on this site", kb.Enter)
	k.sees("Kinds of work it takes")
	k.fill("Name", "Reader")
	k.fill("Model", "claude-sonnet-4-6")
	k.press("Research", space)
	k.fill("Price of a small task ($)", "0.10")
	k.press("Register", kb.Enter)
	k.refused("Price of a small task ($)", "between $0.50")
	k.keys(kb.End + kb.Backspace + kb.Backspace + kb.Backspace + kb.Backspace + "12")
	k.press("Register", kb.Enter)
	k.sees("Save this API key")
	k.fill("Description", "Reads papers.")
	k.press("Save", kb.Enter)
	k.sees("Saved.")

	k.open("/wallet", "Limits")
	k.fill("Amount ($)", "1")
	k.press("Add credits", kb.Enter)
	k.refused("Amount ($)", "must be $5.00")
	k.keys(kb.End + "00")
	k.press("Add credits", kb.Enter)
	k.sees("You have $100.00 in credits")
	k.press("Limits", kb.Enter)
	k.fill("For a day ($)", "60")
	k.press("Save", space)
	k.sees("Your limits hold from now on.")

	k.open("/tasks/new", "Submit a task")
	k.fill("Kind of work", "Research")
	k.to("Budget at most ($)")
	k.keys("20")
	k.to("What should be done")
	k.press("Submit and hold", kb.Enter) // the browser asks for what is missing
	if f := k.at(); f.Name != "What should be done" {
		t.Errorf("the focus is on %+v, not on the field that is missing", f)
	}
	k.keys(question)
	k.press("None", space)
	k.press("Submit and hold", kb.Enter)
	k.sees("waiting for the agent")
	order := strings.TrimPrefix(k.path(), "/tasks/")
	if _, err := worker.Tasks.Executing(t.Context(), order, ""); err != nil {
		t.Fatal(err)
	}
	if done, err := worker.Tasks.Complete(t.Context(), order, aicity.Completion{Output: aicity.Output{Result: apptest.Research}}); err != nil || done.Status != aicity.TaskCompleted {
		t.Fatalf("%+v, %v", done, err)
	}
	k.sees("Window closed, the agent is paid")
	k.press("Not content", kb.Enter)
	k.fill("Reason", "Other")
	k.press("Thumbs down", space)
	k.refused("Comment", "say why")
	k.keys("I expected benchmarks.")
	k.press("Thumbs down", space)
	k.sees("You said thumbs down.")

	if err := signIn(k.ctx, s.URL, worker.Owner); err != nil {
		t.Fatal(err)
	}
	k.open("/wallet", "At least $10.00")
	k.to("From")
	k.fill("Amount ($)", "9")
	k.keys(kb.Enter)
	k.sees("Withdraw $9.00?")
	k.press("Withdraw", space)
	k.refused("Amount ($)", "must be at least $10.00")
	k.keys(kb.End + kb.Backspace + "10")
	k.keys(kb.Enter)
	k.sees("Withdraw $10.00?")
	k.press("Withdraw", space)
	k.sees("The payout is on its way.")
}

func (k *keyboard) path() string {
	k.t.Helper()
	path, err := chromedp.Run(k.ctx, chromedp.Evaluate[string](`location.pathname`))
	if err != nil {
		k.t.Fatal(err)
	}
	return path
}

// A file is chosen and sent in a browser; what is too large is refused before it
// is sent, and by the city when the browser did not.
func TestUploadInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	s := apptest.Start(t)
	s.Agent(t, "code_review")
	k := newKeyboard(t, s.URL)
	if err := signIn(k.ctx, s.URL, s.Buyer(t, 10_000)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	small, large := filepath.Join(dir, "shop.zip"), filepath.Join(dir, "large.zip")
	if err := os.WriteFile(small, workTree(t, map[string]string{"main.go": "package main\n"}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, append([]byte("PK\x03\x04"), make([]byte, 60<<20)...), 0o600); err != nil {
		t.Fatal(err)
	}
	k.open("/tasks/new", "Submit a task")
	k.fill("What should be done", review)
	k.press("None", kb.ArrowDown+kb.ArrowDown)
	k.do(chromedp.SetUploadFiles(`#archive`, []string{large}))
	k.press("Submit and hold", kb.Enter)
	if said := k.script(`document.getElementById("archive").validationMessage`); !strings.Contains(said, "at most 50 MiB") {
		t.Errorf("the browser says %q of a file that is too large", said)
	}
	k.script(`document.getElementById("archive").setCustomValidity(""), ""`) // as without a script
	k.press("Submit and hold", kb.Enter)
	k.refused("File", "larger than 50 MiB")
	k.do(chromedp.SetUploadFiles(`#archive`, []string{small}))
	k.press("Submit and hold", kb.Enter)
	k.sees("waiting for the agent")
	k.sees("uploaded archive")
}

func (k *keyboard) script(text string) string {
	k.t.Helper()
	said, err := chromedp.Run(k.ctx, chromedp.Evaluate[string](text))
	if err != nil {
		k.t.Fatal(err)
	}
	return said
}
