package gate

// What each signal can earn. The score is earned points over the points that
// were available, so a task without a repository is not short of references.
const (
	maxRelevance  = 30
	maxReferences = 15
	maxEvidence   = 35
	maxFit        = 15
	maxFindingPts = 15
	maxCriteria   = 15
	maxPatchFits  = 6

	// A review need not repeat what its request says.
	maxRelevanceReview = 18

	// Without a repository, concreteness is all the evidence there can be.
	maxEvidenceNoRepo = 35
)

// What each signal can take.
const (
	costMissingAsk     = 18.0 // for each thing asked for by name and not delivered
	maxMissingAsks     = 36.0
	costHallucination  = 60.0
	costMisquotes      = 55.0
	costFalseClaim     = 12.0 // for each
	maxFalseClaims     = 45.0
	costInventedAPI    = 25.0
	costForeignTools   = 30.0
	costInventedOption = 8.0 // for each
	maxInventedOptions = 32.0
	costDoneAlready    = 45.0
	costGeneric        = 35.0
	costPlaceholders   = 40.0
	costRepetition     = 40.0
	costEcho           = 30.0
	costTruncation     = 12.0
	costInjection      = 20.0 // for a single suspicious sentence
	costReuse          = 30.0
	costLists          = 60.0
	costOtherAnswer    = 44.0
	costShort          = 25.0
	costUntied         = 45.0
	costHidden         = 25.0
	costBrokenCode     = 12.0
	costPatch          = 30.0
	costNothingChanged = 30.0
	costEmptyTests     = 40.0
	costWrongFunction  = 30.0
	costSilentPart     = 10.0 // for each part of the request that nothing is said about
	maxSilentParts     = 30.0
	costUntouched      = 40.0

	costEmptyTestsElsewhere = 10.0 // where something else was asked for too
)

// The highest score that a deliverable with such a defect can get. All are
// below PassScore: none of these should be charged.
const (
	capEmpty           = 0
	capShort           = 35
	capHallucination   = 40
	capMisquotes       = 40
	capFalseClaims     = 45
	capDoneAlready     = 45
	capLanguage        = 40
	capCopied          = 35
	capPlaceholders    = 30
	capRefusal         = 25
	capPromises        = 35
	capNothingShown    = 45
	capRepetition      = 45
	capEcho            = 45
	capTruncation      = 45
	capInjection       = 20
	capReuse           = 40
	capLists           = 40
	capOtherAnswer     = 45
	capNoTests         = 45
	capNoConfig        = 45
	capUntied          = 40
	capFindings        = 45
	capNothingChanged  = 40
	capMissingAsk      = 45
	capPatch           = 45
	capNoCode          = 45
	capInventedOptions = 45
	capWrongFunction   = 45
	capSilentParts     = 45
	capUntouched       = 45
)
