package datalake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing/iotest"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

func ExampleClient_Upload() {
	client, end := emulator(azuretest.Gen2)
	defer end()
	data := bytes.Repeat([]byte("0123456789"), 1_000_000)
	err := client.Upload(context.Background(), "/data", bytes.NewReader(data), &datalake.UploadOptions{
		Checksum: true,
		Progress: func(sent int64) {
			if sent == int64(len(data)) {
				fmt.Println("sent", sent)
			}
		},
	})
	fmt.Println(err)
	// Output:
	// sent 10000000
	// <nil>
}

// An upload that stops goes on where it was, in this program or the next.
func ExampleClient_Upload_resume() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	ctx := context.Background()
	data := bytes.Repeat([]byte("0123456789"), 400_000)

	var stored []byte // in a file of the caller's, say
	options := &datalake.UploadOptions{
		ChunkSize:  1 << 20,
		Checkpoint: func(c datalake.Checkpoint) { stored = must(json.Marshal(c)) },
	}
	broken := io.MultiReader(bytes.NewReader(data[:3_000_000]), iotest.ErrReader(errors.New("the disk is gone")))
	fmt.Println(client.Upload(ctx, "/data", broken, options))

	check(json.Unmarshal(stored, &options.Resume))
	fmt.Println("there already:", options.Resume.Offset)
	fmt.Println(client.Upload(ctx, "/data", bytes.NewReader(data), options))
	fmt.Println(must(client.Stat(ctx, "/data")).Size())
	// Output:
	// upload /data: the disk is gone
	// there already: 2097152
	// <nil>
	// 4000000
}

func ExampleClient_Download() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	put(client, "/data", "0123456789")
	name := filepath.Join(must(os.MkdirTemp("", "example")), "data")
	defer os.RemoveAll(filepath.Dir(name))
	file := must(os.Create(name))
	err := client.Download(context.Background(), "/data", file, &datalake.DownloadOptions{
		Checksum: true,
		Progress: func(received int64) { fmt.Println("received", received) },
	})
	fmt.Println(err, file.Close())
	fmt.Println(string(must(os.ReadFile(name))))
	// Output:
	// received 10
	// <nil> <nil>
	// 0123456789
}

func ExampleClient_Checksum() {
	client, end := emulator(azuretest.Hadoop)
	defer end()
	put(client, "/data", "0123456789")
	sum := must(client.Checksum(context.Background(), "/data"))
	fmt.Printf("%s %x\n", sum.Algorithm, sum.Bytes)
	// Output: MD5-of-0MD5-of-512CRC32C 000002000000000000000000b8b6b317656779aff5773e33b1806188
}
