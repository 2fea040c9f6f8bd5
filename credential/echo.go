package credential

import (
	"errors"
	"fmt"
	"strings"
)

// checkEcho makes sure that a token is the chosen identity's, as far as the
// answer tells. Some sources ignore a choice they do not understand and answer
// with another identity's token.
func checkEcho(id ManagedIDKind, body tokenBody, required bool) error {
	if id == nil {
		return nil
	}
	said := body.identity(id)
	switch {
	case strings.EqualFold(said, id.String()), said == "" && !required:
		return nil
	case said == "":
		return fmt.Errorf("the answer does not say whose token it is: the source, which may need an update, ignored the choice: %w", ErrUnsupportedID)
	case required:
		return fmt.Errorf("the token is another identity's: the source, which may need an update, ignored the choice: %w", ErrUnsupportedID)
	default:
		return errors.New("the token is another identity's")
	}
}

// identity is what the answer says of the identity, in the words of id.
func (b tokenBody) identity(id ManagedIDKind) string {
	switch id.(type) {
	case ClientID:
		return b.ClientID
	case ObjectID:
		return b.ObjectID
	default:
		return firstOf(b.MSIResource, b.MIResource)
	}
}
