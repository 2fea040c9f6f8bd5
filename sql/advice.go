package azuresql

import (
	"fmt"
	"strings"
)

// advice is what to do about a connection that was not made, or "".
func (c *Connector) advice(err error, who bearer) string {
	switch number := numberOf(err); number {
	case loginFailed:
		return c.loginAdvice(oneLine(err), who)
	case noDatabase:
		return fmt.Sprintf("does the server have a database %q? If so, %s", c.database, c.loginAdvice("", who))
	case 40615:
		return "let the address in with a rule of the server's firewall"
	case 40914:
		return "let the machine's subnet in with a virtual network rule of the server"
	case 47073:
		return "the server takes no connections from public networks: use its private endpoint"
	case 40532:
		return "check the server's name"
	default:
		return ""
	}
}

// loginAdvice is about a login that the server has refused: it does not say why.
func (c *Connector) loginAdvice(said string, who bearer) string {
	resource := strings.TrimSuffix(c.scope, "/.default")
	switch {
	case who.Audience != "" && strings.TrimSuffix(who.Audience, "/") != strings.TrimSuffix(resource, "/"):
		return fmt.Sprintf("the token is for %q and not for %q: what does the credential do with scopes?", who.Audience, resource)
	case strings.Contains(said, "expired"):
		return "is this machine's clock right?"
	}
	name := who.name()
	if name == "" {
		name = "name of the identity"
	}
	advice := fmt.Sprintf("is its identity a user of the database? The server's Entra administrator makes it one there: "+
		"CREATE USER %s FROM EXTERNAL PROVIDER; ALTER ROLE db_datareader ADD MEMBER %[1]s (azuresql.EnsureUser does both)", quoteName(name))
	if facts := who.String(); facts != "" {
		advice += "; the token has " + facts
	}
	return advice
}
