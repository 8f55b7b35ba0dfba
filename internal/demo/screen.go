package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"

	"aicity.dev/aicity/internal/city"
	aicity "aicity.dev/aicity/sdk/go"
)

// Screen prints the demo. On a terminal it also moves: a spinner while
// something runs, a countdown; elsewhere each line is printed once.
type Screen struct {
	out   io.Writer
	live  bool // a terminal that can redraw a line
	width int  // of the terminal, in characters
	clock city.Clock
	mu    sync.Mutex // one line at a time
}

// UsualWidth is how wide a terminal is that does not tell.
const UsualWidth = 80

// widest is where more width would only spread the text.
const widest = 110

// NewScreen prints to out, width characters wide; live says that out is a
// terminal.
func NewScreen(out io.Writer, live bool, width int, clock city.Clock) *Screen {
	return &Screen{out: out, live: live, width: min(width, widest), clock: clock}
}

var (
	accent = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("12"))
	faint  = lipgloss.NewStyle().Faint(true)
	strong = lipgloss.NewStyle().Bold(true)
	good   = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("10"))
)

func money(cents int64) string { return city.Cents(cents).String() }

func (s *Screen) print(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = lipgloss.Fprintln(s.out, text) // colours only where they can be shown
}

// Step begins a part of the demo.
func (s *Screen) Step(title string) { s.print("\n" + accent.Render("▌ "+title)) }

// Fact prints one thing that is now so.
func (s *Screen) Fact(name, text string) {
	s.print(fmt.Sprintf("  %s %s", faint.Render(fmt.Sprintf("%-12s", name)), text))
}

// moment is one event of the task.
type moment struct {
	Type string
	At   time.Time
	Data facts
}

// facts are what an event may carry.
type facts struct {
	QuoteCents int64  `json:"quoteCents"`
	SizeClass  string `json:"sizeClass"`
	Score      *int   `json:"score"`
	Code       string `json:"code"`
}

func parseMoment(e aicity.Event) (moment, error) {
	m := moment{Type: e.Type, At: e.At}
	if err := json.Unmarshal(e.Data, &m.Data); err != nil {
		return m, fmt.Errorf("read event %s: %w", e.Type, err)
	}
	return m, nil
}

// words say what each event means.
var words = map[string]string{
	aicity.EventTaskSubmitted:   "submitted, the budget is held",
	aicity.EventTaskRouting:     "looking for the best agent",
	aicity.EventTaskAssigned:    "assigned",
	aicity.EventTaskProvisioned: "sandbox ready, repository cloned; the code is still sealed",
	aicity.EventTaskExecuting:   "the agent committed and may read the code",
	aicity.EventTaskDelivered:   "delivered, the gate is judging",
	aicity.EventTaskCompleted:   "passed",
	aicity.EventTaskFailed:      "failed",
	aicity.EventTaskReleased:    "earnings released",
}

// Moment prints an event with how long the step before took.
func (s *Screen) Moment(m moment, since, step time.Duration) {
	text, ok := words[m.Type]
	if !ok {
		text = strings.TrimPrefix(m.Type, "task.")
	}
	if m.Data.QuoteCents > 0 {
		text += ", quoted " + money(m.Data.QuoteCents)
	}
	if m.Data.SizeClass != "" {
		text += ", size " + m.Data.SizeClass
	}
	if m.Data.Score != nil {
		text += fmt.Sprintf(" with %d of 100", *m.Data.Score)
	}
	if m.Data.Code != "" {
		text += ": " + m.Data.Code
	}
	s.print(fmt.Sprintf("  %s %s %s", faint.Render(fmt.Sprintf("%7.2fs", since.Seconds())), text,
		faint.Render("+"+step.Round(time.Millisecond).String())))
}

// shownLines bounds how much of a deliverable the terminal shows; the page has all.
const shownLines = 34

// Deliverable prints the beginning of the agent's work.
func (s *Screen) Deliverable(o *aicity.Deliverable) {
	lines := strings.Split(strings.TrimSpace(o.Result), "\n")
	rest := len(lines) - shownLines
	if rest > 0 {
		lines = lines[:shownLines]
	}
	s.Step(fmt.Sprintf("The deliverable (%d findings)", len(o.Findings)))
	for _, line := range lines {
		line = cut(line, s.width-4)
		if strings.HasPrefix(line, "#") {
			line = strong.Render(line)
		}
		s.print("  " + faint.Render("│ ") + line)
	}
	if rest > 0 {
		s.print("  " + faint.Render(fmt.Sprintf("│ … %d more lines on the task's page", rest)))
	}
}

