package azuretest

// personName is the one the tutorials' tenant has.
const personName = "mia@contoso.onmicrosoft.com"

// SignedInUser returns the person who is signed in where tokens are a person's:
// in Cloud Shell and, as an accident that clients must prevent, on an Azure
// Machine Learning compute that is asked with no valid client ID. Her tokens are
// checked like those of the machine's identities and, until [Vault.Allow] says
// otherwise, she may do nothing.
func (s *Server) SignedInUser() *Identity {
	s.identities.mu.Lock()
	defer s.identities.mu.Unlock()
	if s.identities.person == nil {
		person := s.newIdentity(personName, "")
		person.clientID, person.objectID = guid("cloud shell"), guid("person "+personName)
		person.person = true
		s.identities.person = person
	}
	return s.identities.person
}

// bearer returns whose tokens have an object ID, or nil.
func (i *identities) bearer(objectID string) *Identity {
	if id := i.find(func(id *Identity) bool { return id.objectID == objectID }); id != nil {
		return id
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.person != nil && i.person.objectID == objectID {
		return i.person
	}
	return nil
}
