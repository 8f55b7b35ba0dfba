package patch

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// scanner splits a text into the sections of files and these into hunks, and
// counts the hunks' lines anew.
type scanner struct {
	lines []string
	prose bool
}

// section is what a text says about one file.
type section struct {
	header  []string
	hunks   []rawHunk
	remarks []string
	written int // hunk headers so far
	git     bool
}

// rawHunk is a hunk as it is handed to the parser.
type rawHunk struct {
	number   int
	loose    bool // the header has no line numbers
	from, to int  // first lines, old and new
	old, new int  // counted
	body     []string
}

var hunkHeader = regexp.MustCompile(`^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@`)

func (s *scanner) sections() []*section {
	var all []*section
	var cur *section
	for i := 0; i < len(s.lines) && len(all) < maxFiles; {
		l := s.lines[i]
		switch {
		case strings.HasPrefix(l, "diff --git "):
			cur = &section{header: []string{l}, git: true}
			all = append(all, cur)
			i++
		case s.fileAt(i):
			if cur == nil || !cur.git || len(cur.hunks) > 0 {
				cur = &section{}
				all = append(all, cur)
			}
			cur.header = append(cur.header, strings.TrimRight(l, " "), strings.TrimRight(s.lines[i+1], " "))
			i += 2
		case cur != nil && strings.HasPrefix(l, "@@"):
			i = s.hunk(cur, i)
		default:
			if cur != nil && cur.git && len(cur.hunks) == 0 && l != "" {
				cur.header = append(cur.header, l)
			}
			i++
		}
	}
	return all
}

// fileAt reports whether the header of a file begins at line i.
func (s *scanner) fileAt(i int) bool {
	return i+1 < len(s.lines) && strings.HasPrefix(s.lines[i], "--- ") && strings.HasPrefix(s.lines[i+1], "+++ ")
}

// hunk reads the hunk that begins at line i and returns the line behind it.
func (s *scanner) hunk(to *section, i int) int {
	to.written++
	h, wantOld, wantNew := to.start(s.lines[i])
	for i++; i < len(s.lines); i++ {
		l := s.lines[i]
		complete := h.loose || h.old >= wantOld && h.new >= wantNew
		if strings.HasPrefix(l, "diff --git ") || strings.HasPrefix(l, "@@") || s.fileAt(i) && (complete || s.headed(i)) {
			break
		}
		if elision(l) {
			to.end(h, h.old, h.new)
			h = rawHunk{number: to.written, loose: true, from: 1, to: 1}
			continue
		}
		if l != "" && strings.IndexByte(" +-\\", l[0]) < 0 {
			if s.prose || complete && !h.loose {
				break
			}
			l = " " + l // its leading blank got lost
		}
		h.take(l)
	}
	to.end(h, wantOld, wantNew)
	return i
}

// headed reports whether a hunk follows the file header at line i, which then
// cannot be a removed and an added line.
func (s *scanner) headed(i int) bool {
	return i+2 < len(s.lines) && strings.HasPrefix(s.lines[i+2], "@@")
}

// elision reports whether a line only says that others are left out.
func elision(line string) bool {
	t := strings.Trim(line, " \t/*#")
	return t == "..." || t == "…"
}

// start reads a hunk's header: what it says where, and how many lines it
// announces.
func (s *section) start(header string) (h rawHunk, old, added int) {
	m := hunkHeader.FindStringSubmatch(header)
	if m == nil {
		s.remark("hunk %d does not say at which line", s.written)
		return rawHunk{number: s.written, loose: true, from: 1, to: 1}, 0, 0
	}
	count := func(text string) int {
		if text == "" {
			return 1
		}
		n, _ := strconv.Atoi(text)
		return n
	}
	h = rawHunk{number: s.written}
	h.from, _ = strconv.Atoi(m[1])
	h.to, _ = strconv.Atoi(m[3])
	return h, count(m[2]), count(m[4])
}

func (h *rawHunk) take(l string) {
	switch {
	case l == "" || l[0] == ' ':
		h.old++
		h.new++
	case l[0] == '-':
		h.old++
	case l[0] == '+':
		h.new++
	}
	h.body = append(h.body, l)
}

// end completes a hunk: blank lines behind it are none of its own unless they
// are announced. One that changes nothing is left out.
func (s *section) end(h rawHunk, wantOld, wantNew int) {
	for n := len(h.body); n > 0 && strings.TrimSpace(h.body[n-1]) == "" && (h.loose || h.old > wantOld || h.new > wantNew); n-- {
		h.body = h.body[:n-1]
		h.old--
		h.new--
	}
	changes := false
	for _, l := range h.body {
		changes = changes || l != "" && (l[0] == '+' || l[0] == '-')
	}
	if !changes {
		return
	}
	if !h.loose && (h.old != wantOld || h.new != wantNew) {
		s.remark("the header of hunk %d miscounts its lines", h.number)
	}
	s.hunks = append(s.hunks, h)
}

func (s *section) remark(format string, args ...any) {
	const most = 5
	if len(s.remarks) < most {
		s.remarks = append(s.remarks, fmt.Sprintf(format, args...))
	}
}

// text is the section with headers that count right.
func (s *section) text() string {
	var b strings.Builder
	for _, l := range s.header {
		b.WriteString(l + "\n")
	}
	for _, h := range s.hunks {
		from, to := h.from, h.to
		if h.old > 0 {
			from = max(from, 1)
		}
		if h.new > 0 {
			to = max(to, 1)
		}
		fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@\n", from, h.old, to, h.new)
		for _, l := range h.body {
			if l == "" {
				l = " "
			}
			b.WriteString(l + "\n")
		}
	}
	return b.String()
}

// names are the paths of a section that the parser cannot read.
func (s *section) names() (old, now string) {
	for _, l := range s.header {
		if name, ok := strings.CutPrefix(l, "--- "); ok {
			old = named(name)
		} else if name, ok := strings.CutPrefix(l, "+++ "); ok {
			now = named(name)
		}
	}
	return old, now
}

func named(header string) string {
	name, _, _ := strings.Cut(header, "\t")
	if name = strings.TrimSpace(name); name == "/dev/null" {
		return ""
	}
	return withoutSide(name)
}
