package azuretest

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// arcKeyLife is how long a key is good.
const arcKeyLife = time.Minute

// arcAgent is what the agent of Azure Arc remembers. The zero value is ready.
type arcAgent struct {
	mu        sync.Mutex // guards what follows
	directory string     // empty: the real agent's
	old       bool
	keys      map[string]arcKey
	made      []string // directories to remove again, the innermost first
}

type arcKey struct {
	file  string
	until time.Time
}

// SetArcKeyDirectory says where the agent of Azure Arc writes the key files that
// its challenges name; the directory is made if need be. At first that is the real
// agent's, since clients trust no other: /var/opt/azcmagent/tokens or, on Windows,
// C:\ProgramData\AzureConnectedMachineAgent\Tokens. On Windows it can be elsewhere
// and be trusted: if it ends in the last two of those names, the ProgramData of
// [Server.Environment] is the directory above. Files are written only when a client
// asks for a token; Close removes them, and the directories made for them.
func (s *Server) SetArcKeyDirectory(directory string) {
	s.arc.mu.Lock()
	defer s.arc.mu.Unlock()
	s.arc.directory = directory
}

// SetOldArcAgent switches on or off that the agent of Azure Arc is one from before
// user-assigned identities: it ignores which identity a request chooses, answers
// with the system-assigned one's token and does not say so. It is off at first.
func (s *Server) SetOldArcAgent(on bool) {
	s.arc.mu.Lock()
	defer s.arc.mu.Unlock()
	s.arc.old = on
}

func (a *arcAgent) isOld() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.old
}

func (a *arcAgent) directoryLocked() string {
	switch {
	case a.directory != "":
		return a.directory
	case runtime.GOOS == "windows":
		return `C:\ProgramData\AzureConnectedMachineAgent\Tokens`
	}
	return "/var/opt/azcmagent/tokens"
}

// newKey writes a new key and returns the name of its file.
func (a *arcAgent) newKey(now time.Time) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, k := range a.keys {
		if !now.Before(k.until) {
			a.dropLocked(key)
		}
	}
	key, file := rand.Text()+rand.Text(), filepath.Join(a.directoryLocked(), newGUID()+".key")
	if err := a.writeLocked(file, key); err != nil {
		return "", err
	}
	if a.keys == nil {
		a.keys = map[string]arcKey{}
	}
	a.keys[key] = arcKey{file, now.Add(arcKeyLife)}
	return file, nil
}

// writeLocked makes the directory if need be, and again if another process has
// removed its own at that moment.
func (a *arcAgent) writeLocked(file, key string) error {
	for tries := 1; ; tries++ {
		missing := missingDirectories(filepath.Dir(file))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			return err
		}
		a.made = append(missing, a.made...)
		err := os.WriteFile(file, []byte(key), 0o600)
		if !errors.Is(err, fs.ErrNotExist) || tries == 3 {
			return err
		}
	}
}

// missingDirectories returns which of the directories down to dir are not there,
// the innermost first.
func missingDirectories(dir string) []string {
	var missing []string
	for {
		_, err := os.Lstat(dir)
		if parent := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && parent != dir {
			missing, dir = append(missing, dir), parent
			continue
		}
		return missing
	}
}

// use reports whether a key is good. It is from then on no more.
func (a *arcAgent) use(key string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	known, ok := a.keys[key]
	if ok {
		a.dropLocked(key)
	}
	return ok && now.Before(known.until)
}

func (a *arcAgent) dropLocked(key string) {
	_ = os.Remove(a.keys[key].file) // it may be gone with its directory
	delete(a.keys, key)
}

// removeKeys removes what is there of the agent's files and directories.
func (a *arcAgent) removeKeys() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key := range a.keys {
		a.dropLocked(key)
	}
	for _, dir := range a.made {
		_ = os.Remove(dir) // not if somebody else has put something there
	}
	a.made = nil
}

// arcEnvironment names the endpoint. A client on Windows finds the key files by
// ProgramData.
func (s *Server) arcEnvironment() map[string]string {
	s.arc.mu.Lock()
	defer s.arc.mu.Unlock()
	env := map[string]string{
		"IDENTITY_ENDPOINT": "http://localhost:" + arcPort + imdsPath,
		"IMDS_ENDPOINT":     "http://localhost:" + arcPort,
	}
	if runtime.GOOS == "windows" && s.arc.directory != "" {
		env["ProgramData"] = filepath.Dir(filepath.Dir(s.arc.directory))
	}
	return env
}
