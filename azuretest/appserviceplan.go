package azuretest

import (
	"fmt"
	"time"
)

// AppServicePlan is a kind of hosts that App Service and Functions run on. They
// differ in their token endpoint; see [Server.SetAppServicePlan].
type AppServicePlan int

const (
	// LinuxPlan speaks both protocols. In that of 2017 it writes dates with a clock
	// of 24 hours: 06/19/2019 23:42:01 +00:00. A Server begins with it.
	LinuxPlan AppServicePlan = iota
	// WindowsPlan speaks both protocols. In that of 2017 it writes dates with a clock
	// of 12 hours: 6/19/2019 11:42:01 PM +00:00.
	WindowsPlan
	// LinuxConsumptionPlan is Functions where the environment announces the protocol
	// of 2019 and the endpoint answers it with UnsupportedApiVersion. In that of 2017
	// it is like LinuxPlan.
	LinuxConsumptionPlan
)

// String returns the plan's name.
func (p AppServicePlan) String() string {
	switch p {
	case LinuxPlan:
		return "Linux"
	case WindowsPlan:
		return "Windows"
	case LinuxConsumptionPlan:
		return "Linux Consumption"
	}
	return fmt.Sprintf("AppServicePlan(%d)", int(p))
}

// SetAppServicePlan says on which hosts the program is. It panics if there are no
// such.
func (s *Server) SetAppServicePlan(plan AppServicePlan) {
	if plan < LinuxPlan || plan > LinuxConsumptionPlan {
		panic(fmt.Sprintf("azuretest: SetAppServicePlan: unknown plan %d", int(plan)))
	}
	s.hosting.mu.Lock()
	defer s.hosting.mu.Unlock()
	s.hosting.plan = plan
}

func (s *Server) appServicePlan() AppServicePlan {
	s.hosting.mu.Lock()
	defer s.hosting.mu.Unlock()
	return s.hosting.plan
}

// endpoint is the address that the environment names.
func (p AppServicePlan) endpoint() string {
	if p == WindowsPlan {
		return "http://127.0.0.1:" + appServiceWindowsPort + "/MSI/token/"
	}
	return "http://localhost:" + appServicePort + "/msi/token"
}

// date writes a time in the protocol of 2017, with a fraction only if there is one.
func (p AppServicePlan) date(t time.Time) string {
	if p == WindowsPlan {
		return t.UTC().Format("1/2/2006 3:04:05.999999 PM -07:00")
	}
	return t.UTC().Format("01/02/2006 15:04:05.999999 -07:00")
}
