package blobs

import (
	"context"
	"fmt"
	"io"

	"github.com/keyless-go/azure/bench/internal/transfer"
)

// Size is that of the blob of the tables.
const Size = 256 << 20

// Work measures one operation of one contender on the service at an address. The
// content is the name of a file of [Size].
func Work(ctx context.Context, address, contender, operation, content string, out io.Writer) error {
	contenders, err := Contenders("http://" + address)
	if err != nil {
		return err
	}
	for _, c := range contenders {
		for _, o := range Operations() {
			if c.Name == contender && o.Name == operation {
				return transfer.Measure(func() error { return o.Run(ctx, c, content) }, out)
			}
		}
	}
	return fmt.Errorf("there is no %s of %s", operation, contender)
}
