package datalake

import (
	"context"
	"fmt"
	"net/http"
)

// ContentSummary is what is in a directory and all below it.
type ContentSummary struct {
	// Directories counts the directory itself too.
	Directories, Files int64
	// Length is the sum of the files' sizes.
	Length int64
	// SpaceConsumed counts every replica. Zero for Gen2.
	SpaceConsumed int64
	// Quota bounds the number of names, SpaceQuota the space. -1: no limit.
	Quota, SpaceQuota int64
}

// ContentSummary counts what is in a directory, or is a file. On Gen2 it lists
// all of it, in constant memory.
func (c *Client) ContentSummary(ctx context.Context, name string) (ContentSummary, error) {
	var summary ContentSummary
	err := change(ctx, c, name, func(clean string, b interface {
		summary(ctx context.Context, name string) (ContentSummary, error)
	},
	) (err error) {
		summary, err = b.summary(ctx, clean)
		return err
	})
	return summary, pathError("summarize", name, err)
}

func (w *webhdfs) summary(ctx context.Context, name string) (ContentSummary, error) {
	wire, err := ask[struct {
		ContentSummary *struct {
			DirectoryCount, FileCount, Length, Quota, SpaceConsumed, SpaceQuota int64
		}
	}](ctx, w, request{method: http.MethodGet, op: "GETCONTENTSUMMARY", name: name})
	if err != nil {
		return ContentSummary{}, err
	}
	said := wire.ContentSummary
	if said == nil {
		return ContentSummary{}, fmt.Errorf("%w: it holds no summary", ErrUnexpectedResponse)
	}
	return ContentSummary{
		Directories: said.DirectoryCount, Files: said.FileCount, Length: said.Length,
		SpaceConsumed: said.SpaceConsumed, Quota: said.Quota, SpaceQuota: said.SpaceQuota,
	}, nil
}

func (d *dfs) summary(ctx context.Context, name string) (ContentSummary, error) {
	sum := ContentSummary{Quota: -1, SpaceQuota: -1}
	status, err := d.stat(ctx, name)
	if err != nil {
		return ContentSummary{}, err
	}
	sum.count(&status)
	if !status.Mode.IsDir() {
		return sum, nil
	}
	each := func(wire *pathWire) (*fileInfo, error) {
		status, err := wire.status()
		return &fileInfo{status: status}, err
	}
	for info, err := range d.walk(ctx, name, true, each) {
		if err != nil {
			return ContentSummary{}, err
		}
		sum.count(&info.status)
	}
	return sum, nil
}

func (s *ContentSummary) count(status *FileStatus) {
	if status.Mode.IsDir() {
		s.Directories++
		return
	}
	s.Files++
	s.Length += status.Size
}