// cut is the beginning of a line that fits.
func cut(line string, width int) string {
	runes := []rune(line)
	if len(runes) <= width {
		return line
	}
	return string(runes[:max(0, width-1)]) + "…"
}

// Gate prints the quality gate's report: what gave points or took them, and how
// many checks did neither.
func (s *Screen) Gate(g *aicity.GateReport) {
	rows := make([]Row, 0, len(g.Signals))
	for _, signal := range g.Signals {
		if signal.Quiet() {
			continue
		}
		points := fmt.Sprintf("%.1f", signal.Points)
		if signal.Max > 0 {
			points += fmt.Sprintf(" of %.0f", signal.Max)
		}
		if signal.Cap != nil {
			points += fmt.Sprintf(", at most %d", *signal.Cap)
		}
		rows = append(rows, Row{signal.Name, points, signal.Reason})
	}
	found := 0
	for _, r := range g.References {
		if r.Status == "exists" {
			found++
		}
	}
	s.Table("The gate: "+good.Render(fmt.Sprintf("%d of 100, %s", g.Score, g.Verdict)), Row{"signal", "points", "why"}, rows)
	s.Fact("also checked", fmt.Sprintf("%d other things, such as invented references, without effect", len(g.Signals)-len(rows)))
	s.Fact("references", fmt.Sprintf("%d of %d checked references exist in the repository", found, len(g.References)))
}

// Table prints rows under a title.
func (s *Screen) Table(title string, head Row, rows []Row) {
	s.Step(title)
	t := table.New().Headers(head...).Border(lipgloss.RoundedBorder()).BorderStyle(faint).
		StyleFunc(func(row, column int) lipgloss.Style {
			style := lipgloss.NewStyle().Padding(0, 1)
			if slices.Contains(figures, head[column]) {
				style = style.Align(lipgloss.Right)
			}
			if row == table.HeaderRow {
				return style.Faint(true)
			}
			return style
		})
	for _, row := range rows {
		t.Row(row...)
	}
	text := t.Render()
	if lipgloss.Width(text) > s.width {
		text = t.Width(s.width).Render()
	}
	s.print(text)
}

// figures are the columns whose digits stand below each other.
var figures = []string{"points", "amount", "balance"}

// Activity is something that goes on until Stop.
type Activity struct {
	screen *Screen
	text   func() string
	stop   chan struct{}
	once   sync.Once
	done   sync.WaitGroup
	mu     sync.Mutex // redraw or speak, not both
}

// Wait shows that something runs.
func (s *Screen) Wait(text string) *Activity {
	began := s.clock.Now()
	return s.activity(func() string { return fmt.Sprintf("%s … %.0fs", text, s.clock.Now().Sub(began).Seconds()) })
}

// Countdown shows the time until end.
func (s *Screen) Countdown(text string, end time.Time) *Activity {
	return s.activity(func() string { return fmt.Sprintf("%s %.1fs", text, max(0, end.Sub(s.clock.Now()).Seconds())) })
}

const redraw = 100 * time.Millisecond

func (s *Screen) activity(text func() string) *Activity {
	a := &Activity{screen: s, text: text, stop: make(chan struct{})}
	if !s.live {
		return a
	}
	a.done.Go(func() {
		ticker := time.NewTicker(redraw)
		defer ticker.Stop()
		for frame := 0; ; frame++ {
			a.draw("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", frame)
			select {
			case <-a.stop:
				return
			case <-ticker.C:
			}
		}
	})
	return a
}

func (a *Activity) draw(frames string, frame int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	runes := []rune(frames)
	_, _ = lipgloss.Fprint(a.screen.out, "\r\x1b[K  "+accent.Render(string(runes[frame%len(runes)]))+" "+faint.Render(a.text()))
}

// Say prints lines while the activity goes on.
func (a *Activity) Say(print func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.screen.live {
		_, _ = fmt.Fprint(a.screen.out, "\r\x1b[K")
	}
	print()
}

// Stop ends the activity and clears its line.
func (a *Activity) Stop() {
	a.once.Do(func() {
		close(a.stop)
		a.done.Wait()
		if a.screen.live {
			_, _ = fmt.Fprint(a.screen.out, "\r\x1b[K")
		}
	})
}
