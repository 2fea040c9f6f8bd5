package keyvault

// ParseID is parseID, which sees whatever a service answers.
func ParseID(id string) (vaultURL, name, version string) { return parseID(id) }
