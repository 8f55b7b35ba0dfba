package gate

import (
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/lex"
)

// ordinary are words with which people tell a request, whatever it is about: where the
// code does not know them they name nothing, and an answer has words of its own.
var ordinary = lex.Set(`
gets got getting holds held holding hold shows shown showing itself themselves himself yourself myself ends ended ending begin begins began begun
far near mostly partly nearly almost somewhat somehow somewhere anywhere everywhere worth enough maybe perhaps probably possibly apparently basically
simply anyway otherwise meanwhile lately recently suddenly eventually finally usually normally sometimes rarely hardly barely roughly exactly
cut cuts three four five six seven eight nine ten dozen several couple pieces piece stuff around about oldest newest older newer latest earliest
shows seems seem seemed looks looked looking feels feel felt sounds sound appears appear appeared guess suppose believe think thinks thought wonder
wondering know knows knew known heard hear hears read reads reading understand understands understood remember forgot forget forgets notice noticed
try tries tried trying tell tells told ask asks asked asking answer answers answered help helps helped explain explains explained
day days week weeks month months year years hour hours minute minutes morning evening yesterday today tomorrow weekend ago soon later early late
people person man guys boss manager client clients customer customers colleague colleagues intern newcomer newcomers friend friends
company office project projects product products website site shop blog page pages app apps application applications service services
want wants wanted need needs needed prefer prefers preferred like likes liked love hate hope hopes wish wishes plan plans planned
comes came coming goes gone going went leave leaves left stays stayed stay remain remains become becomes became turned
makes made making done doing does did gives gave given takes took taken brings brought brings puts putting sets setting
weird odd strange funny ugly ridiculous annoying painful confusing confused lost unclear obvious mess messy
reproducible reproduce reproduced shipped ship ships deploy deployed deploys released rolled rolling
actual actually literally honestly frankly seriously properly correctly wrongly badly nicely cleanly safely
fine okay happy sad glad sorry welcome ready busy
bigger biggest smaller smallest longer longest shorter shortest high higher highest low lower lowest total included including
side sides place places spot spots corner corners area areas level levels stage stages step steps
item items idea ideas question questions problem problems issue issues trouble troubles matter matters concern concerns
word words sentence sentences paragraph paragraphs
anybody nobody everybody somebody clean cleanup cleaned cleaning tickets ticket strange accept checklist
production breaks breaking internet machine machines reproduction written afterwards claims internal tool tools moved ours ourselves
behave behaves expensive forever helper maintain maintained consider differently fast garbage outside rest rid supplied sure bite bites
possible handling support slow hurt hurts lose loses ranked silently built drop arrive arrives sends upstream usage vendor vendored
base cli hand ordered outdated pin readable survive cannot directly mistake mistakes long public standard rely builds compared
outgoing saw seen share stranger strangers prove proves proof trust trusts trusted protect protects repeated decide decides decided
expose exposes exposed automatic automatically
monday tuesday wednesday thursday friday saturday sunday
dev devs ops incl honest portal
mandad usamos buscad encuentren equipo verdad nuestro nuestra trouvez surtout dit presque interne interna interno vraiment
gibt brauchen liefern uns welche durch wirklich leute seite zielgruppe funktionieren funktioniert echter
`)

// partsOfText are words for where a text goes and what is in it for its readers: one that
// is to be written may be it without saying it.
var partsOfText = lex.Set(`readme section sections page pages article articles chapter chapters wiki catch catches gotcha gotchas pitfall pitfalls caveat caveats`)

// whoAsks are words for those whom the work is for, which it need not name also where the
// code has them.
var whoAsks = lex.Set(`people person persons colleague colleagues newcomer newcomers hires joiners teammate teammates`)

// forReaders are words for whom a text is and how it speaks to them: where one is to be
// written, it is so and does not say it.
var forReaders = lex.Set(`
docs doc audience reader readers beginner beginners newcomer newcomers junior juniors senior seniors developer developers
colleague colleagues tone plain friendly formal practice practical correctly source believe
`)

// elsewhereInCode are words of everyday business that code has for something else: a
// customer's exports are none of a module's.
var elsewhereInCode = lex.Set(`exports`)

// needNotSay reports whether a word of the request names nothing that the work must say,
// also where the code has the word.
func (v *view) needNotSay(w string) bool {
	text := v.in.Request.Category == city.ContentCreation
	return text && forReaders[w] || (elsewhereInCode[w] || whoAsks[w] || text && partsOfText[w]) && !v.all.said[w]
}
