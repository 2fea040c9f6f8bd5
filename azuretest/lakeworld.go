package azuretest

// seedLakes makes the data lakes of the tutorials: the store whose owner has let the
// machine look at its root and work in one folder, and the file system of the storage
// account.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/tutorial-windows-vm-access-datalake
func (s *Server) seedLakes() {
	const folder = "/TestFolder"
	machine, owner := s.SystemIdentity(), s.SignedInUser()
	l := s.DataLake("mydatalake", Gen1)
	l.Mkdir(folder)
	for _, name := range []string{"/", folder} {
		l.Chown(name, owner.objectID, owner.objectID)
	}
	l.AllowOnly(machine, "/", "r-x")
	l.Allow(machine, folder, "rwx")

	s.DataLake("mystorageacct", Gen2)
}
