package pattern

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMarks: every match holds one of the marks, whatever the expression.
func TestMarks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expr string
		want []string
	}{
		{`best practices?`, []string{"best practice"}},
		{`code ?base is|overall(?: code)? score`, []string{"code base is", "codebase is", "overall code score", "overall score"}},
		{`(?i)\bWrite\b[^.\n]{0,40}\btests?\b`, []string{"write"}},
		{`\b(?:a|an)\b.*(?:grade|rating)`, []string{"grade", "rating"}},
		{`organi[sz]ed`, []string{"organised", "organized"}},
		{`(?:abc)+d`, []string{"abc"}},
		{`(?:abc){2,3}`, []string{"abc"}},
		{`(?:abc){0,3}`, []string{""}},
		{`\d+|abc`, []string{""}},
		{`x*`, []string{""}},
	}
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			t.Parallel()
			got := slices.Clone(New(tt.expr).Marks())
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("marks (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSearch: a search that looks first finds what its expression finds.
func TestSearch(t *testing.T) {
	t.Parallel()
	s := New(`(?i)\b(?:tests?|kind)\b`)
	for _, text := range []string{"", "a Test", "teſt", "\u212Aind", "TESTS", "contest", "tes t", "x"} {
		if got, want := s.MatchString(text), s.Regexp().MatchString(text); got != want {
			t.Errorf("MatchString(%q) = %v, the expression says %v", text, got, want)
		}
	}
}

// TestSearchNeeds: what looks at the parts of each alternative misses no match
// and tries few texts in vain.
func TestSearchNeeds(t *testing.T) {
	t.Parallel()
	s := New(`(?i)\b(?:measure|compare)\b[^.\n]{0,60}\b(?:speed|time)\b|(?:^|\. )(?:is|do)\s[^?]{3,20}[?？]`)
	for text, may := range map[string]bool{
		"Compare the speed": true, "Is it so？": true, "compare the two": false, "is it so": false, "time is money": false, "time to compare": true,
	} {
		if got := s.Meets(strings.ToLower(text)); got != may {
			t.Errorf("meets(%q) = %v, want %v", text, got, may)
		}
		if got, want := s.MatchString(text), s.Regexp().MatchString(text); got != want {
			t.Errorf("MatchString(%q) = %v, the expression says %v", text, got, want)
		}
	}
}

func TestTrigrams(t *testing.T) {
	t.Parallel()
	var runs Trigrams
	runs.Add("the text that is read")
	for s, want := range map[string]bool{"text that": true, "": true, "zq": true, "read": true, "verdict": false} {
		if got := runs.may(s); got != want {
			t.Errorf("may(%q) = %v, want %v", s, got, want)
		}
	}
}
