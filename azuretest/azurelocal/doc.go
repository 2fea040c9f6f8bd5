// Command azurelocal is Azure on a laptop, for programs in every language: the
// emulator of package azuretest behind three ports of 127.0.0.1.
//
//	go run ./azuretest/azurelocal
//
// It prints what to paste into another terminal, in bash, PowerShell and fish. Programs
// started there reach https://mytestkeyvault.vault.azure.net and
// http://169.254.169.254 by an HTTP proxy, the first port, and trust the emulator's
// certificates. No name is resolved and nothing leaves the machine: what the emulator
// does not serve, the proxy refuses.
//
// Lines that are not to be run are comments, so that with -shell the whole output is a
// script:
//
//	azurelocal -shell bash -http 8080 > azure.env
//
// # Ports
//
// -http is the proxy. It is also the machine's token endpoint
// (AZURE_POD_IDENTITY_AUTHORITY_HOST) and App Service's (IDENTITY_ENDPOINT,
// IDENTITY_HEADER), the status page and the control API. -tls speaks TLS under every
// host name of the emulator, for clients that find the way without a proxy, by a file of
// hosts or as in
//
//	curl --connect-to mytestkeyvault.vault.azure.net:443:127.0.0.1:8443 ...
//
// -sql is an Azure SQL server, myserver.database.windows.net; the proxy leads there, too,
// and -sql=off leaves it out. All ports are free ones unless the flags fix them.
//
// # Certificates
//
// The authority's certificate is in a temporary file, which is gone when the program
// ends, unless it is killed, or in the file of -ca, which stays. It is always the same
// one. Its key is part of the source and known to everybody: no system may trust it for
// longer than a test.
//
// # Seeds
//
// The world is that of Microsoft's managed identity tutorials; see package azuretest.
// -seed names a file (JSON) that describes another. All of it is optional:
//
//	{
//	  "systemIdentity": true,
//	  "userIdentities": ["backend"],
//	  "vaults": {
//	    "contoso": {
//	      "softDelete": true,
//	      "purgeProtection": false,
//	      "retentionDays": 7,
//	      "secrets": {"db-password": "s3cret", "rotated": ["the old version", "the new one"], "off": "x"},
//	      "disabled": ["off"],
//	      "policies": {"DevTestVM": ["get", "list"], "backend": ["get"]}
//	    }
//	  },
//	  "subscriptions": {
//	    "98f51385-2edc-4b79-bed9-7718de4cb861": {
//	      "groups": {
//	        "app": {
//	          "location": "westeurope",
//	          "tags": {"stage": "dev"},
//	          "locked": false,
//	          "resources": [{"type": "Microsoft.Compute/virtualMachines", "name": "DevTestVM"}],
//	          "roles": {"DevTestVM": ["Reader"]}
//	        }
//	      },
//	      "roles": {"backend": ["Reader"]}
//	    }
//	  },
//	  "storageAccounts": {
//	    "contosodata": {
//	      "group": {"subscription": "98f51385-2edc-4b79-bed9-7718de4cb861", "name": "app"},
//	      "allowSharedKey": true,
//	      "containers": {"inbox": {"blobs": {"hello.txt": "Hello", "logo.bin": {"base64": "AAEC"}}}},
//	      "roles": {"backend": ["Storage Blob Data Reader"], "DevTestVM": ["Storage Account Contributor"]}
//	    }
//	  },
//	  "dataLakes": [
//	    {
//	      "name": "contosolake",
//	      "profile": "Gen1",
//	      "directories": ["/reports"],
//	      "files": {"/raw/a.csv": "1,2\n"},
//	      "acls": {"/reports": "user::rwx,group::r-x,other::---"},
//	      "allow": {"backend": {"/": "--x", "/raw": "r-x", "/raw/a.csv": "r--"}}
//	    }
//	  ],
//	  "sql": {
//	    "admin": "backend",
//	    "directoryReader": true,
//	    "databases": {
//	      "orders": {
//	        "script": [
//	          "CREATE TABLE Orders (ID int PRIMARY KEY, Item nvarchar(50) NOT NULL)",
//	          "INSERT INTO Orders VALUES (1, N'pear')",
//	          "CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER; ALTER ROLE db_datareader ADD MEMBER [DevTestVM]"
//	        ]
//	      }
//	    }
//	  }
//	}
//
// The machine is DevTestVM, as is its system-assigned identity. What has no policies or
// roles is open to it, and to nobody else. A profile is Gen1, Gen2 (whose name is
// ACCOUNT/FILESYSTEM), Hadoop, HttpFS or Knox. A database's "file", whose path starts at
// the seed's directory, is a script in which lines with GO are between batches; it runs
// before "script". An unknown field is an error, and so is a name that is there twice, in
// another case or spelling too: it is told as file:line:column, nothing is served and the
// exit code is 2.
//
// # State
//
// -state names a file in which everything is kept that the services hold, the databases,
// the clock and the secret in IDENTITY_HEADER included, but neither faults nor the log of
// requests. It is written two seconds after a change and when the program ends: a new file
// takes the place of the old one when it is complete and on the disk. The next run goes on
// from there, and looks at no seed. With -sql=off the databases in it stay as they are; if
// there are none yet, the first run that has a SQL server begins with those of -seed or of
// the tutorials. A file that is none of this program's, or of another
// version, or that somebody else has changed meanwhile, is left as it is. Secrets are in
// it as they are.
//
// # Ends
//
// Ctrl-C or SIGTERM ends the program: requests have half a second, then all connections
// are closed and the state is saved. The exit code is 0 after that, 1 if something has
// failed after the line that says ready, and 2 if that line never came because of a flag,
// a port, a seed or a state: then one line says what to do, and nothing has been changed.
//
// # Status page
//
// AZURELOCAL_STATUS_URL in a browser shows what there is (identities, tokens issued,
// vaults, resource groups, SAS, files, databases) and each request as it is answered,
// with what has become of it and why it was refused. Switches make services fail, slow,
// or cut their answers; a form adds any other fault; buttons move the clock. It needs no
// JavaScript, loads nothing from elsewhere, and shows no token, signature or secret.
//
// # Control
//
// What package azuretest does by Go calls, other programs do by HTTP at
// AZURELOCAL_STATUS_URL. Names are those of Go, in camelCase; durations are texts such as
// "1m30s".
//
//	GET    /api/faults         those that are not over: {"faults": [{"id": 1, "struck": 0, "left": 3, ...}]}
//	POST   /api/faults         adds one, see below, and answers with its id
//	DELETE /api/faults/ID      ends one
//	GET    /api/clock          {"now": "2026-01-02T03:04:05Z", "ahead": "1h0m0s"}
//	POST   /api/clock          {"advance": "1h"}: tokens, secrets and SAS age
//	GET    /api/requests       {"requests": [...]}: the last 10,000, in the order of arrival;
//	                           ?after=NUMBER leaves those that are done since
//	GET    /api/requests/live  each request when it is done, as a server-sent event
//
// A fault has the fields of azuretest.Fault, all of them optional, but it has to do
// something, to operations that there are: the third secret that is read from now on, and
// the one after it, are answered with 429 by
//
//	curl -H 'Content-Type: application/json' "$AZURELOCAL_STATUS_URL"api/faults -d '{
//	  "operation": "keyvault.get", "nth": 3, "times": 2, "status": 429, "retryAfter": "2s"}'
//
// A request has the fields of azuretest.Request, without what is called a client secret, a
// password, a token or an account's key in its address, its header and its body; a body
// that is no text is in bodyBase64, one that sets a secret holds its value, and the oldest
// bodies are dropped when there are 32 MiB of them.
// An error is {"error": "what to do"}. The API takes no request that a browser sends for
// another site's page, none that names another host, and none by the proxy.
package main
