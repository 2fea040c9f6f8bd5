package azuresql

const (
	userExists = 15023
	sidExists  = 15063
)

// adviceFor says what to do about the server's refusal to make or drop a user.
// https://learn.microsoft.com/azure/azure-sql/database/authentication-aad-service-principal-tutorial
func adviceFor(user User, err error) string {
	switch numberOf(err) {
	case 33130:
		return "no identity of the server's directory has that display name: check it, or give the ObjectID or ClientID"
	case 33131:
		return "several identities have that display name: give the ObjectID (WITH OBJECT_ID) or the ClientID"
	case 33134:
		return "the server cannot ask the directory: give the server an identity with the role Directory Readers, " +
			"or connect as a person, or " + withoutDirectory(user)
	case 37545:
		return "the object ID has to be that of the managed identity or enterprise application, not of an app registration: " +
			"check it, or " + withoutDirectory(user)
	case userExists:
		return "a user or role of that name exists, and this connection must not see it"
	case sidExists:
		return "the identity is a user of this database under another name: use that name, or RemoveUser it"
	case 15138:
		return "the user owns a schema: ALTER AUTHORIZATION ON SCHEMA::name TO dbo first"
	case 15151, 15247, 262, 229:
		return "connect as the server's Entra administrator, or as one who may ALTER ANY USER and is a db_owner"
	default:
		return ""
	}
}

// withoutDirectory is the form that asks nobody.
func withoutDirectory(user User) string {
	id, err := newIdentity(user)
	if err != nil || !id.byApp {
		return "give the ClientID and no ObjectID, which creates the user without asking"
	}
	return "create it without asking: " + id.bySID()
}
