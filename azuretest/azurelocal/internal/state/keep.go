package state

import (
	"context"
	"sync/atomic"
	"time"
)

// A Keeper saves a state when it has changed, now and then.
type Keeper struct {
	file    *File
	touched atomic.Bool
}

// NewKeeper returns one for a file, which is then its own.
func NewKeeper(f *File) *Keeper { return &Keeper{file: f} }

// Touch says that something may have changed. It is safe for concurrent use.
func (k *Keeper) Touch() { k.touched.Store(true) }

// Keep looks for changes at an interval until ctx is done, and saves for the last time.
// A failure before that is reported, once until it is over, and tried again; the last one
// is returned.
func (k *Keeper) Keep(ctx context.Context, every time.Duration, report func(error)) error {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return k.file.Save()
		case <-ticks.C:
		}
		if !k.touched.Swap(false) {
			continue
		}
		err := k.file.Save()
		if err != nil {
			k.Touch()
			if !failing {
				report(err)
			}
		}
		failing = err != nil
	}
}
