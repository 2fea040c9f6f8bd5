// Microsoft's SDKs for JavaScript on the emulator, as any program would use them: they are
// told nothing but the environment. Prints a line "ok NAME" or "failed NAME: WHY" per check.
import assert from 'node:assert/strict'
import { ClientSecretCredential, DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'
import { ResourceManagementClient } from '@azure/arm-resources'
import { StorageManagementClient } from '@azure/arm-storage'
import { BlobServiceClient, ContainerClient } from '@azure/storage-blob'

const subscription = '98f51385-2edc-4b79-bed9-7718de4cb861'
const vault = 'https://mytestkeyvault.vault.azure.net'
const account = 'https://mystorageacct.blob.core.windows.net'

async function all(pages) {
  const list = []
  for await (const one of pages) list.push(one)
  return list
}

async function rejected(promise, status) {
  const error = await promise.then(() => assert.fail('it was not refused'), (e) => e)
  assert.equal(error.statusCode, status, String(error))
  return error
}

// containerWithSAS asks Resource Manager for a SAS as the storage tutorial does.
async function containerWithSAS(permissions) {
  const arm = new StorageManagementClient(new ManagedIdentityCredential(), subscription)
  const { serviceSasToken } = await arm.storageAccounts.listServiceSAS('DevTest', 'mystorageacct', {
    canonicalizedResource: '/blob/mystorageacct/mycontainer',
    resource: 'c',
    permissions,
    sharedAccessExpiryTime: new Date(Date.now() + 3600_000),
  })
  return new ContainerClient(`${account}/mycontainer?${serviceSasToken}`)
}

const checks = {
  async 'DefaultAzureCredential and a secret'() {
    const secret = await new SecretClient(vault, new DefaultAzureCredential()).getSecret('MyTestSecret')
    assert.equal(secret.value, 'p@ssw0rd!')
    assert.equal(secret.properties.vaultUrl, vault)
  },

  async 'secrets are set, changed, listed and deleted'() {
    const client = new SecretClient(vault, new ManagedIdentityCredential())
    const set = await client.setSecret('from-node', 'näïve', { contentType: 'text/plain', tags: { a: 'b' } })
    assert.equal(set.properties.tags.a, 'b')
    assert.equal((await client.getSecret('from-node')).value, 'näïve')
    await client.updateSecretProperties('from-node', set.properties.version, { enabled: false })
    await rejected(client.getSecret('from-node'), 403)
    await client.updateSecretProperties('from-node', set.properties.version, { enabled: true })
    const names = (await all(client.listPropertiesOfSecrets())).map((s) => s.name)
    assert.ok(names.includes('from-node') && names.includes('MyTestSecret'), names.join())
    await (await client.beginDeleteSecret('from-node', { intervalInMs: 20 })).pollUntilDone()
    await rejected(client.getSecret('from-node'), 404)
  },

  async 'a secret that is not there'() {
    const error = await rejected(new SecretClient(vault, new ManagedIdentityCredential()).getSecret('nothing'), 404)
    assert.equal(error.code, 'SecretNotFound')
  },

  async 'an identity the machine does not have'() {
    const cred = new ManagedIdentityCredential({ clientId: '11111111-2222-3333-4444-555555555555' })
    const error = await cred.getToken('https://vault.azure.net/.default').then(() => assert.fail('there is a token'), (e) => e)
    assert.match(error.name, /AuthenticationError|CredentialUnavailableError/)
  },

  async 'a vault that nobody has'() {
    const client = new SecretClient('https://nobody.vault.azure.net', new ManagedIdentityCredential(), { retryOptions: { maxRetries: 0 } })
    await assert.rejects(client.getSecret('x'))
  },

  async 'resource groups'() {
    const client = new ResourceManagementClient(new ManagedIdentityCredential(), subscription)
    const group = await client.resourceGroups.get('DevTest')
    assert.equal(group.name, 'DevTest')
    assert.equal(group.location, 'westus')
    assert.equal(group.properties.provisioningState, 'Succeeded')
    assert.deepEqual((await all(client.resourceGroups.list())).map((g) => g.name), ['DevTest'])
    const error = await rejected(client.resourceGroups.createOrUpdate('Mine', { location: 'westus' }), 403)
    assert.equal(error.code, 'AuthorizationFailed')
    assert.match(error.message, /Microsoft\.Resources\/subscriptions\/resourcegroups\/write/i)
  },

  async 'blobs with a SAS'() {
    const container = await containerWithSAS('rcwl')
    const blob = container.getBlockBlobClient('from node/ä b.txt')
    const content = Buffer.alloc(3 << 20, 'keyless ')
    await blob.uploadData(content, { blockSize: 1 << 20, maxSingleShotSize: 1 << 20, concurrency: 3 })
    assert.ok((await blob.downloadToBuffer()).equals(content))
    assert.equal((await blob.getProperties()).contentLength, content.length)
    const names = (await all(container.listBlobsFlat())).map((b) => b.name)
    assert.ok(names.includes('from node/ä b.txt'), names.join())
    await rejected(blob.delete(), 403)
  },

  async 'a SAS that may only read'() {
    const container = await containerWithSAS('r')
    const error = await rejected(container.getBlockBlobClient('no').upload('x', 1), 403)
    assert.equal(error.code, 'AuthorizationPermissionMismatch')
  },

  async 'blobs with a token need a role for data'() {
    const service = new BlobServiceClient(account, new ManagedIdentityCredential())
    const error = await rejected(service.getContainerClient('mycontainer').getBlockBlobClient('x').upload('x', 1), 403)
    assert.equal(error.code, 'AuthorizationPermissionMismatch')
  },

  async 'nothing leaves the machine'() {
    const cred = new ClientSecretCredential('contoso.example', 'client', 'secret', { authorityHost: 'https://login.example.com', retryOptions: { maxRetries: 0 } })
    await assert.rejects(cred.getToken('https://vault.azure.net/.default'))
  },
}

for (const [name, check] of Object.entries(checks)) {
  try {
    await check()
    console.log(`ok ${name}`)
  } catch (error) {
    console.log(`failed ${name}: ${String(error?.stack ?? error).replaceAll('\n', ' | ').slice(0, 1500)}`)
  }
}
