package fresh

// The rules of when are pure: their tests call them for lives that no test
// could wait for.
var (
	LastMoment    = lastMoment
	RefreshTime   = refreshTime
	RetryDelay    = retryDelay
	SameAgainTime = sameAgainTime
)
