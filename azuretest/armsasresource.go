package azuretest

import (
	"strings"
	"unicode/utf8"
)

// badService names the parameter that is wrong for a service SAS, if one is, and puts
// into s the fields only a service SAS has. The caller holds a.mu.
func (p sasParameters) badService(a *StorageAccount, s sas) string {
	service := sasService(p.CanonicalizedResource)
	switch {
	case !p.namesResource(a):
		return "canonicalizedResource"
	case !p.isResource(service):
		return "signedResource"
	case p.Permission == "" && p.Identifier == "":
		return "signedPermission"
	case p.Permission != "" && !a.lax && !inOrder(p.Permission, serviceLetters(service, p.Resource, a.sasVersion)):
		return "signedPermission"
	case p.Expiry == "" && p.Identifier == "":
		return "signedExpiry"
	case utf8.RuneCountInString(p.Identifier) > 64:
		return "signedIdentifier"
	}
	s["sr"], s["si"] = p.Resource, p.Identifier
	s["rscc"], s["rscd"], s["rsce"], s["rscl"], s["rsct"] = p.CacheControl, p.ContentDisposition, p.ContentEncoding, p.ContentLanguage, p.ContentType
	if service == "table" {
		s["tn"] = p.CanonicalizedResource[strings.LastIndexByte(p.CanonicalizedResource, '/')+1:]
		s["spk"], s["srk"], s["epk"], s["erk"] = p.StartPK, p.StartRK, p.EndPK, p.EndRK
	}
	return ""
}

// namesResource reports whether canonicalizedResource is a path in this account, or in
// the one that stands in for it. The caller holds a.mu.
func (p sasParameters) namesResource(a *StorageAccount) bool {
	parts := strings.SplitN(p.CanonicalizedResource, "/", 4)
	if len(parts) != 4 || parts[0] != "" {
		return false
	}
	return parts[2] == a.name || a.handedOver != nil && parts[2] == a.handedOver.account
}

// isResource reports whether signedResource is a kind the service has, and as deep as
// the path is.
func (p sasParameters) isResource(service string) bool {
	outer, inner, deep := strings.Cut(strings.SplitN(p.CanonicalizedResource, "/", 4)[3], "/")
	switch service + " " + p.Resource {
	case "blob c", "file s", "queue ", "table ":
		return outer != "" && !deep
	case "blob b", "file f":
		return outer != "" && inner != ""
	}
	return false
}
