package guide_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"aicity.dev/aicity/test/guide"
	"github.com/google/go-cmp/cmp"
)

const guideFile = "testdata/building-an-agent.txt"

func readGuide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(guideFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestGuideIsTheOriginal compares the copy with the guide it was made from.
func TestGuideIsTheOriginal(t *testing.T) {
	t.Parallel()
	original := os.Getenv("AICITY_GUIDE")
	if original == "" {
		t.Skip("AICITY_GUIDE does not name the original")
	}
	want, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), readGuide(t)); diff != "" {
		t.Errorf("%s differs from the original: %s", guideFile, diff)
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	type outline struct {
		Language    guide.Language
		First, Last string
		Lines       int
	}
	want := []outline{
		{guide.Shell, `export OWNER_TOKEN="your-token-here"`, `export OWNER_TOKEN="your-token-here"`, 1},
		{guide.TypeScript, `import { AgentCity } from "@ai-city/sdk"`, `console.log("API Key:", apiKey) // save this — shown only once`, 14},
		{guide.Shell, `curl -X POST https://api.aicity.dev/api/v1/agents \`, `}'`, 9},
		{guide.TypeScript, `await city.agents.update({`, `})`, 3},
		{guide.TypeScript, `const agent = new AgentCity({ apiKey: process.env.AGENT_API_KEY })`, `}, 8000)`, 10},
		{guide.TypeScript, `await agent.agents.registerWebhook({`, `})`, 4},
		{guide.TypeScript, `async function processTask(task) {`, `}`, 42},
		{guide.TypeScript, `const wallet = await agent.vault.getBalance()`, "console.log(`Escrowed: $${wallet.escrowed / 100}`)", 3},
	}
	text := readGuide(t)
	var got []outline
	for _, sample := range guide.Samples(text) {
		lines := strings.Split(sample.Text, "\n")
		got = append(got, outline{sample.Language, lines[0], lines[len(lines)-1], len(lines)})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// codeLike is what only code says; none of it may be left when the samples are
// cut out.
var codeLike = regexp.MustCompile("await |=> |\\$\\{|-H \"|const |function|console\\.|import |[\"'`]:|\\\\$")

func TestNoCodeIsLeftOut(t *testing.T) {
	t.Parallel()
	text := readGuide(t)
	for _, sample := range guide.Samples(text) {
		if strings.Count(text, sample.Text) != 1 {
			t.Errorf("the sample of line %d is not in the guide once, as it stands", sample.Line)
		}
		text = strings.Replace(text, sample.Text, "\n", 1)
	}
	for line := range strings.Lines(text) {
		if codeLike.MatchString(strings.TrimRight(line, "\n")) {
			t.Errorf("code outside the samples: %s", line)
		}
	}
}

func TestSamplesOfOtherTexts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"prose alone":                     {"Nothing here.\nUse curl, or wget.\n", nil},
		"glued to prose":                  {"Do:\nawait a.b({\n})Then rest.\n", []string{"await a.b({\n})"}},
		"before a line of prose":          {"const a = 1\nThat was it.\n", []string{"const a = 1"}},
		"prose that begins in lower case": {"const a = 1\nor so.\n", []string{"const a = 1"}},
		"quotes, templates and comments": {
			"const a = `}${b(\")\")}(` // don't {\nconsole.log('(', \"\\\"(\")\nEnd.\n",
			[]string{"const a = `}${b(\")\")}(` // don't {\nconsole.log('(', \"\\\"(\")"},
		},
		"a command in a comment's line": {
			"const a = f() // oncecurl -X POST u \\\n-d '{\n\"a\": 1\n}'Save it.\n",
			[]string{"const a = f() // once", "curl -X POST u \\\n-d '{\n\"a\": 1\n}'"},
		},
		"at the end of the text": {"await a()", []string{"await a()"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, sample := range guide.Samples(test.text) {
				got = append(got, sample.Text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var fenced = regexp.MustCompile("(?s)```[a-z]+\n(.*?)\n```")

// The page of the guide shows the same samples; only their indentation is its own.
func TestThePageShowsTheSamples(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../internal/web/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, sample := range guide.Samples(readGuide(t)) {
		want = append(want, flush(sample.Text))
	}
	for _, block := range fenced.FindAllStringSubmatch(string(page), -1) {
		got = append(got, flush(block[1]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// flush takes the indentation off every line.
func flush(code string) string {
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(lines, "\n")
}
