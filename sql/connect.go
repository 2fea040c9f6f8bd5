package azuresql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Connect makes a connection that is encrypted, logged in and ready: the token
// first, then the dial, within ctx and Options.ConnectTimeout.
//
// If the server says that the database will be there soon, as when it resumes
// or fails over, Connect tries again until that time is over; if the network
// fails or the database is not found, a few times. A token that the server
// rejects is replaced once, if the credential has a newer one. The error tells
// of the last try.
func (c *Connector) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var tries retries
	var p pass
	for {
		made, err := c.try(ctx, &p, &tries)
		if err == nil {
			return made, nil
		}
		wait, again := tries.next(ctx, err)
		if !again || !sleep(ctx, wait) {
			return nil, c.explain(ctx, err, p, tries.made)
		}
	}
}

// try makes one try, with the pass of the last one while it is good.
func (c *Connector) try(ctx context.Context, p *pass, tries *retries) (*conn, error) {
	if p.token == "" || p.usedUp(time.Now()) {
		next, err := c.fetch(ctx, "")
		if err != nil {
			return nil, err
		}
		*p = next
	}
	made, err := c.enter(ctx, *p, tries)
	if numberOf(err) == loginFailed && !errors.Is(err, errUsedUp) && !tries.renewed {
		tries.renewed = true
		if next, ok := c.newer(ctx, *p, err); ok {
			*p = next
			return c.enter(ctx, *p, tries)
		}
	}
	return made, err
}

// enter logs in with a token that is still worth something afterwards.
func (c *Connector) enter(ctx context.Context, p pass, tries *retries) (*conn, error) {
	tries.made++
	made, err := c.login(ctx, p)
	switch late := p.usedUp(time.Now()); {
	case late && err == nil:
		_ = made.Close()
		return nil, errUsedUp
	case late && numberOf(err) == loginFailed:
		return nil, fail(oneLine(err), err, errUsedUp)
	default:
		return made, err
	}
}

// errUsedUp is a login that took most of its token's life.
var errUsedUp = errors.New("the token has all but expired on the way")

// explain names the operation and says what to do.
func (c *Connector) explain(ctx context.Context, err error, p pass, tries int) error {
	text := fmt.Sprintf("azuresql: connect to database %q on %s: %s", c.database, c.server, oneLine(err))
	if tries > 1 {
		text += fmt.Sprintf(" (after %d tries)", tries)
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		text += fmt.Sprintf(", then %s", ended)
	}
	if advice := c.advice(err, bearerOf(p.token)); advice != "" {
		text += "; " + advice
	}
	return fail(text, err, ctx.Err())
}
