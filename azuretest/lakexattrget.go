package azuretest

import (
	"maps"
	"slices"
	"strings"
)

// xattrEncoding reads how values are to be written, in upper case.
func (l *DataLake) xattrEncoding(req *lakeRequest) (string, *lakeFailure) {
	how := strings.ToUpper(req.query.text("encoding"))
	switch {
	case how == "" && l.traits.dialect == httpFSDialect:
		return "TEXT", nil
	case how == "":
		return "", req.required("encoding")
	case how == "TEXT", how == "HEX", how == "BASE64":
		return how, nil
	case l.traits.dialect == httpFSDialect:
		return "", refuseLake("IllegalArgumentException", "java.lang.IllegalArgumentException: Parameter [encoding], invalid value [%s], value must be [TEXT,HEX,BASE64]", req.query.text("encoding"))
	}
	return "", badLakeValue("encoding", "No enum constant org.apache.hadoop.fs.XAttrCodec."+how)
}

func (l *DataLake) getXAttrs(req *lakeRequest) (lakeReply, *lakeFailure) {
	how, failure := l.xattrEncoding(req)
	if failure != nil {
		return nil, failure
	}
	names, failure := l.wantedXAttrs(req)
	if failure != nil {
		return nil, failure
	}
	t, failure := l.existing(req.user, req.path, "cannot find %s")
	if failure == nil {
		failure = t.requireTarget(readAccess)
	}
	if failure != nil {
		return nil, failure
	}
	has := t.target().xattrs
	if len(names) == 0 {
		names = req.user.visibleXAttrs(has)
	}
	list := []lakeXAttr{}
	for _, name := range names {
		value, ok := has[name]
		if !ok {
			return nil, refuseRaw("XAttrNotFoundException", "At least one of the attributes provided was not found.")
		}
		list = append(list, lakeXAttr{name, l.encodeXAttr(value, how)})
	}
	return replyJSON(struct{ XAttrs []lakeXAttr }{list})
}

// wantedXAttrs reads the names a request asks for; none are all.
func (l *DataLake) wantedXAttrs(req *lakeRequest) ([]string, *lakeFailure) {
	var names []string
	for _, text := range req.query.values["xattr.name"] {
		if text == "" {
			continue
		}
		name, failure := l.xattrName(text)
		if failure == nil {
			failure = req.user.requireXAttr(name)
		}
		if failure != nil {
			return nil, failure
		}
		names = append(names, name)
	}
	return names, nil
}

func (u lakeUser) visibleXAttrs(has map[string][]byte) []string {
	names := slices.Sorted(maps.Keys(has))
	return slices.DeleteFunc(names, func(name string) bool { return !u.xattrVisible(name) })
}

// listXAttrs answers with JSON in a JSON string.
func (l *DataLake) listXAttrs(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.existing(req.user, req.path, "cannot find %s")
	if failure != nil {
		return nil, failure
	}
	names := req.user.visibleXAttrs(t.target().xattrs)
	if names == nil {
		names = []string{}
	}
	return replyJSON(struct{ XAttrNames string }{string(mustJSON(names))})
}
