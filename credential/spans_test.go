package credential_test

import (
	"context"
	"slices"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// spans is a tracer that notes what it is told.
type spans struct {
	mu     sync.Mutex
	begun  []string
	failed []string
}

func (s *spans) provider() tracing.Provider {
	return tracing.NewProvider(func(string, string) tracing.Tracer {
		return tracing.NewTracer(func(ctx context.Context, name string, o *tracing.SpanOptions) (context.Context, tracing.Span) {
			s.note(&s.begun, name)
			return ctx, tracing.NewSpan(tracing.SpanImpl{
				End:       func() {},
				SetStatus: func(_ tracing.SpanStatus, text string) { s.note(&s.failed, text) },
			})
		}, nil)
	}, nil)
}

func (s *spans) note(list *[]string, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, text)
}

func (s *spans) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.begun)
}

func (s *spans) failures() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.failed)
}
