package credential

import "fmt"

// origin is where tokens come from and why from there.
type origin struct {
	source   Source
	reason   string
	provider provider
	rules    retryRules
}

func newOrigin(source Source, reason string, o *ManagedIdentityCredentialOptions) (*origin, error) {
	p, err := newProvider(source, o)
	if err != nil {
		return nil, err
	}
	return &origin{source: source, reason: reason, provider: p, rules: p.rules().with(o.Retry)}, nil
}

// newAgentOrigin is the origin on a machine whose environment names no source,
// should the agent of Azure Arc prove to be installed: services often do not
// see its variables. Nil: the source is settled without looking.
func newAgentOrigin(source Source, o *ManagedIdentityCredentialOptions) (*origin, error) {
	if source != SourceIMDS || o.Source != "" || o.Endpoint != "" {
		return nil, nil //nolint:nilnil // no origin is no error here
	}
	local := *o
	local.Endpoint = arcEndpoint
	return newOrigin(SourceAzureArc, "the agent of Azure Arc is installed and no variable of another source is set", &local)
}

func newProvider(source Source, o *ManagedIdentityCredentialOptions) (provider, error) {
	switch source {
	case SourceIMDS:
		return newIMDS(o)
	case SourceVMExtension:
		return newVMExtension(o)
	case SourceAppService:
		return newAppService(o)
	case SourceAppService2017:
		return newAppService2017(o)
	case SourceAzureArc:
		return newArc(o)
	case SourceServiceFabric:
		return newServiceFabric(o)
	case SourceCloudShell:
		return newCloudShell(o)
	case SourceAzureML:
		return newAzureML(o)
	case SourceWorkloadIdentity:
		return newWorkload(o)
	default:
		return nil, fmt.Errorf("unknown source %q", string(source))
	}
}
