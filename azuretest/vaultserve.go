package azuretest

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// vaultRequest is a request to a vault that has been let in.
type vaultRequest struct {
	vaultTarget

	query url.Values
	raw   string // the API version as written
	api   vaultAPI
	body  []byte
	now   time.Time
	link  func(usual string) string
}

// vaultOp is one operation: what it takes and who answers it. The answer is sent
// as JSON, a nil one as 204.
type vaultOp struct {
	permission string
	softDelete bool // only where deleted secrets are kept
	maxBody    int64
	answer     func(*Vault, *vaultRequest) (any, *vaultError)
}

// vaultOps returns the operation of that name, of [vaultTarget].op.
// https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups
func vaultOps(name string) (vaultOp, bool) {
	op, ok := map[string]vaultOp{
		"get":          {permission: "get", answer: (*Vault).getSecret},
		"set":          {permission: "set", answer: (*Vault).putSecret, maxBody: maxSetBody},
		"update":       {permission: "set", answer: (*Vault).updateSecret, maxBody: maxSetBody},
		"delete":       {permission: "delete", answer: (*Vault).deleteSecret},
		"list":         {permission: "list", answer: (*Vault).listSecrets},
		"listversions": {permission: "list", answer: (*Vault).listVersions},
		"listdeleted":  {permission: "list", answer: (*Vault).listDeleted, softDelete: true},
		"getdeleted":   {permission: "get", answer: (*Vault).getDeleted, softDelete: true},
		"recover":      {permission: "recover", answer: (*Vault).recoverSecret, softDelete: true},
		"purge":        {permission: "purge", answer: (*Vault).purgeSecret, softDelete: true},
		"backup":       {permission: "backup", answer: (*Vault).backupSecret},
		"restore":      {permission: "restore", answer: (*Vault).restoreSecret, maxBody: maxRestoreBody},
	}[name]
	return op, ok
}

func (v *Vault) operation(r *http.Request) string {
	target := parseVaultPath(r.Method, r.URL.EscapedPath())
	if target.op == "" {
		return "unknown"
	}
	return "keyvault." + target.op
}

func (v *Vault) serve(c *call) {
	v.describe(c)
	if isPlain(c.r) {
		v.refuse(c, &vaultError{http.StatusForbidden, "Forbidden", "", "the request came by http, the vault wants https"})
		return
	}
	id := v.letIn(c)
	if id == nil {
		return
	}
	q, op, problem := v.understand(c)
	if problem == nil {
		problem = v.authorize(id, op)
	}
	if problem != nil {
		v.refuse(c, problem)
		return
	}
	v.perform(c, q, op)
}

// perform reads the body first: nobody else waits for this client's.
func (v *Vault) perform(c *call, q *vaultRequest, op vaultOp) {
	body, ok := c.body(op.maxBody)
	if !ok && op.maxBody > 0 {
		v.refuse(c, &vaultError{http.StatusRequestEntityTooLarge, "BadParameter", "", fmt.Sprintf("the body cannot be read or has more than %d bytes", op.maxBody)})
		return
	}
	q.body, q.now, q.link = body, v.server.Now(), c.link
	v.mu.Lock()
	answer, problem := op.answer(v, q)
	v.mu.Unlock()
	switch {
	case problem != nil:
		v.refuse(c, problem)
	case answer == nil:
		c.w.WriteHeader(http.StatusNoContent)
	default:
		c.json(http.StatusOK, answer)
	}
}

// letIn returns whose request this is, or refuses it with the challenge.
func (v *Vault) letIn(c *call) *Identity {
	resource := v.cloud.resource()
	id, why := c.authenticate(resource, resource+"/")
	if why == nil {
		return id
	}
	v.refuse(c, &vaultError{http.StatusUnauthorized, "Unauthorized", "", v.unauthorized(why)})
	return nil
}

// unauthorized says in the vault's words what is wrong with a token.
func (v *Vault) unauthorized(why *refusal) string {
	switch why.kind {
	case noToken:
		return "AKV10000: Request is missing a Bearer or PoP token. (" + why.reason + ")"
	case wrongAudience:
		return "AKV10022: Invalid audience: " + why.reason + "."
	case wrongIssuer:
		return "AKV10032: Invalid issuer: " + why.reason + "."
	}
	return "Invalid token: " + why.reason + "."
}

// understand reads everything but the body.
func (v *Vault) understand(c *call) (*vaultRequest, vaultOp, *vaultError) {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, vaultOp{}, badParameter("the query cannot be parsed")
	}
	q := &vaultRequest{
		vaultTarget: parseVaultPath(c.r.Method, c.r.URL.EscapedPath()),
		query:       query,
		raw:         query.Get("api-version"),
	}
	var known bool
	if q.api, known = vaultVersion(q.raw); !known {
		return nil, vaultOp{}, badParameter(fmt.Sprintf("the api-version %q is missing or not supported", q.raw))
	}
	op, known := vaultOps(q.op)
	switch {
	case !known:
		return nil, op, noOperation(c.r)
	case q.name != "" && !isSecretName(q.name):
		return nil, op, badParameter(fmt.Sprintf("The request URI contains an invalid name: %s", q.name))
	case q.version != "" && !isVersionID(q.version):
		return nil, op, badParameter(fmt.Sprintf("The request URI contains an invalid version: %s", q.version))
	case op.softDelete && (!q.api.softDelete || !v.keepsDeleted()):
		return nil, op, &vaultError{http.StatusBadRequest, "NotSupported", "", fmt.Sprintf("Operation %q is not enabled for this vault.", q.op)}
	}
	return q, op, nil
}

func (v *Vault) keepsDeleted() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.softDelete
}

// authorize says what an identity lacks.
func (v *Vault) authorize(id *Identity, op vaultOp) *vaultError {
	if v.permits(id, op.permission) {
		return nil
	}
	return &vaultError{http.StatusForbidden, "Forbidden", "ForbiddenByPolicy", fmt.Sprintf(
		"The user, group or application 'appid=%s;oid=%s;iss=%s' (identity %s) does not have secrets %s permission on key vault '%s;location=%s'. (It has %s.)",
		id.clientID, id.objectID, issuer(), id.name, op.permission, v.name, location, v.held(id))}
}
