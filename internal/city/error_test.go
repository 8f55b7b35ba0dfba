package city

import "testing"

func TestInvalidSaysHowMuchIsWrong(t *testing.T) {
	t.Parallel()
	var v Invalid
	for _, want := range []string{
		"",
		"VALIDATION_ERROR: name: is required.",
		"VALIDATION_ERROR: name: is required. One more is wrong, see details.fields.",
		"VALIDATION_ERROR: name: is required. 2 more are wrong, see details.fields.",
	} {
		got := ""
		if err := v.Err(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		v.Add("name", "is required")
	}
}
