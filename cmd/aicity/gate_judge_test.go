package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/eval"
	"aicity.dev/aicity/internal/gate/judge/judgetest"
)

const cartWish = "total in lib/cart.js throws for every cart. Find out why and fix it."

// borderlineSamples is a file of two samples that the gate is not sure of, and
// one that it is.
func borderlineSamples(t *testing.T) (samples, repos string) {
	t.Helper()
	dir := draft(t, map[string]string{"repos/cart@1.0.0/lib/cart.js": cartFile})
	repos = filepath.Join(dir, "repos")
	repo, err := eval.Tree(filepath.Join(repos, "cart@1.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	sentences := []string{
		"The `total` function in `lib/cart.js:3` has a loop that goes too far, and that makes it throw for every cart. ",
		"Its bound is `i <= items.length`. ", "The last round reads an item that is not there. ", "Fix the bound of the loop so that it ends one round earlier. ",
		"Then carts add up again, an empty one too. ", "Nothing else in the function needs a change. ",
	}
	var lines []string
	add := func(id string, label eval.Label, output string) {
		line, err := json.Marshal(eval.Sample{
			ID: id, Repo: eval.Repo{Kind: "npm", Name: "cart", Version: "1.0.0"}, Category: city.BugFix, Description: cartWish, Output: output, Label: label, Kind: string(label),
		})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	for n := 1; n <= len(sentences) && len(lines) == 0; n++ {
		text := strings.Join(sentences[:n], "")
		in := gate.Input{Request: gate.Request{Category: city.BugFix, Description: cartWish}, Deliverable: gate.Deliverable{Result: text}, Repo: repo}
		if gate.Judge(in).Borderline {
			add("unsure", eval.Bad, text)
			add("unsure", eval.Good, text)
		}
	}
	if len(lines) == 0 {
		t.Fatal("no part of the work is borderline: write another")
	}
	add("empty", eval.Bad, "Done.")
	return filepath.Join(draft(t, map[string]string{"s.jsonl": strings.Join(lines, "\n") + "\n"}), "s.jsonl"), repos
}

// The judge is asked over both protocols, with address, model and key from the
// environment, and the figures are given with and without it.
func TestGateEvalAsksAJudge(t *testing.T) {
	samples, repos := borderlineSamples(t)
	for _, protocol := range []string{"openai", "anthropic"} {
		server := judgetest.Start(t, judgetest.Always("fail", 20))
		t.Setenv("AICITY_JUDGE_BASE_URL", server.URL+"/v1")
		t.Setenv("AICITY_JUDGE_MODEL", "model-1")
		t.Setenv("AICITY_JUDGE_KEY", judgetest.Key)
		out, err := printed(t, "gate", "eval", samples, "--repos", repos, "--judge", protocol)
		if err != nil || !strings.Contains(out, "The judge read 2 borderline samples: 2 agreed") || !strings.Contains(out, "it mended 1 verdicts and spoiled 1") ||
			!strings.Contains(out, "without it: AUC 0.7500, 1 of 1 good pass, 1 of 2 bad pass") {
			t.Errorf("%s: %v\n%s", protocol, err, out)
		}
		if n := len(server.Asked()); n != 4 || server.Asked()[0].Model != "model-1" || server.Asked()[0].Provider != protocol {
			t.Errorf("%s: asked %d times: %+v", protocol, n, server.Asked())
		}
		if out, err = printed(t, "gate", "eval", samples, "--repos", repos, "--judge", protocol, "--json"); err != nil ||
			strings.Count(out, `"scoreWithoutJudge":`) != 2 || !strings.Contains(out, `"labelsWithoutJudge":{"bad":{"passed":1,"of":2},"good":{"passed":1,"of":1}}`) {
			t.Errorf("%s as JSON: %v\n%s", protocol, err, out)
		}
		if strings.Contains(out, judgetest.Key) {
			t.Error("the key is in the output")
		}
	}
}

// Without a usable judge the heuristic scores stand, and the figures say so.
func TestGateEvalWithoutAUsableJudge(t *testing.T) {
	t.Parallel()
	samples, repos := borderlineSamples(t)
	refusing := judgetest.Start(t, func(int, judgetest.Question, *http.Request) judgetest.Reply {
		return judgetest.Reply{Status: http.StatusUnauthorized}
	})
	answering := judgetest.Start(t, judgetest.Always("fail", 20))
	for name, c := range map[string]struct {
		server *judgetest.Server
		budget string
		want   string
		asked  int
	}{
		"refused": {refusing, "100", "2 unavailable", 2},
		"spent":   {answering, "3", "1 agreed 1 no majority", 3},
	} {
		out, err := printed(t, "gate", "eval", samples, "--repos", repos, "--judge", "openai", "--judge-base-url", c.server.URL+"/v1", "--judge-model", "m",
			"--judge-key", judgetest.Key, "--judge-budget", c.budget)
		if err != nil || !strings.Contains(out, "The judge read 2 borderline samples: "+c.want) || len(c.server.Asked()) != c.asked {
			t.Errorf("%s, asked %d times: %v\n%s", name, len(c.server.Asked()), err, out)
		}
	}
	for _, wrong := range [][]string{{"--judge", "oracle"}, {"--judge", "openai"}, {"--judge", "openai", "--judge-model", "m", "--judge-budget", "0"}} {
		if out, err := printed(t, append([]string{"gate", "eval", samples, "--repos", repos}, wrong...)...); err == nil {
			t.Errorf("%q is taken: %s", wrong, out)
		}
	}
}
