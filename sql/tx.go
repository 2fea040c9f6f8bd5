package azuresql

import (
	"context"
	"database/sql/driver"
	"time"
)

// rollbackPatience is how long a server may take to roll back once the
// transaction's context has ended. Closing the connection rolls back, too.
const rollbackPatience = 5 * time.Second

// tx is the driver's transaction with a context of our own. The driver does not
// read the answer to a rollback once the context that the transaction began with
// has ended, which is when database/sql rolls back: the next user of the connection
// would be in the transaction that is over.
type tx struct {
	driver.Tx
	conn   *conn
	ctx    context.Context //nolint:containedctx // of the user; Commit and Rollback are given none
	cancel context.CancelFunc
}

// BeginTx begins a transaction.
func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if err := c.begin(); err != nil {
		return nil, err
	}
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	begun, err := c.Conn.BeginTx(own, options)
	if !stop() { // ctx has ended: the server may have begun it or not
		c.over = true
		return nil, ctx.Err()
	}
	if err != nil {
		cancel()
		return nil, c.refused(err, true)
	}
	return &tx{Tx: begun, conn: c, ctx: ctx, cancel: cancel}, nil
}

// Commit is given up when the context ends. Its outcome is unknown then.
func (t *tx) Commit() error {
	defer t.cancel()
	stop := context.AfterFunc(t.ctx, t.cancel)
	err := t.Tx.Commit()
	if !stop() && err != nil {
		t.conn.over = true
		return t.ctx.Err()
	}
	return err
}

// Rollback waits for the server, or closes the connection.
func (t *tx) Rollback() error {
	defer t.cancel()
	if t.conn.unread {
		return t.conn.Close()
	}
	stop := context.AfterFunc(t.ctx, func() { time.AfterFunc(rollbackPatience, t.cancel) })
	defer stop()
	err := t.Tx.Rollback()
	if err != nil {
		t.conn.over = true
	}
	return err
}

var _ driver.ConnBeginTx = (*conn)(nil)
