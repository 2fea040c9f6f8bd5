package azuretest_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

func decodeJSON(body string) (v any, ok bool) {
	ok = json.Unmarshal([]byte(body), &v) == nil
	return v, ok
}

// hostileWorld is a Server with something in everything, and requests that are good
// there: a line each of method, host, target and perhaps a body.
func hostileWorld(t *testing.T) (*azuretest.Server, []sample) {
	t.Helper()
	keys := tempDir(t) // before the server, so that it removes its files first
	srv := azuretest.New(t)
	srv.SetArcKeyDirectory(keys)
	srv.AddUserIdentity("user")
	srv.Vault("mytestkeyvault").SoftDelete(true)
	srv.StorageAccount("mystorageacct").Container("mycontainer").SetBlob("b", []byte(strings.Repeat("0123456789", 100)))
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox, azuretest.Gen2} {
		lake := srv.DataLake("lake", profile)
		lake.WriteFile("/d/f", []byte("data"))
		lake.Generate("/many", 50)
	}
	var all []sample
	for _, service := range services(srv) {
		for line := range strings.SplitSeq(strings.TrimSpace(service.lines), "\n") {
			fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
			s := sample{method: fields[0], host: service.host, target: service.base + fields[1], header: service.header}
			if len(fields) == 3 {
				s.body = fields[2]
			}
			all = append(all, s)
		}
	}
	return srv, all
}

// service is the requests to one host.
type service struct {
	host, base string
	header     [][2]string
	lines      string
}

