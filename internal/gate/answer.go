package gate

import (
	"math"
	"path"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/testcode"
)

// readAnswer reads the deliverable and the files it cites or patches, which are
// part of the answer even when only the short form is written; and how it
// opens.
func (v *view) readAnswer() {
	var whole, opening strings.Builder
	v.own = v.ownText()
	whole.WriteString(v.own + "\n")
	end, line := v.opening()
	opening.WriteString(strings.TrimLeft(v.own[:end], " \n") + "\n")
	for _, ref := range v.Refs[:min(len(v.Refs), 200)] {
		switch ref.Status {
		case grounding.RefExists:
			v.all.touched = append(v.all.touched, ref.Path)
			whole.WriteString(strings.ToLower(ref.Path) + "\n")
			if ref.At < line {
				v.head.touched = append(v.head.touched, ref.Path)
				opening.WriteString(strings.ToLower(ref.Path) + "\n")
			}
		case grounding.RefNewFile:
			v.proposed = append(v.proposed, ref.Path)
		}
	}
	whole.WriteString(v.written + "\n") // with fields that nobody knows
	for _, p := range v.Patched {
		v.all.touched = append(v.all.touched, p)
		whole.WriteString(strings.ToLower(p) + "\n")
	}
	if v.Index != nil {
		v.touchChanged(&whole)
	}
	if v.Want.Config {
		whole.WriteString(v.formOfConfig())
	}
	whole.WriteString(v.formOfText())
	v.all.lower, v.head.lower = whole.String(), opening.String()
	v.all.read(v.stem)
	v.all.readConcerns() // the opening's are not asked for
	v.all.parts = map[string]bool{}
	for _, n := range v.Named {
		for _, p := range lex.NameParts(n.Text) {
			v.all.parts[v.stem.Of(p)] = true
		}
	}
	v.head.read(v.stem)
}

// touchChanged adds the files that the changes are made to, also of diffs that do not
// name them.
func (v *view) touchChanged(whole *strings.Builder) {
	for _, f := range v.changes().Changed {
		if !slices.Contains(v.all.touched, f.Path) {
			v.all.touched = append(v.all.touched, f.Path)
			whole.WriteString(strings.ToLower(f.Path) + "\n")
		}
	}
}

// formOfConfig are the words for what configuration is, which itself hardly says them.
func (v *view) formOfConfig() string {
	said, code := "", v.allCode()
	if dockerText.MatchString(code) {
		said += "dockerfile image container\n"
	}
	if workflowText.MatchString(code) {
		said += "workflow pipeline ci checks\n"
	}
	return said
}

// What else says whether a deliverable answers the request.
const (
	signClosed      = 0.2 // a request for something certain, which an answer cannot miss by choice
	signOpening     = 0.4 // for each thing that the opening takes up
	signNoOpening   = 0.6 // the opening takes up nothing
	signStrange     = 0.5 // nothing comes back but what any text about the repository has
	signNoFile      = 1.6 // none of the files named is touched
	signNoName      = 1.5 // nor is anything of the code that is named
	signElsewhere   = 2.2 // lines are cited, but none of the files named
	signMessage     = 1.0 // a message of the code is quoted, and no line near it cited
	signOtherFiles  = 1.5 // none of the files is code, and the request is about code
	signOpens       = 0.9 // a question, and the opening is an answer to one
	signTongue      = 1.2 // written in another language than an English request
	signEnglish     = 3.0 // written in English where another language was ordered
	signCodeForText = 5.0 // code is changed where a text was asked for
	signNewNames    = 2.0 // nothing is called as the new code was to be
	signOnlyTypes   = 2.0 // declarations of types are changed where the code was to be
	signNoDanger    = 1.6 // work on security without a word of what could happen
	signFewDangers  = 0.6 // with hardly one
	signDangers     = 1.2 // other work that is full of them, which the request is not
	signHardly      = 2.0 // of much that the request names hardly anything comes back
	signConcern     = 1.0 // the request is about something that has no word in the text
	signStrays      = 2.0 // what is asked about stands only where the text opens and ends
	usualName       = 0.6 // the rarity below which many places use a name

	// What the words that the code does not know can say against work: in a
	// review, in another language than English, which comes back in other forms
	// or, in an English answer, not at all, and else.
	maxCircumstancesReview  = 1.1
	maxCircumstancesForeign = 1.2
	maxCircumstances        = 3.0

	commonPart   = 0.25 // the rarity below which many names of the repository have a part
	commonWord   = 0.4  // the rarity below which any text about the repository has a word
	openingTakes = 0.3  // what an opening takes up at least, by weight, of what the request names

	enoughWished = 2.0 // what a request must name for an opening to miss it
	sameSubject  = 0.3 // the power of their number by which clues say the same
)

