package azuretest

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// oldestSAS is the first storage version whose SAS are served, and the one in which the
// real listServiceSas writes them.
const oldestSAS = "2015-04-05"

// The storage versions that changed what is signed.
const (
	signsResource = "2018-11-09" // sr and the snapshot
	signsScope    = "2020-12-06" // ses
)

// isSASVersion reports whether a version is one from 2015-04-05 on. Its upper end is
// open: later versions sign like the last one known.
func isSASVersion(version string) bool {
	_, err := time.Parse(time.DateOnly, version)
	return err == nil && version >= oldestSAS
}

// sas is the fields of a SAS by the names they have in its query.
type sas map[string]string

// sasField reports whether a query parameter is a field of a SAS.
func sasField(name string) bool {
	return slices.Contains(strings.Fields("sv ss srt sr spr st se sp sip si sdd ses rscc rscd rsce rscl rsct skoid sktid skt ske sks skv saoid suoid scid skdutid sduoid srh srq sig"), name)
}

// sasIn returns the SAS in a query, nil if there is none.
func sasIn(query url.Values) sas {
	if !query.Has("sig") {
		return nil
	}
	s := sas{}
	for name, values := range query {
		if sasField(name) {
			s[name] = values[0]
		}
	}
	return s
}

// isAccount reports whether it is an account SAS.
func (s sas) isAccount() bool { return s["ss"] != "" || s["srt"] != "" }

// serviceString is what is signed of a service SAS for a resource, such as
// "/blob/ACCOUNT/CONTAINER". snapshot is that of a request for one.
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas#specify-the-signature
func (s sas) serviceString(resource, snapshot string) string {
	version := s["sv"]
	fields := []string{s["sp"], s["st"], s["se"], resource, s["si"], s["sip"], s["spr"], version}
	headers := []string{s["rscc"], s["rscd"], s["rsce"], s["rscl"], s["rsct"]}
	switch service := sasService(resource); {
	case service == "queue":
		headers = nil
	case service == "table":
		headers = []string{s["spk"], s["srk"], s["epk"], s["erk"]}
	case service == "blob" && version >= signsScope:
		fields = append(fields, s["sr"], snapshot, s["ses"])
	case service == "blob" && version >= signsResource:
		fields = append(fields, s["sr"], snapshot)
	}
	return strings.Join(append(fields, headers...), "\n")
}

// sasService returns the service a signed resource is of: "blob" of "/blob/ACCOUNT/NAME".
func sasService(resource string) string {
	service, _, _ := strings.Cut(strings.TrimPrefix(resource, "/"), "/")
	return service
}

// accountString is what is signed of an account SAS.
// https://learn.microsoft.com/rest/api/storageservices/create-account-sas#construct-the-signature-string
func (s sas) accountString(account string) string {
	fields := []string{account, s["sp"], s["ss"], s["srt"], s["st"], s["se"], s["sip"], s["spr"], s["sv"]}
	if s["sv"] >= signsScope {
		fields = append(fields, s["ses"])
	}
	return strings.Join(fields, "\n") + "\n"
}

// token writes the SAS as a query, its fields in the given order. A "+" in a signature
// must not stay as it is: in a query it would mean a blank.
func (s sas) token(order string) string {
	var list []string
	for name := range strings.FieldsSeq(order) {
		if s[name] != "" {
			list = append(list, name+"="+strings.ReplaceAll(url.QueryEscape(s[name]), "+", "%20"))
		}
	}
	return strings.Join(list, "&")
}

// sasTime reads a time of a SAS: in UTC, down to days, minutes, seconds or less. Zero
// stands for none.
func sasTime(text string) (t time.Time, ok bool) {
	if text == "" {
		return time.Time{}, true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
