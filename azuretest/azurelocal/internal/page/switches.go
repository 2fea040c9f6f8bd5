package page

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

// faultSwitch is a fault that is switched on and off as a whole.
type faultSwitch struct {
	Name, Title, What string
	On                bool
	Struck            int

	fault azuretest.Fault
}

// presets are the faults that everybody should have seen once.
func presets() []faultSwitch {
	all := append(generalPresets(), servicePresets()...)
	for i := range all {
		all[i].fault.Times = -1
	}
	return all
}

// generalPresets strike every service.
func generalPresets() []faultSwitch {
	return []faultSwitch{
		{
			Name: "throttle", Title: "Throttle", What: "every HTTP request gets 429 with Retry-After 2 s",
			fault: azuretest.Fault{Operation: "*", Status: http.StatusTooManyRequests, RetryAfter: 2 * time.Second},
		},
		{
			Name: "slow", Title: "Slow", What: "every answer takes 2 s longer",
			fault: azuretest.Fault{Operation: "*", Delay: 2 * time.Second},
		},
		{
			Name: "cut", Title: "Cut", What: "connections break after 20 bytes of a body",
			fault: azuretest.Fault{Operation: "*", CutAfter: 20},
		},
	}
}

// servicePresets strike one.
func servicePresets() []faultSwitch {
	return []faultSwitch{
		{
			Name: "tokens", Title: "No tokens", What: "token endpoints answer 503",
			fault: azuretest.Fault{Operation: "*.token", Status: http.StatusServiceUnavailable},
		},
		{
			Name: "keyvault", Title: "No Key Vault", What: "vaults answer 503",
			fault: azuretest.Fault{Operation: "keyvault.*", Status: http.StatusServiceUnavailable},
		},
		{
			Name: "arm", Title: "No Resource Manager", What: "resource groups answer 500",
			fault: azuretest.Fault{Operation: "arm.*", Status: http.StatusInternalServerError},
		},
		{
			Name: "storage", Title: "No storage", What: "blobs and SAS answer 503",
			fault: azuretest.Fault{Operation: "storage.*", Status: http.StatusServiceUnavailable},
		},
		{
			Name: "datalake", Title: "No data lakes", What: "connections close without an answer",
			fault: azuretest.Fault{Operation: "datalake.*", Status: -1},
		},
		{
			Name: "sql", Title: "No database", What: "logins fail with error 40613, not currently available",
			fault: azuretest.Fault{Operation: "sql.login", Code: "40613"},
		},
	}
}

// switches know which faults are theirs.
type switches struct {
	mu  sync.Mutex     // guards ids
	ids map[string]int // of faults :: name of the switch
}

// list returns the switches as they are. One whose fault has been removed is off.
func (s *switches) list(active []azuretest.ActiveFault) []faultSwitch {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := presets()
	for i := range all {
		id, ever := s.ids[all[i].Name]
		at := slices.IndexFunc(active, func(f azuretest.ActiveFault) bool { return f.ID == id })
		if ever && at >= 0 {
			all[i].On, all[i].Struck = true, active[at].Struck
		}
	}
	return all
}

// flip sets a switch as the form says. It is no toggle: twice on is on.
func (p *page) flip(w http.ResponseWriter, r *http.Request) {
	name := r.PostFormValue("name")
	all := presets()
	at := slices.IndexFunc(all, func(s faultSwitch) bool { return s.Name == name })
	if at < 0 {
		p.problem(w, "There is no switch "+quoted(name)+".", faultForm{})
		return
	}
	if err := p.switches.set(p.azure, all[at], r.PostFormValue("to") == "on"); err != nil {
		p.problem(w, err.Error(), faultForm{})
		return
	}
	p.done(w, r, "faults")
}

func (s *switches) set(azure *azuretest.Server, one faultSwitch, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ever := s.ids[one.Name]; ever {
		azure.RemoveFault(id)
		delete(s.ids, one.Name)
	}
	if !on {
		return nil
	}
	id, err := azure.AddFault(one.fault)
	if s.ids == nil {
		s.ids = map[string]int{}
	}
	s.ids[one.Name] = id
	return err
}
