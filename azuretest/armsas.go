package azuretest

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"time"
)

// sasParameters is the body of listServiceSas and listAccountSas.
// https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list-service-sas
// https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list-account-sas
type sasParameters struct {
	CanonicalizedResource string `json:"canonicalizedResource"`
	Resource              string `json:"signedResource"`
	Services              string `json:"signedServices"`
	ResourceTypes         string `json:"signedResourceTypes"`
	Permission            string `json:"signedPermission"`
	IP                    string `json:"signedIp"`
	Protocol              string `json:"signedProtocol"`
	Start                 string `json:"signedStart"`
	Expiry                string `json:"signedExpiry"`
	Identifier            string `json:"signedIdentifier"`
	KeyToSign             string `json:"keyToSign"`
	StartPK               string `json:"startPk"`
	EndPK                 string `json:"endPk"`
	StartRK               string `json:"startRk"`
	EndRK                 string `json:"endRk"`
	CacheControl          string `json:"rscc"`
	ContentDisposition    string `json:"rscd"`
	ContentEncoding       string `json:"rsce"`
	ContentLanguage       string `json:"rscl"`
	ContentType           string `json:"rsct"`
}

type serviceSASAnswer struct {
	Token string `json:"serviceSasToken"`
}

type accountSASAnswer struct {
	Token string `json:"accountSasToken"`
}

// The order of a token's fields, as the service writes them.
const (
	serviceOrder = "sv sr tn spr st se sp sip si spk srk epk erk rscc rscd rsce rscl rsct sig"
	accountOrder = "sv ss srt spr sp st se sip sig"
)

func listServiceSAS(q *armRequest) (armAnswer, *armError) {
	p, problem := q.sasParameters()
	if problem != nil {
		return armAnswer{}, problem
	}
	a := q.account
	a.mu.Lock()
	defer a.mu.Unlock()
	s, problem := p.fields(a.sasVersion)
	if problem != nil {
		return armAnswer{}, problem
	}
	if bad := p.badService(a, s); bad != "" {
		return armAnswer{}, invalidValue(bad)
	}
	name, key := a.signer(p.KeyToSign)
	service := sasService(p.CanonicalizedResource)
	rest := strings.SplitN(p.CanonicalizedResource, "/", 4)[3]
	s["sig"] = signSAS(key, s.serviceString("/"+service+"/"+name+"/"+rest, ""))
	q.noteSAS(p, s)
	return armAnswer{status: http.StatusOK, body: serviceSASAnswer{s.token(serviceOrder)}}, nil
}

func listAccountSAS(q *armRequest) (armAnswer, *armError) {
	p, problem := q.sasParameters()
	if problem != nil {
		return armAnswer{}, problem
	}
	a := q.account
	a.mu.Lock()
	defer a.mu.Unlock()
	s, problem := p.fields(a.sasVersion)
	if problem != nil {
		return armAnswer{}, problem
	}
	if bad := p.badAccount(a); bad != "" {
		return armAnswer{}, invalidValue(bad)
	}
	s["ss"], s["srt"] = p.Services, p.ResourceTypes
	name, key := a.signer(p.KeyToSign)
	s["sig"] = signSAS(key, s.accountString(name))
	q.noteSAS(p, s)
	return armAnswer{status: http.StatusOK, body: accountSASAnswer{s.token(accountOrder)}}, nil
}

// sasParameters takes JSON whatever the content type says: curl's -d, which the
// tutorials use, calls it a form.
func (q *armRequest) sasParameters() (p sasParameters, problem *armError) {
	if err := json.Unmarshal(q.body, &p); err != nil {
		return p, invalidContent(err)
	}
	return p, nil
}

// fields returns the fields both kinds of SAS have, judged as far as they are the same.
func (p sasParameters) fields(version string) (sas, *armError) {
	start, startOK := signedTime(p.Start)
	expiry, expiryOK := signedTime(p.Expiry)
	switch {
	case !startOK:
		return nil, invalidValue("signedStart")
	case !expiryOK || start != "" && expiry != "" && start >= expiry:
		return nil, invalidValue("signedExpiry")
	case p.Protocol != "" && p.Protocol != "https" && p.Protocol != "https,http":
		return nil, invalidValue("signedProtocol")
	case !isIPRange(p.IP):
		return nil, invalidValue("signedIp")
	case p.KeyToSign != "" && p.KeyToSign != "key1" && p.KeyToSign != "key2":
		return nil, invalidValue("keyToSign")
	}
	return sas{"sv": version, "sp": p.Permission, "st": start, "se": expiry, "spr": p.Protocol, "sip": p.IP}, nil
}

// signedTime writes a time as it stands in a SAS, in whole seconds. A time without a
// zone is UTC.
func signedTime(text string) (string, bool) {
	t, ok := sasTime(text)
	if !ok {
		t, ok = sasTime(text + "Z")
	}
	if !ok || t.IsZero() {
		return "", ok
	}
	return t.UTC().Format(time.RFC3339), true
}

// isIPRange takes "", one IPv4 address, or two with a dash between.
func isIPRange(text string) bool {
	if text == "" {
		return true
	}
	first, last, isRange := strings.Cut(text, "-")
	return isIPv4(first) && (!isRange || isIPv4(last))
}

func isIPv4(text string) bool {
	ip := net.ParseIP(text)
	return ip != nil && ip.To4() != nil
}

// badAccount names the parameter that is wrong for an account SAS, if one is. The caller
// holds a.mu.
func (p sasParameters) badAccount(a *StorageAccount) string {
	switch {
	case !someOf(p.Services, "bqtf"):
		return "signedServices"
	case !someOf(p.ResourceTypes, "sco"):
		return "signedResourceTypes"
	case p.Permission == "" || !a.lax && !isAccountPermission(p.Permission, a.sasVersion):
		return "signedPermission"
	case p.Expiry == "":
		return "signedExpiry"
	}
	return ""
}

// someOf reports whether letters are some of the alphabet's, each once.
func someOf(letters, alphabet string) bool {
	for i, letter := range letters {
		if !strings.ContainsRune(alphabet, letter) || strings.ContainsRune(letters[:i], letter) {
			return false
		}
	}
	return letters != ""
}

// signer returns the name and the key that SAS are signed with. The caller holds a.mu.
func (a *StorageAccount) signer(keyToSign string) (name string, key []byte) {
	if a.handedOver != nil {
		return a.handedOver.account, a.handedOver.key
	}
	if keyToSign == "" {
		keyToSign = "key1"
	}
	return a.name, a.key(keyToSign).bytes
}