// sign is one reason to doubt that a deliverable answers the request.
type sign struct {
	points float64
	reason string
}

// answers estimates from what the request names and from what the deliverable
// is whether one answers the other: far above 0 it does, far below it does not.
func (v *view) answers() (float64, []string) {
	opens := v.opensAsAsked()
	x, n := v.sumClues(opens)
	x = v.withSigns(x, opens)
	if v.toldInEverydayWords() && v.isProduct() {
		x = max(x, doubted)
	}
	var reasons []string
	if v.strayed {
		x -= signStrays
		reasons = append(reasons, "what is asked about comes back where the text opens and ends, and hardly between")
	}
	if v.worksElsewhere() {
		x -= signElsewhere
		reasons = append(reasons, "no line of the files named is cited, only such of others")
	} else if v.neverNear() {
		x -= signElsewhere
		reasons = append(reasons, "no line is cited of a file that has what is named")
	}
	if words := v.missedConcern(); words != nil {
		x -= signConcern
		reasons = append(reasons, "nothing is said of what the request calls "+strings.Join(few(words, 3), ", "))
	}
	if v.hardlyTaken() {
		x -= signHardly
		reasons = append(reasons, "hardly anything comes back of all that the request names")
	}
	if v.missesMessage() {
		x -= signMessage
		reasons = append(reasons, "no line is cited near the message that is quoted")
	}
	if missed := v.notTouched(); len(missed) > 0 {
		reasons = append(reasons, "not touched: "+strings.Join(few(missed, 5), ", "))
	}
	if v.review() && v.namesLittle() {
		x = max(x, hardlyDoubted) // a judge reads it
	}
	beforeProduct := x
	for _, s := range v.otherProduct() {
		if x += s.points; s.points < 0 && s.reason != "" {
			reasons = append(reasons, s.reason)
		}
	}
	switch {
	case n < 1: // "review my code": what it is made of decides nothing alone
		return max(x, sure), nil
	case v.missesNothing():
		x = max(x, doubted)
	case v.looksAtNamed():
		x = max(x, min(beforeProduct, doubted))
	}
	return x, reasons
}

// hardlyTaken reports whether hardly anything comes back of a request that names much: of
// five hundred honest works of the kept sets for such requests none is so.
func (v *view) hardlyTaken() bool {
	taken, total, _ := v.coverage(v.wished, &v.all)
	return total >= namesMuch && taken < hardlyAny*total && !v.worksOnNamed() && !v.foreign() && !v.writtenForeign()
}

// What is much that a request names, by weight, and what is hardly any of it.
const (
	namesMuch = 12.0
	hardlyAny = 0.16
)

// namesLittle reports whether a request to look at all of the code names next to nothing in
// it: of what its answer is about only the code can tell.
func (v *view) namesLittle() bool {
	total := 0.0
	for _, w := range v.wished {
		if w.kind != wishWord {
			return false
		}
		total += w.weight
	}
	return total < littleNamed
}

// littleNamed is the weight of two words or less.
const littleNamed = 2.0

// missesNothing reports whether all that the request names comes back: what the work is
// made of is no more than a doubt then.
func (v *view) missesNothing() bool {
	return !slices.ContainsFunc(v.wished, func(w wish) bool {
		return w.weight > 0.1 && !w.sample && !v.comesBack(w)
	})
}