func services(srv *azuretest.Server) []service {
	machine := srv.SystemIdentity()
	bearer := func(audience string, more ...[2]string) [][2]string {
		return append([][2]string{{"Authorization", "Bearer " + machine.Token(audience, 24*time.Hour)}, {"Content-Type", "application/json"}}, more...)
	}
	secret := srv.Environment("AppService")["IDENTITY_HEADER"]
	const group = "/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups"
	const webHDFS = `
		GET /d?op=LISTSTATUS
		GET /many?op=LISTSTATUS_BATCH&startAfter=file-0000000003
		GET /d/f?op=GETFILESTATUS
		GET /d/f?op=OPEN&offset=1&length=2
		GET /d?op=GETCONTENTSUMMARY
		GET /d/f?op=GETFILECHECKSUM
		GET /d?op=GETACLSTATUS
		GET /d/f?op=GETXATTRS&encoding=hex
		PUT /d/new?op=CREATE&overwrite=true&permission=644&blocksize=1048576 data
		PUT /d/dir?op=MKDIRS&permission=755
		PUT /d/f?op=RENAME&destination=/d/g
		PUT /d/f?op=SETPERMISSION&permission=1777
		PUT /d/f?op=SETOWNER&owner=a&group=b
		PUT /d/f?op=SETTIMES&modificationtime=1&accesstime=-1
		PUT /d?op=SETACL&aclspec=user::rwx,user:bob:r-x,group::r-x,other::---
		PUT /d?op=MODIFYACLENTRIES&aclspec=default:user:bob:rwx
		PUT /d/f?op=SETXATTR&xattr.name=user.x&xattr.value=0xff&flag=CREATE
		PUT /d?op=SETQUOTA&namespacequota=10&storagespacequota=-1
		PUT /d?op=CREATESNAPSHOT&snapshotname=s
		POST /d/f?op=APPEND more
		POST /d/f?op=CONCAT&sources=/d/new
		POST /d/f?op=TRUNCATE&newlength=1
		DELETE /d/dir?op=DELETE&recursive=true`
	list := []service{
		{"169.254.169.254", "/metadata/identity/oauth2/token", [][2]string{{"Metadata", "true"}}, "GET ?api-version=2018-02-01&resource=https://vault.azure.net\nGET ?api-version=2021-02-01&resource=https://management.azure.com/&client_id=" + machine.ClientID()},
		{"localhost:8081", "/msi/token", [][2]string{{"X-Identity-Header", secret}, {"Secret", secret}}, "GET ?api-version=2019-08-01&resource=https://vault.azure.net\nGET ?api-version=2017-09-01&resource=https://vault.azure.net&clientid=x"},
		{"localhost:50342", "/oauth2/token", [][2]string{{"Metadata", "true"}, {"Content-Type", "application/x-www-form-urlencoded"}}, "POST ? resource=https://vault.azure.net\nGET ?resource=https://vault.azure.net"},
		{"localhost:50341", "/oauth2/token", [][2]string{{"Metadata", "true"}}, "POST ? resource=https://vault.azure.net"},
		{"localhost:40342", "/metadata/identity/oauth2/token", [][2]string{{"Metadata", "true"}, {"Authorization", "Basic key"}}, "GET ?api-version=2020-06-01&resource=https://vault.azure.net"},
		{"localhost:2377", "/metadata/identity/oauth2/token", [][2]string{{"Secret", secret}}, "GET ?api-version=2019-07-01-preview&resource=https://vault.azure.net"},
		{"localhost:46808", "/MSI/auth", [][2]string{{"Secret", secret}}, "GET ?api-version=2017-09-01&resource=https://vault.azure.net&clientid=" + machine.ClientID()},
		{"login.microsoftonline.com", "/" + machine.TenantID(), [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}, `
			POST /oauth2/v2.0/token ` + url.Values{"grant_type": {"client_credentials"}, "client_id": {machine.ClientID()}, "scope": {"https://vault.azure.net/.default"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {machine.Token("a", time.Hour)}, "claims": {"{}"}}.Encode() + `
			GET /v2.0/.well-known/openid-configuration
			GET /discovery/v2.0/keys`},
		{"mytestkeyvault.vault.azure.net", "", bearer("https://vault.azure.net"), `
			GET /secrets/MyTestSecret?api-version=7.4
			GET /secrets?api-version=7.4&maxresults=2
			GET /secrets/MyTestSecret/versions?api-version=2016-10-01
			GET /deletedsecrets?api-version=7.4
			PUT /secrets/a?api-version=7.4 {"value":"v","contentType":"t","tags":{"a":"b"},"attributes":{"enabled":true,"nbf":1,"exp":2}}
			PATCH /secrets/a/7c2204c6093c4d859bc5b9eff8f29050?api-version=7.4 {"attributes":{"enabled":false},"tags":{}}
			POST /secrets/a/backup?api-version=7.4
			POST /secrets/restore?api-version=7.4 {"value":"AAAA"}
			POST /deletedsecrets/a/recover?api-version=7.4
			DELETE /deletedsecrets/a?api-version=7.4
			DELETE /secrets/a?api-version=7.4`},
		{"management.azure.com", group, bearer("https://management.azure.com/"), `
			GET ?api-version=2021-04-01&$filter=tagName+eq+'a'+and+tagValue+eq+'b'&$top=1
			GET /DevTest?api-version=2021-04-01
			GET /DevTest/resources?api-version=2021-04-01&$expand=createdTime,changedTime&$skiptoken=x
			PUT /new?api-version=2021-04-01 {"location":"westus","tags":{"a":"b"}}
			PATCH /new?api-version=2021-04-01 {"tags":{"a":"b"},"managedBy":"m"}
			DELETE /new?api-version=2021-04-01
			GET /DevTest/providers/Microsoft.Storage/storageAccounts/mystorageacct?api-version=2024-01-01
			POST /DevTest/providers/Microsoft.Storage/storageAccounts/mystorageacct/listKeys?api-version=2024-01-01
			POST /DevTest/providers/Microsoft.Storage/storageAccounts/mystorageacct/regenerateKey?api-version=2024-01-01 {"keyName":"key1"}
			POST /DevTest/providers/Microsoft.Storage/storageAccounts/mystorageacct/listServiceSas?api-version=2017-06-01 {"canonicalizedResource":"/blob/mystorageacct/mycontainer","signedResource":"c","signedPermission":"rcw","signedExpiry":"2099-01-01"}
			POST /DevTest/providers/Microsoft.Storage/storageAccounts/mystorageacct/listAccountSas?api-version=2017-06-01 {"signedServices":"b","signedResourceTypes":"o","signedPermission":"r","signedExpiry":"2099-01-01"}`},
		{"mystorageacct.dfs.core.windows.net", "", bearer("https://storage.azure.com/", [2]string{"X-Ms-Version", "2023-11-03"}), `
			GET /?resource=account
			GET /lake?resource=filesystem&recursive=true&directory=d&maxResults=2
			PUT /fs?resource=filesystem
			HEAD /mycontainer/d?action=getAccessControl
			PUT /mycontainer/f?resource=file
			PUT /mycontainer/d?resource=directory
			PATCH /mycontainer/f?action=append&position=0 data
			PATCH /mycontainer/f?action=flush&position=4
			PATCH /mycontainer/f?action=setAccessControl
			GET /mycontainer/f
			POST /mycontainer/f
			DELETE /mycontainer/f?recursive=true`},
		{"lake.azuredatalakestore.net", "/webhdfs/v1", bearer("https://datalake.azure.net/"), webHDFS},
		{"knox.lake.test:8443", "/gateway/default/webhdfs/v1", bearer("api://lake"), webHDFS},
	}
	for _, host := range []string{"namenode.lake.test:9870", "datanode.lake.test:9864", "httpfs.lake.test:14000"} {
		user := [][2]string{{"Cookie", `hadoop.auth="u=hdfs&p=hdfs"`}, {"Content-Type", "application/octet-stream"}}
		list = append(list, service{host, "/webhdfs/v1", user, strings.ReplaceAll(webHDFS, "op=", "user.name=hdfs&op=")})
	}
	blob := [2]string{"X-Ms-Version", "2021-12-02"}
	return append(list, service{"mystorageacct.blob.core.windows.net", "", append(bearer("https://storage.azure.com/"), blob, [2]string{"X-Ms-Blob-Type", "BlockBlob"}), `
		GET /?comp=list&prefix=a
		GET /mycontainer?restype=container&comp=list&delimiter=/&include=metadata,uncommittedblobs&maxresults=2
		GET /mycontainer?restype=container&comp=acl
		PUT /mycontainer?restype=container&comp=acl <SignedIdentifiers><SignedIdentifier><Id>a</Id><AccessPolicy><Expiry>2099-01-01</Expiry><Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>
		PUT /new?restype=container
		POST /?restype=service&comp=userdelegationkey <KeyInfo><Start>2026-01-01</Start><Expiry>2099-01-01</Expiry></KeyInfo>
		PUT /mycontainer/b data
		PUT /mycontainer/b?comp=block&blockid=YQ== data
		PUT /mycontainer/b?comp=blocklist <BlockList><Latest>YQ==</Latest></BlockList>
		GET /mycontainer/b?comp=blocklist&blocklisttype=all
		PUT /mycontainer/b?comp=metadata
		PUT /mycontainer/b?comp=properties
		GET /mycontainer/b
		HEAD /mycontainer/b
		DELETE /mycontainer/b`}, service{"mystorageacct.blob.core.windows.net", "", [][2]string{blob}, `
		GET /mycontainer/b?sv=2015-04-05&sr=c&se=2099-01-01T00:00:00Z&sp=r&sig=AAAA
		GET /mycontainer/b?sv=2021-12-02&ss=b&srt=o&se=2099-01-01T00:00:00Z&sp=r&sig=AAAA
		GET /mycontainer/b?sv=2021-12-02&sr=b&skoid=a&sktid=b&skt=2026-01-01&ske=2099-01-01&sks=b&skv=2021-12-02&sp=r&se=2099-01-01&sig=AAAA`})
}
