package lakes

import (
	"context"
	"fmt"
	"io"

	"github.com/keyless-go/azure/bench/internal/transfer"
)

// Size is that of the file of the tables.
const Size = 1 << 30

// Work measures one operation of one contender on a lake that is served at an
// address.
func Work(ctx context.Context, address, lake, contender, operation string, out io.Writer) error {
	l, err := NewLake(lake, address)
	if err != nil {
		return err
	}
	contenders, err := l.Contenders()
	if err != nil {
		return err
	}
	for _, c := range contenders {
		for _, o := range Operations() {
			if c.Name == contender && o.Name == operation {
				return l.work(ctx, o, c, out)
			}
		}
	}
	return fmt.Errorf("there is no %s of %s", operation, contender)
}

func (l *Lake) work(ctx context.Context, o Operation, c Contender, out io.Writer) error {
	if o.Up {
		if err := l.Remove(ctx); err != nil {
			return err
		}
	}
	return transfer.Measure(func() error { return o.Run(ctx, c, Size) }, out)
}
