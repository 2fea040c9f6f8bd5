package datalake_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

const benchSize = 8 << 20

func benchLakes(b *testing.B, bench func(b *testing.B, l *lake)) {
	b.Helper()
	for _, profile := range []azuretest.Profile{azuretest.Hadoop, azuretest.Gen2} {
		b.Run(profile.String(), func(b *testing.B) {
			b.ReportAllocs()
			bench(b, newLake(b, profile))
		})
	}
}

func must1(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkStat(b *testing.B) {
	benchLakes(b, func(b *testing.B, l *lake) {
		b.Helper()
		for b.Loop() {
			_, err := l.Stat(b.Context(), "/")
			must1(b, err)
		}
	})
}

func BenchmarkUpload(b *testing.B) {
	data := make([]byte, benchSize)
	benchLakes(b, func(b *testing.B, l *lake) {
		b.Helper()
		b.SetBytes(benchSize)
		for b.Loop() {
			must1(b, l.Upload(b.Context(), "/file", struct{ io.Reader }{bytes.NewReader(data)}, nil))
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	data := make([]byte, benchSize)
	benchLakes(b, func(b *testing.B, l *lake) {
		b.Helper()
		b.SetBytes(benchSize)
		must1(b, l.Upload(b.Context(), "/file", bytes.NewReader(data), nil))
		for b.Loop() {
			f, err := l.Open(b.Context(), "/file")
			must1(b, err)
			_, err = io.Copy(io.Discard, f)
			must1(b, err)
			must1(b, f.Close())
		}
	})
}

func BenchmarkDownload(b *testing.B) {
	data := make([]byte, benchSize)
	benchLakes(b, func(b *testing.B, l *lake) {
		b.Helper()
		b.SetBytes(benchSize)
		must1(b, l.Upload(b.Context(), "/file", bytes.NewReader(data), nil))
		into := &memory{data: data}
		for b.Loop() {
			must1(b, l.Download(b.Context(), "/file", into, &datalake.DownloadOptions{ChunkSize: benchSize / 4}))
		}
	})
}

func BenchmarkReadDir(b *testing.B) {
	benchLakes(b, func(b *testing.B, l *lake) {
		b.Helper()
		l.data.Generate("/many", 1000)
		for b.Loop() {
			for _, err := range l.ReadDir(b.Context(), "/many") {
				must1(b, err)
			}
		}
	})
}
