package credential

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// maxAssertion is the size of a Kubernetes token at most.
const maxAssertion = 64 << 10

// readAssertion reads the file anew for each exchange: Kubernetes replaces it.
func readAssertion(file string) (string, error) {
	f, err := os.Open(file) //nolint:gosec // the platform names the file
	if err != nil {
		return "", fmt.Errorf("AZURE_FEDERATED_TOKEN_FILE: %w", err)
	}
	defer func() { _ = f.Close() }()
	content, err := azrest.ReadAll(f, maxAssertion)
	if err != nil {
		return "", fmt.Errorf("AZURE_FEDERATED_TOKEN_FILE: %w", err)
	}
	assertion := strings.TrimSpace(string(content))
	if strings.Count(assertion, ".") != 2 || checkToken(assertion) != nil {
		return "", errors.New("AZURE_FEDERATED_TOKEN_FILE: the file does not hold a token")
	}
	return assertion, nil
}