// sumClues adds up what the things say that the request names, and how many things
// these are; opens tells that the deliverable opens as an answer does.
func (v *view) sumClues(opens bool) (x, n float64) {
	missed, circumstances, most := map[wishKind]float64{}, 0.0, maxCircumstances
	if v.review() {
		most = maxCircumstancesReview
	} else if v.worksOnNamed() {
		most = maxCircumstancesReview // what else is told is how it came to light
	} else if v.foreign() {
		most = maxCircumstancesForeign
	}
	for _, w := range v.wished {
		if w.weight <= 0.1 {
			continue
		}
		points := v.clueOf(w)
		if points < 0 && v.replaces(w) {
			continue
		}
		n += min(1, w.weight/weightPair)
		if points < 0 && w.kind == wishWord && v.circumstance(w) {
			points = max(points, -most-circumstances) // who says more of them asks for no more
			circumstances += points
		}
		if points < 0 {
			if opens {
				points /= 2
			}
			if missed[w.kind]++; w.kind != wishWord { // the next name of the same example says less
				points /= math.Sqrt(missed[w.kind])
			}
		}
		x += points
	}
	return x / math.Pow(max(1, n), sameSubject), n
}

// withSigns adds to the clues what the opening and the files say.
func (v *view) withSigns(x float64, opens bool) float64 {
	if !opens && !v.review() && v.strange() {
		x -= signStrange
	}
	if !v.review() {
		x -= signClosed
	}
	if early, total, _ := v.coverage(v.wished, &v.head); total >= enoughWished && early < openingTakes && !opens && !v.review() && !v.opensWithCode() && !v.testsNamedFile() && !v.opensAtFault() && !v.foreign() {
		x -= signNoOpening
	}
	if opens {
		x += signOpens
	}
	if n := v.phrases(); n > somePhrases {
		x += signPhrases
	} else if n == somePhrases {
		x += signPhrase
	}
	if v.missesFiles() {
		x -= signNoFile
	}
	if !v.review() && v.missesNames() {
		x -= signNoName
	}
	return x
}

// whereItRuns are words for where and by whom code is used, which say nothing of what
// it is that is asked for, where the code hardly has them.
var whereItRuns = lex.Set(`service services server servers user users customer customers team teams production prod colleague colleagues app apps application enters types clicks`)

// circumstance reports whether a word is likely one of the buyer's circumstances.
func (v *view) circumstance(w wish) bool {
	return v.Index.UsesOf(w.text) == 0 || w.kind == wishWord && whereItRuns[w.text] && w.weight > rarelyUsed
}

// rarelyUsed is the weight above which hardly a line of the repository has a word.
const rarelyUsed = 0.9

// strange reports whether the request names several things and of these only
// such as any text about the repository has come back.
func (v *view) strange() bool {
	named := 0
	for _, w := range v.wished {
		if w.weight < commonWord {
			continue
		}
		if named++; v.all.takes(w) {
			return false
		}
	}
	return named >= 3
}

// missesFiles reports whether the request names files and none of them comes
// back.
func (v *view) missesFiles() bool {
	named := false
	for _, w := range v.wished {
		if !v.namesFile(w) {
			continue
		}
		if named = true; v.all.takes(w) {
			return false
		}
	}
	return named
}

// missesNames reports whether the request names code of the repository and neither it
// nor a part of its names comes back.
func (v *view) missesNames() bool {
	named := false
	for _, w := range v.wished {
		if w.kind != wishName || w.sample || w.weight < weightName*usualName/2 || v.Index.UsesOf(lex.LastName(w.key)) == 0 || v.onlyRuns(w) || v.ofPlatform(w) {
			continue
		}
		if named = true; v.comesBack(w) || v.touches(&v.all, w) >= 0 || v.all.isAbout(w) {
			return false
		}
	}
	return named
}

// replaces reports whether a file that the request names is one of tests and the
// deliverable brings tests: they may stand in a file of their own.
func (v *view) replaces(w wish) bool {
	return w.kind == wishFile && v.Want.Tests && testcode.File.MatchString(w.key) && len(v.proposed) > 0 && v.hasTests()
}

// namesFile reports whether the request names a file that is to be worked on.
func (v *view) namesFile(w wish) bool {
	return w.kind == wishFile && !w.sample && !v.replaces(w) && !v.onlyBound(w)
}

// manifests are the files that say by which versions code must be built.
var manifests = lex.Set("go.mod package.json cargo.toml pyproject.toml setup.py")

