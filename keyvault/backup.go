package keyvault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

type backupWire struct {
	Value string `json:"value"`
}

// Backup gets all versions of a secret in a form that only Key Vault can read.
// It needs the permission backup.
func (c *SecretClient) Backup(ctx context.Context, name string) ([]byte, error) {
	request := azrest.Call{
		Span: "SecretClient.Backup", Action: "back up secret", Object: name,
		Method: http.MethodPost, Path: []string{"secrets", name, "backup"},
		Limit: 64 << 20, // up to 500 versions
	}
	wire, err := call[backupWire](ctx, c, request, checkName(name))
	if err != nil {
		return nil, err
	}
	backup, err := decodeBackup(wire.Value)
	if err != nil || len(backup) == 0 {
		return nil, c.rest.Fail(request, fmt.Errorf("%w: the answer has no backup", ErrUnexpectedResponse))
	}
	return backup, nil
}

// Restore brings back a secret from what [SecretClient.Backup] got, under its
// name of then, into a vault of the same subscription and geography. It needs
// the permission restore. A name that is taken is [ErrConflict].
func (c *SecretClient) Restore(ctx context.Context, backup []byte) (Properties, error) {
	var empty error
	if len(backup) == 0 {
		empty = errors.New("the backup is empty")
	}
	return c.properties(ctx, azrest.Call{
		Span: "SecretClient.Restore", Action: "restore secret",
		Method: http.MethodPost, Path: []string{"secrets", "restore"},
		Body: backupWire{Value: base64.RawURLEncoding.EncodeToString(backup)},
	}, empty)
}

// decodeBackup reads base64url, with padding or without.
func decodeBackup(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}
