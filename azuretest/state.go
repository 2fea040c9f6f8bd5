package azuretest

import (
	"errors"
	"fmt"
	"io"
)

// stateVersion is that of what Save writes.
const stateVersion = 1

// StateVersionError is what [Server.Load] returns for a state that another version of
// this package has saved.
type StateVersionError struct {
	Version int // of the state
	Want    int // what can be read
}

// Error says which version would do.
func (e *StateVersionError) Error() string {
	return fmt.Sprintf("the state has version %d, this emulator reads version %d: use the emulator that saved it, or begin without", e.Version, e.Want)
}

// Save writes what the Server holds, for [Server.Load]: identities and the secret of
// their endpoints, the clock's offset, vaults with all versions and what is deleted,
// subscriptions, groups, their deletions and role assignments, storage accounts with
// keys, blobs and blocks, and data lakes with ACLs, attributes, snapshots and what is not
// yet flushed. Faults, the log of requests, who is connected and the files of Azure Arc
// and of pods are not in it.
//
// It is JSON, a version first, then one record on each line; the same state gives the
// same bytes. Each vault, account and lake is saved as it is at one moment, and requests
// go on meanwhile. What is written holds secrets, keys and all data. Contents are
// streamed: memory does not grow with them.
func (s *Server) Save(w io.Writer) error {
	out := newStateWriter(w)
	out.write(stateRecord{Server: s.serverState()})
	s.saveVaults(out)
	s.saveARM(out)
	s.saveLakes(out)
	if err := out.close(); err != nil {
		return fmt.Errorf("azuretest: Save: %w", err)
	}
	return nil
}

// Load puts what [Server.Save] has written in the place of what the Server holds. If it
// cannot, it changes nothing: the error is a [*StateVersionError] for the state of another
// version, or says which record is wrong. Values that were got from the Server before,
// such as a [Vault] or a [ResourceGroup], are of no more use after it; an [Identity] is if
// it is in the state, too. Requests that are being served end as they have begun.
func (s *Server) Load(r io.Reader) error {
	l := &stateLoader{server: s, vaults: map[string]*Vault{}}
	l.subscriptions, l.accounts, l.jobs = map[string]*Subscription{}, map[string]*StorageAccount{}, map[string]*deletionJob{}
	l.lakesByName, l.lakesByHost = map[string]*DataLake{}, map[string]service{}
	err := l.read(r)
	if l.in != nil && err != nil {
		err = fmt.Errorf("record %d: %w", l.in.lines, err)
	}
	if err != nil {
		return fmt.Errorf("azuretest: Load: %w", err)
	}
	l.install()
	return nil
}

// stateLoader is a state that is being read. Nothing of it is the Server's yet.
type stateLoader struct {
	server *Server
	in     *stateReader

	about         *serverState
	vaults        map[string]*Vault
	subscriptions map[string]*Subscription
	accounts      map[string]*StorageAccount
	jobs          map[string]*deletionJob
	lakesByName   map[string]*DataLake
	lakesByHost   map[string]service

	// What the next records belong to.
	vault        *Vault
	subscription *Subscription
	account      *StorageAccount
	container    *container
	lake         *DataLake
	nodes        []*lakeNode
	spill        *lakeSpill
}

func (l *stateLoader) read(r io.Reader) (err error) {
	if l.in, err = newStateReader(r); err != nil {
		l.in = nil
		return err
	}
	for {
		record, err := l.in.next()
		switch {
		case errors.Is(err, io.EOF) && l.about == nil:
			return errors.New("there is no record of the server")
		case errors.Is(err, io.EOF):
			return l.checkLakes()
		case err != nil:
			return err
		case (l.about == nil) != (record.Server != nil):
			return errors.New("the server's record is the first, and there is one")
		}
		if err := l.take(record); err != nil {
			return err
		}
	}
}

// take understands one record.
func (l *stateLoader) take(r stateRecord) error {
	switch {
	case r.Server != nil:
		return l.takeServer(r.Server)
	case r.Vault != nil:
		return l.takeVault(r.Vault)
	case r.Secret != nil:
		return l.takeSecret(r.Secret)
	case r.Subscription != nil:
		return l.takeSubscription(r.Subscription)
	case r.Group != nil:
		return l.takeGroup(r.Group)
	case r.Job != nil:
		return l.takeJob(r.Job)
	case r.Account != nil:
		return l.takeAccount(r.Account)
	case r.Container != nil:
		return l.takeContainer(r.Container)
	case r.Blob != nil:
		return l.takeBlob(r.Blob)
	case r.Lake != nil:
		return l.takeLake(r.Lake)
	case r.Node != nil:
		return l.takeNode(r.Node)
	}
	return errors.New("a record that is of no kind")
}

// install makes the state the Server's.
func (l *stateLoader) install() {
	s := l.server
	l.installServer()
	s.vaults.mu.Lock()
	s.vaults.byHost = l.vaults
	s.vaults.mu.Unlock()
	s.arm.mu.Lock()
	s.arm.subscriptions, s.arm.accounts, s.arm.jobs = l.subscriptions, l.accounts, l.jobs
	s.arm.mu.Unlock()
	s.lakes.mu.Lock()
	s.lakes.byName, s.lakes.byHost, s.lakes.tokens = l.lakesByName, l.lakesByHost, map[string]bool{}
	for _, id := range l.about.CancelledTokens {
		s.lakes.tokens[id] = true
	}
	s.lakes.mu.Unlock()
	s.kubelet.rotate(s)
}