func isManifest(w wish) bool { return manifests[strings.ToLower(path.Base(w.key))] }

// onlyBound reports whether a file that the request names is one that new code must agree
// with, and not what is worked on: the request names code beside it, which comes back.
func (v *view) onlyBound(w wish) bool {
	if !isManifest(w) || v.Want.Config || !v.isProduct() {
		return false
	}
	return slices.ContainsFunc(v.wished, func(o wish) bool {
		return (o.kind == wishName || o.kind == wishFile && !isManifest(o)) && o.weight >= commonWord && v.comesBack(o)
	})
}

// enoughPlaces is how many lines work must cite to tell where it was done.
const enoughPlaces = 2

// worksElsewhere reports whether the request names files and the deliverable
// cites lines of others only: to mention a file is not to work on it.
func (v *view) worksElsewhere() bool {
	var named []wish
	for _, w := range v.wished {
		if v.namesFile(w) {
			named = append(named, w)
		}
	}
	if len(named) == 0 {
		return false
	}
	in := func(p string) bool {
		return slices.ContainsFunc(named, func(w wish) bool {
			return p == w.key || strings.HasSuffix(w.key, "/") && strings.HasPrefix(p, w.key) || strings.HasSuffix(p, "/"+w.text)
		})
	}
	if slices.ContainsFunc(v.Patched, in) {
		return false
	}
	if (v.Want.Whole || v.Want.Config) && len(v.proposed) > 0 && slices.ContainsFunc(named, v.all.takes) {
		return false // new code and configuration stand in files of their own
	}
	if v.Want.Tests && v.hasTests() && slices.ContainsFunc(named, v.all.takes) {
		return false // so do tests
	}
	places := 0
	for _, ref := range v.Refs {
		if ref.Status != grounding.RefExists || ref.Line == 0 && !ref.Modified {
			continue
		}
		if places++; in(ref.Path) {
			return false
		}
	}
	return places >= enoughPlaces
}

// notTouched are the files and names of code of the request that do not come
// back.
func (v *view) notTouched() []string {
	var missed []string
	for _, w := range v.wished {
		if (w.kind == wishFile || w.kind == wishName) && !w.sample && !v.ofPlatform(w) && !v.comesBack(w) {
			missed = append(missed, w.text)
		}
	}
	return missed
}

// otherAnswer takes points, and the verdict when it is clear, when the
// deliverable, however true, answers another request than the buyer's.
func otherAnswer(v *view) (Signal, bool) {
	s := Signal{Name: "answer to the request", Reason: "The deliverable answers this request."}
	if v.fits >= doubted {
		if v.strayed {
			s.Cap, s.Reason, s.Evidence = new(BorderlineScore), "Most of the text is about something else than its opening.", few(v.doubts, 6)
			s.advice = "Stay with what is asked for; a judge reads what leads away from it."
		} else if v.fits < sure {
			s.Cap = new(BorderlineScore + int((100-BorderlineScore)*share(v.fits-doubted, sure-doubted)))
			s.Reason = "The deliverable most likely answers this request."
		}
		return s, true
	}
	doubt := share(doubted-v.fits, doubted-denied)
	s.Points = -costOtherAnswer * doubt * doubt // hardly any work for another request comes so near
	s.Cap = new(BorderlineScore)                // a judge reads the request and the work
	s.Reason = "It is doubtful that the deliverable answers this request."
	if v.fits <= denied {
		s.Cap = new(capOtherAnswer)
		s.Reason = "The deliverable answers another request."
	}
	reasons := v.doubts
	if _, _, missed := v.coverage(v.wished, &v.all); len(missed) > 0 {
		reasons = append(slices.Clone(reasons), "not taken up: "+strings.Join(few(missed, 8), ", "))
	}
	s.Evidence = few(reasons, 6)
	s.advice = "Deliver what this request asks for; work on something else is not charged, however good."
	return s, true
}

// Below doubted it costs, and below denied it is certain enough, that the
// deliverable answers another request; from answered on it is certain that it
// does answer this one.
const (
	answered      = 1.2
	doubted       = 0.3
	hardlyDoubted = doubted - 0.01
	denied        = -0.9
	sure          = 1.5 // from here on the full score can be had
)
