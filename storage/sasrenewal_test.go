package storage_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/storage"
)

func TestARevokedSASIsRenewedOnce(t *testing.T) {
	t.Parallel()
	for name, operation := range map[string]func(context.Context, *storage.ContainerClient) error{
		"upload": func(ctx context.Context, c *storage.ContainerClient) error {
			return c.Upload(ctx, "b", strings.NewReader("new"), nil)
		},
		"upload in blocks": func(ctx context.Context, c *storage.ContainerClient) error {
			return c.Upload(ctx, "b", strings.NewReader(strings.Repeat("new", 1000)), &storage.UploadOptions{BlockSize: 100})
		},
		"download": func(ctx context.Context, c *storage.ContainerClient) error {
			body, _, err := c.Download(ctx, "b")
			if err == nil {
				err = body.Close()
			}
			return err
		},
		"properties": func(ctx context.Context, c *storage.ContainerClient) error {
			_, err := c.Properties(ctx, "b")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			client := w.all(t)
			require.NoError(t, client.Upload(t.Context(), "b", strings.NewReader("old"), nil))
			for i := range 3 {
				w.account.RotateKey("key1")
				require.NoError(t, operation(t.Context(), client))
				require.Equal(t, 2+i, w.count(lists), "one for all requests in flight")
			}
		})
	}
}

// The service's clock has moved on: the SAS is over there, though not by ours.
func TestAClockThatIsLateIsFound(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"ahead":  func(w *world) { w.Advance(2 * time.Hour) },
		"behind": func(w *world) { w.Advance(-2 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			change(w)
			client, sas := w.withLetters(t, "rcw", time.Hour)
			require.NoError(t, client.Upload(t.Context(), "b", strings.NewReader("x"), nil))
			require.Equal(t, 2, w.count(lists), "the first one told the time")
			got, err := sas.SAS(t.Context())
			require.NoError(t, err)
			require.WithinDuration(t, w.Now().Add(time.Hour), got.Expiry(), 5*time.Second)
			w.account.RotateKey("key1")
			require.NoError(t, client.Upload(t.Context(), "b", strings.NewReader("x"), nil))
			require.Equal(t, 3, w.count(lists), "now it is known")
		})
	}
}

func TestASASThatAgesThereIsRenewed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, _ := w.withLetters(t, "rcw", time.Hour)
	require.NoError(t, client.Upload(t.Context(), "b", strings.NewReader("x"), nil))
	w.Advance(2 * time.Hour)
	require.NoError(t, client.Upload(t.Context(), "b", strings.NewReader("y"), nil))
	data, _ := w.container.Blob("b")
	require.Equal(t, "y", string(data))
}

// A 403 for another reason than age is not cured by a new SAS.
func TestWhatARenewalDoesNotCure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, _ := w.withLetters(t, "r", time.Hour)
	for range 3 {
		err := client.Upload(t.Context(), "b", strings.NewReader("x"), nil)
		require.ErrorIs(t, err, storage.ErrForbidden)
		require.ErrorContains(t, err, "403 AuthorizationPermissionMismatch")
	}
	require.Equal(t, 1, w.count(lists))
}

// Two SAS of one second are the same: the request is tried again with the one there is.
func TestASASIsRejectedInTheSecondItIsMade(t *testing.T) {
	t.Parallel()
	for name, times := range map[string]int{"once": 1, "always": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer settle()
				w := newWorld(t)
				client, _ := w.withLetters(t, "rcw", time.Hour)
				w.Fail(azuretest.Fault{Operation: "storage.putblob", Status: 403, Code: "AuthorizationFailure", Times: times})
				err := client.Upload(t.Context(), "b", strings.NewReader("new"), nil)
				require.Equal(t, times < 0, errors.Is(err, storage.ErrForbidden), "%v", err)
				require.Equal(t, []int{2, 2}, []int{w.count("storage.putblob"), w.count(lists)})
				if err != nil {
					require.Error(t, client.Upload(t.Context(), "b", strings.NewReader("new"), nil))
					require.Equal(t, []int{3, 2}, []int{w.count("storage.putblob"), w.count(lists)}, "not at once")
				}
			})
		})
	}
}

// A SAS that is rejected as soon as it is new is not asked for again and again.
func TestARenewalInVainIsNotRepeatedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		client, _ := w.withLetters(t, "rcw", time.Hour)
		w.Fail(azuretest.Fault{Operation: "storage.putblob", Status: 403, Code: "AuthenticationFailed", Times: -1})
		for range 5 {
			time.Sleep(time.Second) // two SAS of one second are the same
			err := client.Upload(t.Context(), "b", strings.NewReader("x"), nil)
			require.ErrorIs(t, err, storage.ErrForbidden)
		}
		require.Equal(t, 2, w.count(lists))
		time.Sleep(10 * time.Second)
		require.Error(t, client.Upload(t.Context(), "b", strings.NewReader("x"), nil))
		require.Equal(t, 3, w.count(lists))
	})
}

func TestARenewalThatFailsIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, _ := w.withLetters(t, "rcw", time.Hour)
	require.NoError(t, client.Upload(t.Context(), "b", strings.NewReader("x"), nil))
	w.account.RotateKey("key1")
	w.Fail(azuretest.Fault{Operation: lists, Status: 409, Code: "Busy", Times: -1})
	err := client.Upload(t.Context(), "b", strings.NewReader("x"), nil)
	require.ErrorIs(t, err, storage.ErrForbidden)
	require.ErrorContains(t, err, "403 AuthenticationFailed")
	require.ErrorContains(t, err, "storage: list service SAS of account \"mystorageacct\" in management.azure.com: 409 Busy")
}

// Ten minutes of upload with a SAS of one.
func TestAnUploadOutlivesItsSAS(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer settle()
		w := newWorld(t)
		client, _ := w.withLetters(t, "rcw", time.Minute)
		w.Fail(azuretest.Fault{Operation: "storage.putblock", Times: -1, Delay: 10 * time.Second})
		content := bytes.Repeat([]byte("0123456789abcdef"), 240*16)
		start := time.Now()
		require.NoError(t, client.Upload(t.Context(), "big", bytes.NewReader(content), &storage.UploadOptions{BlockSize: 256, Concurrency: 4}))
		require.GreaterOrEqual(t, time.Since(start), 10*time.Minute)
		data, _ := w.container.Blob("big")
		require.Equal(t, content, data)
		for _, r := range w.Requests() {
			require.Less(t, r.Status, 400, "%s %s", r.Operation, r.Reason)
		}
		// It is renewed between 27 and 30 s of its life, when a block begins.
		require.GreaterOrEqual(t, w.count(lists), 10)
		require.LessOrEqual(t, w.count(lists), 24)
	})
}

// The same without a renewal in time: the service says when it is over.
func TestAnUploadSurvivesARevocation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, _ := w.withLetters(t, "rcw", time.Hour)
	content := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	progress := func(sent int64) {
		if sent == 32<<10 {
			w.account.RotateKey("key1")
		}
	}
	require.NoError(t, client.Upload(t.Context(), "big", bytes.NewReader(content), &storage.UploadOptions{BlockSize: 1024, Concurrency: 16, Progress: progress}))
	data, _ := w.container.Blob("big")
	require.Equal(t, content, data)
	require.Equal(t, 2, w.count(lists), "one for all blocks in flight")
}
