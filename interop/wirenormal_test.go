package interop_test

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// normalResult takes from an answer what differs from run to run and from server to
// server: times, IDs, sizes of disks, host names, and the text of messages.
func normalResult(do, dir, base string, status int, header http.Header, body []byte) wireResult {
	out := wireResult{Do: do, Status: status, Location: normalLocation(header.Get("Location"), dir, base)}
	if len(body) == 0 {
		return out
	}
	out.Type, _, _ = mime.ParseMediaType(header.Get("Content-Type"))
	var v any
	switch {
	case out.Type == "text/html", out.Type == "application/vnd.sun.wadl+xml":
		return out
	case out.Type != "application/json" || json.Unmarshal(body, &v) != nil:
		out.Body = string(body)
		return out
	}
	if m, ok := v.(map[string]any); ok {
		if remote, ok := m["RemoteException"].(map[string]any); ok {
			out.Exception, _ = remote["exception"].(string)
			out.Class, _ = remote["javaClassName"].(string)
			return out
		}
	}
	out.Body = normalValue("", v, dir, base)
	return out
}

// normalLocation names hosts by what they do, and leaves of the query what a client
// could care about.
func normalLocation(text, dir, base string) string {
	u, err := url.Parse(text)
	if err != nil || text == "" {
		return ""
	}
	host := "data"
	switch {
	case u.Scheme == "hdfs":
		host = "hdfs"
	case hostOf(text) == hostOf(base):
		host = "front"
	}
	query := strings.Split(u.RawQuery, "&")
	for i, pair := range query {
		if strings.HasPrefix(pair, "namenoderpcaddress=") {
			query[i] = "namenoderpcaddress=…"
		}
	}
	sort.Strings(query)
	return strings.TrimSuffix(host+strings.Replace(u.Path, dir, "@", 1)+"?"+strings.Join(query, "&"), "?")
}

func normalValue(key string, v any, dir, base string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			v[k] = normalValue(k, child, dir, base)
		}
		return v
	case []any:
		return normalList(key, v, dir, base)
	case float64:
		return normalNumber(key, v)
	case string:
		return normalString(key, v, dir, base)
	}
	return v
}

func normalNumber(key string, v float64) any {
	switch key {
	case "accessTime", "modificationTime", "long":
		if v > 1e9 {
			return "a time"
		}
	case "fileId", "snapshotID":
		if v >= 0 {
			return "an ID"
		}
	case "used", "remaining", "capacity":
		return "bytes"
	}
	return v
}

func normalString(key, v, dir, base string) any {
	switch key {
	case "Location":
		return normalLocation(v, dir, base)
	case "urlString":
		return "a token"
	case "XAttrNames":
		var names []string
		if json.Unmarshal([]byte(v), &names) == nil {
			slices.Sort(names)
			return names
		}
	}
	v = strings.Replace(v, dir, "@", 1)
	return regexp.MustCompile(`s\d{8}-\d{6}\.\d{3}`).ReplaceAllString(v, "s-now")
}

func normalList(key string, list []any, dir, base string) any {
	switch key {
	case "hosts", "names", "topologyPaths":
		return "hosts"
	case "SnapshottableDirectoryList":
		list = slices.DeleteFunc(list, func(v any) bool {
			m, ok := v.(map[string]any)
			return !ok || m["parentFullPath"] != dir
		})
	}
	for i, v := range list {
		list[i] = normalValue(key, v, dir, base)
	}
	if key == "XAttrs" || key == "diffList" {
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(asJSON(a), asJSON(b)) })
	}
	return list
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
