package azuretest

import "time"

// tutorialGroup is the resource group of the tutorials.
const tutorialGroup = "DevTest"

// seedTutorials makes what the managed identity tutorials work with. Their vaults
// are from before soft delete. Names, values and IDs are those of
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/tutorial-windows-vm-access-nonaad
// and of Microsoft Learning's lab on Key Vault for managed identities.
func (s *Server) seedTutorials() {
	v := s.Vault("mytestkeyvault")
	v.SoftDelete(false)
	v.SetSecretVersion("MyTestSecret", "7c2204c6093c4d859bc5b9eff8f29050", "p@ssw0rd!", time.Unix(1505088747, 0))

	lab := s.Vault("mi-lab-vault")
	lab.SoftDelete(false)
	lab.SetSecretVersion("mi-test", "50644e90b13249b584c44b9f712f2e51", "My Secret", time.Unix(1623000000, 0))

	s.seedGroup()
	s.seedLakes()
}

// seedGroup makes the resource group and the storage account of the tutorials, of the
// same page, with the roles they assign.
func (s *Server) seedGroup() {
	machine := s.SystemIdentity()
	g := s.Subscription(subscriptionID).Group(tutorialGroup)
	g.AddResource(Resource{Type: "Microsoft.Compute/virtualMachines", Name: machineName})
	g.Assign(machine, RoleReader)

	a := s.StorageAccount("mystorageacct")
	a.Container("mycontainer")
	a.Assign(machine, RoleStorageAccountContributor)
}
