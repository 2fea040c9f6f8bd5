package azuretest

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// gen2Account is a storage account as Azure Data Lake Storage Gen2 shows it: file
// systems with directories in them.
// https://learn.microsoft.com/rest/api/storageservices/data-lake-storage-gen2
type gen2Account struct {
	server *Server
	name   string

	mu          sync.Mutex // guards fileSystems
	fileSystems map[string]*DataLake
}

func (a *gen2Account) add(name string, l *DataLake) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fileSystems[name] = l
}

func (a *gen2Account) find(name string) *DataLake {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.fileSystems[name]
}

// gen2Request is a request to the account that has been let in.
type gen2Request struct {
	*call

	account *gen2Account
	op      string
	query   url.Values
	lake    *DataLake // nil: it is about the account or a file system that is not there
	system  string    // the file system's name
	user    lakeUser
	path    string
	now     time.Time
}

// gen2Op is one operation. What moves data locks the lake itself.
type gen2Op struct {
	moves bool
	run   func(*gen2Request) (lakeReply, *storageError)
}

// listens lets plain http in too, only to refuse it: a test then sees the request.
func (a *gen2Account) listens(port string, tls bool) bool {
	return port == "443" && tls || port == "80" && !tls
}

func (a *gen2Account) admit(*call) func() { return func() {} }

func (a *gen2Account) operation(r *http.Request) string {
	system, _ := splitSystem(r.URL.Path)
	if op := gen2Name(r, r.URL.Query(), system); op != "" {
		return "datalake." + op
	}
	return "unknown"
}

// splitSystem divides a path into the file system and what is in it.
func splitSystem(urlPath string) (system, path string) {
	system, path, _ = strings.Cut(strings.TrimPrefix(urlPath, "/"), "/")
	return system, cleanLake(path)
}

// gen2Name names what a request asks for, as WebHDFS would where it has the same.
func gen2Name(r *http.Request, query url.Values, system string) string {
	switch {
	case system == "":
		if r.Method == http.MethodGet && query.Get("resource") == "account" {
			return "listfilesystems"
		}
		return ""
	case query.Get("resource") == "filesystem":
		return map[string]string{
			http.MethodPut: "createfilesystem", http.MethodDelete: "deletefilesystem", http.MethodHead: "getfilesystem",
			http.MethodPatch: "setfilesystem", http.MethodGet: "liststatus",
		}[r.Method]
	}
	switch r.Method {
	case http.MethodPut:
		return gen2Put(r, query)
	case http.MethodPatch:
		return gen2Patch(query.Get("action"))
	case http.MethodGet:
		return "open"
	case http.MethodHead:
		if query.Get("action") == "getAccessControl" {
			return "getaclstatus"
		}
		return "getfilestatus"
	case http.MethodDelete:
		return "delete"
	case http.MethodPost:
		return "lease"
	}
	return ""
}

func gen2Put(r *http.Request, query url.Values) string {
	switch {
	case query.Get("comp") == "expiry":
		return "setexpiry"
	case r.Header.Get("X-Ms-Rename-Source") != "":
		return "rename"
	case query.Get("resource") == "file":
		return "create"
	case query.Get("resource") == "directory":
		return "mkdirs"
	}
	return ""
}

func gen2Patch(action string) string {
	switch action {
	case "append", "flush":
		return action
	case "setProperties", "setAccessControl", "setAccessControlRecursive":
		return strings.ToLower(action)
	}
	return ""
}

func gen2Ops(name string) gen2Op {
	return map[string]gen2Op{
		"listfilesystems":           {true, (*gen2Request).listFileSystems},
		"createfilesystem":          {true, (*gen2Request).createFileSystem},
		"deletefilesystem":          {true, (*gen2Request).deleteFileSystem},
		"getfilesystem":             {true, (*gen2Request).getFileSystem},
		"setfilesystem":             {true, (*gen2Request).getFileSystem},
		"liststatus":                {false, (*gen2Request).list},
		"create":                    {false, (*gen2Request).create},
		"mkdirs":                    {false, (*gen2Request).mkdir},
		"rename":                    {false, (*gen2Request).rename},
		"delete":                    {false, (*gen2Request).remove},
		"append":                    {true, (*gen2Request).appendData},
		"flush":                     {false, (*gen2Request).flush},
		"open":                      {false, (*gen2Request).read},
		"getfilestatus":             {false, (*gen2Request).head},
		"getaclstatus":              {false, (*gen2Request).head},
		"setproperties":             {false, (*gen2Request).setProperties},
		"setaccesscontrol":          {false, (*gen2Request).setAccessControl},
		"setaccesscontrolrecursive": {false, (*gen2Request).setAccessControlRecursive},
		"setexpiry":                 {false, (*gen2Request).setExpiry},
		"lease":                     {false, (*gen2Request).lease},
	}[name]
}

func (a *gen2Account) serve(c *call) {
	a.describe(c)
	q, problem := a.understand(c)
	if problem == nil {
		var reply lakeReply
		if reply, problem = q.perform(); problem == nil {
			reply(c)
			return
		}
	}
	a.refuse(c, problem)
}

// understand finds out who asks for what.
func (a *gen2Account) understand(c *call) (*gen2Request, *storageError) {
	if isPlain(c.r) {
		return nil, badStorageRequest("AccountRequiresHttps", "The account being accessed does not support http.")
	}
	id, why := c.authenticate("https://storage.azure.com/", "https://storage.azure.com", "https://"+a.name+gen2Suffix, "https://"+a.name+gen2Suffix+"/")
	if why != nil {
		code := "InvalidAuthenticationInfo"
		if why.kind == noToken {
			code = "NoAuthenticationInformation"
		}
		return nil, &storageError{status: http.StatusUnauthorized, code: code, message: "Server failed to authenticate the request: " + why.reason + "."}
	}
	if version := c.r.Header.Get("X-Ms-Version"); !regexp.MustCompile(`^20\d\d-\d\d-\d\d$`).MatchString(version) {
		return nil, badHeader("x-ms-version", fmt.Sprintf("is %q, want a date such as 2023-11-03", version))
	}
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, badQuery("the query", "cannot be parsed")
	}
	system, path := splitSystem(c.r.URL.Path)
	q := &gen2Request{call: c, account: a, query: query, system: system, path: path, lake: a.find(system), now: a.server.Now()}
	q.user = lakeUser{name: id.objectID}
	if q.lake != nil {
		q.user = q.lake.user(id.objectID)
	}
	q.user = a.withRoles(q.user, id)
	if q.op = gen2Name(c.r, query, system); q.op == "" {
		return nil, badStorageRequest("UnsupportedQueryParameter", fmt.Sprintf("%s with these parameters is no operation of the service", c.r.Method))
	}
	return q, nil
}

// perform does what the request asks for.
func (q *gen2Request) perform() (lakeReply, *storageError) {
	op := gen2Ops(q.op)
	switch {
	case q.lake == nil && q.system != "" && q.op != "createfilesystem":
		return nil, &storageError{status: http.StatusNotFound, code: "FilesystemNotFound", message: "The specified filesystem does not exist."}
	case strings.ContainsRune(q.path, 0), badDots(q.path):
		return nil, badStorageRequest("InvalidResourceName", "The specified resource name contains invalid characters.")
	}
	if !op.moves {
		q.lake.mu.Lock()
		defer q.lake.mu.Unlock()
	}
	return op.run(q)
}
