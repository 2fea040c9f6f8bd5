// Package datalake reads and writes the files of a data lake: Hadoop through
// WebHDFS, HttpFS or Knox, and Azure Data Lake Storage of both generations.
//
//	client, err := datalake.NewClient("https://contoso.dfs.core.windows.net/logs", cred, nil)
//	err = client.Upload(ctx, "/2026/november.csv", file, nil)
//	err = fs.WalkDir(client.FS(ctx), ".", walk)
//
// The endpoint tells what kind of server it is; all kinds have the same
// methods, named after those of package os. What a server cannot do is
// [errors.ErrUnsupported], mostly before any request.
//
// The credential is any azcore.TokenCredential. Its token goes to the
// endpoint's own scheme, host and port, and nowhere else: net/http follows no
// redirect here. WebHDFS moves data in two steps: the first asks, without the
// data, and the answer names the place for the second. That place gets the data
// without the token, if it is another than the endpoint, and with a credential
// in use only if [ClientOptions].RedirectHosts names it. From https to http
// nothing is sent at all.
//
// A file that is written appears under its name complete or not at all; until
// then a name like .report.csv.7c2204c6093c4d85.part holds it. That is taken away if
// the connection breaks, unless the server makes it after the client has looked for
// it for some seconds: a busy data node of Hadoop may. A read gives all that was
// asked for, or an error.
//
// The package does no snapshots, quotas, storage policies or delegation tokens,
// and no Kerberos, which an HTTPClient may do.
//
// # Errors
//
// An error is a *fs.PathError, of Rename an *os.LinkError. errors.Is finds
// [fs.ErrNotExist], [fs.ErrExist], [fs.ErrPermission], [fs.ErrInvalid],
// [errors.ErrUnsupported], the errnos ENOTEMPTY, ENOTDIR and EISDIR of package
// syscall, and this package's own. They go by the server's exceptions and codes,
// never by texts: a 404 that no file system has answered is not
// [fs.ErrNotExist]. errors.As finds [*RemoteError] and *azcore.ResponseError.
//
// Failed requests are tried again as azcore.ClientOptions.Retry says, and what
// must not happen twice is looked into before.
package datalake
