package storage

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// resource is what a service SAS is for.
type resource struct {
	canonical string
	kind      resourceKind
}

type resourceKind struct {
	name    string
	letter  string // signedResource, empty where the service has none
	letters string // of permissions a version of 2015 knows, in their order
}

func (p *ServiceSASParameters) resource(account string) (resource, error) {
	switch {
	case p.CanonicalizedResource == "" && p.Resource != "":
		return resource{}, errors.New("a Resource needs a CanonicalizedResource")
	case p.CanonicalizedResource != "" && p.Container+p.Blob != "":
		return resource{}, errors.New("a SAS is for a Container or for a CanonicalizedResource: set one")
	case p.CanonicalizedResource != "":
		return parseResource(p.CanonicalizedResource, p.Resource, account)
	}
	canonical := "/blob/" + account + "/" + p.Container
	err := checkContainer(p.Container)
	if p.Blob != "" {
		canonical += "/" + p.Blob
		err = first(err, checkBlob(p.Blob))
	}
	if err != nil {
		return resource{}, err
	}
	return parseResource(canonical, "", account)
}

// parseResource reads /service/account/name or /service/account/name/path.
// The service takes a backslash for a slash.
func parseResource(canonical, letter, account string) (resource, error) {
	canonical = strings.ReplaceAll(canonical, `\`, "/")
	parts := strings.SplitN(canonical, "/", 5)
	if len(parts) < 4 || parts[0] != "" || parts[3] == "" {
		return resource{}, errors.New("a CanonicalizedResource is for example /blob/account/container")
	}
	if parts[2] != account {
		return resource{}, fmt.Errorf("the CanonicalizedResource must be of account %s", account)
	}
	kind, known := kindOf(parts[1], len(parts) == 5)
	switch {
	case !known || len(parts) == 5 && parts[4] == "":
		return resource{}, errors.New("a CanonicalizedResource begins with /blob/, /file/, /queue/ or /table/ and names one resource")
	case letter != "" && letter != kind.letter:
		return resource{}, fmt.Errorf("the Resource of a %s is %q", kind.name, kind.letter)
	}
	err := checkText(parts[3])
	if parts[1] == "blob" {
		err = checkContainer(parts[3])
	}
	if len(parts) == 5 {
		err = first(err, checkPath(kind.name, parts[4]))
	}
	return resource{canonical: canonical, kind: kind}, err
}

// kindOf knows the letters that Resource Manager can sign: those of service
// version 2015-04-05, in which it does.
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas
func kindOf(service string, below bool) (resourceKind, bool) {
	switch {
	case service == "blob" && below:
		return resourceKind{"blob", "b", "racwd"}, true
	case service == "blob":
		return resourceKind{"container", "c", "racwdl"}, true
	case service == "file" && below:
		return resourceKind{"file", "f", "rcwd"}, true
	case service == "file":
		return resourceKind{"share", "s", "rcwdl"}, true
	case service == "queue" && !below:
		return resourceKind{"queue", "", "raup"}, true
	case service == "table" && !below:
		return resourceKind{"table", "", "raud"}, true
	default:
		return resourceKind{}, false
	}
}

// checkContainer wants a name the service can have accepted.
// https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
func checkContainer(name string) error {
	ok, _ := regexp.MatchString(`^[a-z0-9](-?[a-z0-9])+$`, name)
	if ok && len(name) >= 3 && len(name) <= 63 || name == "$root" || name == "$logs" || name == "$web" {
		return nil
	}
	return errors.New("a container's name has 3 to 63 lower-case letters, digits and single hyphens between them")
}
