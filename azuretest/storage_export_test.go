package azuretest

import "encoding/base64"

// What the tests of Resource Manager and of storage accounts look into.

func ParseARMPath(method, escaped string) (op, subscription, group, account, job string) {
	t := parseARMPath(method, escaped)
	return t.op, t.subscriptionID, t.groupName, t.accountName, t.job
}

func MatchFilter(text string, field func(string) string, tags map[string]string) (matches bool, err error) {
	f, err := parseFilter(text)
	if err != nil {
		return false, err
	}
	return f.matches(field, tags), nil
}

func ParseRange(text string, size int64) (first, last int64, ok bool) {
	r, ok := parseRange(text, size)
	return r.first, r.last, ok
}

func ParseBlockList(data []byte) (ids []string, ok bool) {
	refs, problem := parseBlockList(data)
	for _, ref := range refs {
		ids = append(ids, ref.ID)
	}
	return ids, problem == nil
}

func ParsePolicies(data []byte) (count int, ok bool) {
	policies, problem := parsePolicies(data)
	return len(policies), problem == nil
}

func StringToSign(fields map[string]string, account, path string) string {
	s := sas(fields)
	if s.isAccount() {
		return s.accountString(account)
	}
	return s.serviceString("/blob/"+account+path, "")
}

func (a *StorageAccount) UseKey(base64Key string) {
	key, err := base64.StdEncoding.DecodeString(base64Key)
	if err != nil {
		panic(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys[1].bytes = key
}
