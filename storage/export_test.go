package storage

// The parser of signatures is fuzzed by itself: through a client each run would
// be a request.
var ParseSAS = parseSAS
