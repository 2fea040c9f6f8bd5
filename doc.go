// Package azure is Keyless for Azure: Go services on Azure machines reach Azure
// with no credential in their code.
//
//	cred, err := credential.NewManagedIdentityCredential(nil)
//	client, err := keyvault.NewSecretClient("https://contoso.vault.azure.net", cred, nil)
//	secret, err := client.Get(ctx, "db-password")
//
// This package holds documentation only. The code lives in:
//
//   - [github.com/keyless-go/azure/credential]: the managed identity's tokens,
//     cached and renewed before they expire
//   - [github.com/keyless-go/azure/keyvault]: Key Vault secrets
//   - [github.com/keyless-go/azure/arm]: resource groups
//   - [github.com/keyless-go/azure/storage]: shared access signatures that renew
//     themselves, and blobs
//   - [github.com/keyless-go/azure/datalake]: the files of Hadoop and of Azure
//     Data Lake Storage
//   - [github.com/keyless-go/azure/sql]: Azure SQL databases, package azuresql
//   - [github.com/keyless-go/azure/azuretest]: the same Azure in memory, for tests;
//     azuretest/sqlserver is its Azure SQL
package azure
