// Package azuretest is Azure in memory, for tests: the endpoint that hands a
// machine its managed identity's tokens, and the services those tokens open.
//
//	srv := azuretest.New(t)
//	cred, err := credential.NewManagedIdentityCredential(
//		&credential.ManagedIdentityCredentialOptions{HTTPClient: srv.Client()})
//	client, err := keyvault.NewSecretClient("https://mytestkeyvault.vault.azure.net", cred,
//		&keyvault.ClientOptions{HTTPClient: srv.Client()})
//
// Nothing listens on a port. [Server.Client] returns an [http.Client] that finds
// the emulator under every real host name, so the code under test keeps its
// real addresses, https included, and needs no certificate. A host nobody
// serves fails as an unknown DNS name does; the network is never touched.
//
// # What is checked
//
// Tokens are signed JWTs. Every service checks signature, audience, expiry,
// identity and permission, and an error body says what the token had and what
// the service wanted. [Server.Requests] lists what arrived and why it was
// refused; [Server.Fail] makes chosen requests fail; [Server.Advance] lets
// tokens, secrets and SAS age.
//
// # What it holds
//
// A Server begins with a small world, the one of Microsoft's managed identity
// tutorials: the virtual machine DevTestVM with a system-assigned identity; the
// vaults mytestkeyvault (secret MyTestSecret) and mi-lab-vault (secret mi-test);
// the resource group DevTest, of which the machine is a Reader; the storage
// account mystorageacct (container mycontainer), of which it is a Storage Account
// Contributor; and the data lakes mydatalake, with a folder TestFolder that the machine
// may work in, and mystorageacct/mycontainer. [Empty] leaves all but the machine out.
//
// What a test adds itself is open to the machine's identity until the test assigns
// roles or permissions: [Server.Vault], [Server.Subscription] with [Scope.Assign],
// [Server.StorageAccount]. [Server.DataLake] has modes and ACLs instead.
//
// Resource Manager knows resource groups, what is in them, and storage accounts:
// listServiceSas and listAccountSas sign with the account's key, and the account's
// blobs take what they have signed, tokens, user delegation SAS and requests signed
// by the key. [StorageAccount.HandOver] mints SAS for a real Azurite.
//
// # Where a program runs
//
// All sources of a managed identity's tokens are there, with the errors and the
// oddities of each: IMDS and what came before it, App Service in both protocols,
// Azure Arc, Service Fabric, Cloud Shell, Azure Machine Learning, workload identity
// on Kubernetes. [Server.Environment] returns the variables that a program finds in
// each. The identity is the machine's in all of them, but for Cloud Shell, where it
// is [Server.SignedInUser].
//
// Two of them put files on the disk: Azure Arc ([Server.SetArcKeyDirectory]) and
// workload identity, each when it is asked for. Close removes them.
//
// # Operations
//
// In a [Fault] and a [Request] an operation has one of these names. A dot alone stands
// for the service before it.
//
//	imds.token podidentity.token vmextension.token appservice.token appservice2017.token
//	azureml.token cloudshell.token servicefabric.token arc.token
//	workloadidentity.token .discovery
//	keyvault.get .set .update .delete .list .listversions .listdeleted .getdeleted
//	.recover .purge .backup .restore
//	arm.groups.get .groups.exists .groups.list .groups.createorupdate .groups.update
//	.groups.delete .groups.resources .operations.result .operations.status
//	storage.listaccounts .getaccount .listkeys .regeneratekey .listservicesas
//	.listaccountsas .listcontainers .getuserdelegationkey .createcontainer
//	.deletecontainer .getcontainerproperties .getcontaineracl .setcontaineracl
//	.listblobs .putblob .putblock .putblocklist .getblocklist .getblob
//	.getblobproperties .setblobmetadata .setblobproperties .deleteblob
//	sql.prelogin .tls .login .batch .rpc .transaction .reset
//	unknown
//
// Those of data lakes are called as in WebHDFS: see [DataLake]. Those of SQL are served
// by azuretest/sqlserver.
//
// # State
//
// [Server.Save] writes all that a Server holds, and [Server.Load] puts it into another,
// in this program or the next run of it. [Server.Watch] tells what happens as it happens;
// [Server.Vaults], [Server.StorageAccounts] and their kin list what there is.
//
// # Virtual time
//
// A Server works inside a testing/synctest bubble if it is made and closed in
// it: [New] called in the bubble does both, and waits until what clients still do
// in the background is over. After [Start] and Close let time pass for that before
// the bubble ends.
//
// # Not for production
//
// The signing key is part of the source and known to everybody. Never let
// anything real trust a token of this package.
package azuretest
