package azuretest

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

// lakeXAttr is one extended attribute on the wire.
type lakeXAttr struct {
	Name  string  `json:"name"`
	Value *string `json:"value"`
}

// xattrName reads a name with its namespace, which comes out in lower case.
func (l *DataLake) xattrName(text string) (string, *lakeFailure) {
	space, name, ok := strings.Cut(text, ".")
	if l.traits.dialect == httpFSDialect {
		const pattern = `^(user\.|trusted\.|system\.|security\.).+`
		if !regexp.MustCompile(pattern).MatchString(text) {
			return "", refuseLake("IllegalArgumentException", "java.lang.IllegalArgumentException: Parameter [xattr.name], invalid value [%s], value must be [%s]", text, pattern)
		}
	}
	space = strings.ToLower(space)
	switch {
	case !ok, !slices.Contains([]string{"user", "trusted", "security", "system", "raw"}, space):
		return "", refuseLake("HadoopIllegalArgumentException", "An XAttr name must be prefixed with user/trusted/security/system/raw, followed by a '.'")
	case name == "":
		return "", refuseLake("HadoopIllegalArgumentException", "XAttr name cannot be empty.")
	}
	return space + "." + name, nil
}

// xattrVisible reports whether a user may see a name at all.
func (u lakeUser) xattrVisible(name string) bool {
	return strings.HasPrefix(name, "user.") || strings.HasPrefix(name, "trusted.") && u.super
}

func (u lakeUser) requireXAttr(name string) *lakeFailure {
	if u.xattrVisible(name) {
		return nil
	}
	return refuseLake("AccessControlException", "User doesn't have permission for xattr: %s", name)
}

// decodeXAttr reads a value: 0x and hex, 0s and base64, or text, in quotes or without.
func decodeXAttr(text string) ([]byte, *lakeFailure) {
	switch {
	case len(text) >= 2 && strings.EqualFold(text[:2], "0x"):
		value, err := hex.DecodeString(text[2:])
		if err != nil {
			return nil, refuseLake("IOException", "org.apache.commons.codec.DecoderException: %v", err)
		}
		return value, nil
	case len(text) >= 2 && strings.EqualFold(text[:2], "0s"):
		value, err := base64.StdEncoding.DecodeString(text[2:])
		if err != nil {
			return nil, refuseLake("IOException", "%v", err)
		}
		return value, nil
	case len(text) >= 2 && strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`):
		return []byte(text[1 : len(text)-1]), nil
	}
	return []byte(text), nil
}

// encodeXAttr writes a value; how is the encoding in upper case.
func (l *DataLake) encodeXAttr(value []byte, how string) *string {
	var text string
	switch {
	case len(value) == 0 && l.traits.dialect != httpFSDialect:
		return nil
	case how == "HEX":
		text = "0x" + hex.EncodeToString(value)
	case how == "BASE64":
		text = "0s" + base64.StdEncoding.EncodeToString(value)
	default:
		text = `"` + string(value) + `"`
	}
	return &text
}

// xattrFlags reads what a request says about an attribute that is there already, or is
// not.
func (l *DataLake) xattrFlags(req *lakeRequest) (create, replace bool, failure *lakeFailure) {
	text := strings.ToUpper(req.query.text("flag"))
	if text == "" {
		if l.traits.dialect == httpFSDialect {
			return false, false, refuseLake("NullPointerException", `Cannot invoke "java.util.EnumSet.contains(Object)" because "flag" is null`)
		}
		return false, false, req.required("flag")
	}
	for flag := range strings.SplitSeq(text, ",") {
		switch {
		case flag == "CREATE":
			create = true
		case flag == "REPLACE":
			replace = true
		case l.traits.dialect == httpFSDialect:
			return false, false, refuseLake("IllegalArgumentException", "java.lang.IllegalArgumentException: Parameter [flag], invalid value [%s], value must be [[CREATE, REPLACE]]", flag)
		default:
			return false, false, badLakeValue("flag", "No enum constant org.apache.hadoop.fs.XAttrSetFlag."+flag)
		}
	}
	return create, replace, nil
}

// oneXAttr reads the name a request must have.
func (l *DataLake) oneXAttr(req *lakeRequest) (string, *lakeFailure) {
	if !req.query.has("xattr.name") {
		if l.traits.dialect == httpFSDialect {
			return "", refuseLake("NullPointerException", "XAttr name cannot be null.")
		}
		return "", req.required("xattr.name")
	}
	return l.xattrName(req.query.text("xattr.name"))
}

// xattrTarget returns the node whose attribute a user wants to change.
func (l *DataLake) xattrTarget(req *lakeRequest, name string) (*lakeNode, *lakeFailure) {
	if failure := req.user.requireXAttr(name); failure != nil {
		return nil, failure
	}
	t, failure := l.changeExisting(req.user, req.path, "cannot find %s")
	if failure == nil {
		failure = t.requireTarget(writeAccess)
	}
	return t.target(), failure
}

func (l *DataLake) setXAttr(req *lakeRequest) (lakeReply, *lakeFailure) {
	name, failure := l.oneXAttr(req)
	if failure != nil {
		return nil, failure
	}
	create, replace, failure := l.xattrFlags(req)
	if failure != nil {
		return nil, failure
	}
	value, failure := decodeXAttr(req.query.text("xattr.value"))
	if failure != nil {
		return nil, failure
	}
	n, failure := l.xattrTarget(req, name)
	if failure != nil {
		return nil, failure
	}
	_, there := n.xattrs[name]
	_, short, _ := strings.Cut(name, ".")
	switch {
	case there && !replace:
		return nil, refuseRaw("IOException", "XAttr: %s already exists. The REPLACE flag must be specified.", short)
	case !there && !create:
		return nil, refuseRaw("IOException", "XAttr: %s does not exist. The CREATE flag must be specified.", short)
	case len(short)+len(value) > maxXAttr:
		return nil, refuseRaw("HadoopIllegalArgumentException", "The XAttr is too big. The maximum combined size of the name and value is %d, but the total size is %d", maxXAttr, len(short)+len(value))
	}
	if n.xattrs == nil {
		n.xattrs = map[string][]byte{}
	}
	n.xattrs[name] = value
	return l.replyEmpty()
}

// maxXAttr is how many bytes name and value may have.
const maxXAttr = 16 << 10

func (l *DataLake) removeXAttr(req *lakeRequest) (lakeReply, *lakeFailure) {
	name, failure := l.oneXAttr(req)
	if failure != nil {
		return nil, failure
	}
	n, failure := l.xattrTarget(req, name)
	if failure != nil {
		return nil, failure
	}
	if _, ok := n.xattrs[name]; !ok {
		return nil, refuseRaw("IOException", "No matching attributes found for remove operation")
	}
	delete(n.xattrs, name)
	return l.replyEmpty()
}
