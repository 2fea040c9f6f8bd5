// Package azrest is what the service clients share: a pipeline on azcore, one
// typed call, one kind of error.
//
//	client, err := azrest.New(azrest.Config{Module: "keyvault", Endpoint: vault, Bearer: bearer})
//	secret, err := azrest.Do[secretWire](ctx, client, azrest.Call{Path: []string{"secrets", name}})
//
// Every answer is bounded and checked before it becomes a value. Every error is
// one line that names the operation and its target, and holds no body, token,
// key or query. A bearer token goes to the client's own endpoint only.
package azrest

// Version is the library's, as the services read it in the User-Agent header.
const Version = "v0.1.0"
