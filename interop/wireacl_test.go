package interop_test

// wireACL changes a list and looks at it.
func wireACL(path, op, spec string) []wireStep {
	change := "PUT " + path + "?op=" + op
	if spec != "" {
		change += "&aclspec=" + spec
	}
	return []wireStep{{do: change, as: "alice"}, {do: "GET " + path + "?op=GETACLSTATUS"}}
}

func wireACLs() map[string][]wireStep {
	file := []wireStep{{do: "PUT /f?op=CREATE&permission=644", data: "hello", as: "alice"}, {do: "GET /f?op=GETACLSTATUS"}}
	for _, change := range [][2]string{
		{"MODIFYACLENTRIES", "user:bob:rw-"},
		{"MODIFYACLENTRIES", "group:ops:r-x,user:carl:---"},
		{"MODIFYACLENTRIES", "mask::r--"},
		{"MODIFYACLENTRIES", "user::r--,group::-w-,other::r--"},
		{"REMOVEACLENTRIES", "user:bob:"},
		{"REMOVEACLENTRIES", "mask:"},
		{"REMOVEACLENTRIES", "mask::"},
		{"REMOVEACLENTRIES", "user:nobody:"},
		{"REMOVEACLENTRIES", "user:bob:rwx"},
		{"MODIFYACLENTRIES", "default:user:bob:rwx"},
		{"SETACL", "user::rwx,group::r-x,other::---,user:bob:rwx"},
		{"SETACL", "user:bob:rwx"},
		{"SETACL", "user::rwx,group::r-x,other::---"},
		{"SETACL", "user::rwx,user::r-x,group::r-x,other::---"},
		{"SETACL", ""},
		{"SETACL", "nonsense"},
		{"SETACL", "user:4bob:rwx,user::rwx,group::r-x,other::---"},
		{"SETACL", "user:a@b:rwx,user::rwx,group::r-x,other::---"},
		{"SETACL", "user::rwx,group::r-x,other:x:---"},
		{"SETACL", "mask:x:rwx,user::rwx,group::r-x,other::---"},
		{"SETACL", "user:bob:rwxx"},
		{"SETACL", "user:bob:rw"},
		{"SETACL", "user:bob:xwr,user::rwx,group::r-x,other::---"},
		{"SETACL", "user:bob:,user::rwx,group::r-x,other::---"},
		{"MODIFYACLENTRIES", "user:bob"},
		{"SETACL", "user::rwx,group::r-x,other::---,user:bob:rwx,user:bob:r--"},
		{"SETPERMISSION&permission=640", ""},
		{"MODIFYACLENTRIES", "user:bob:rwx"},
		{"SETPERMISSION&permission=640", ""},
		{"REMOVEACL", ""},
		{"REMOVEDEFAULTACL", ""},
	} {
		file = append(file, wireACL("/f", change[0], change[1])...)
	}
	return map[string][]wireStep{"acl": file, "defaultacl": wireDefaultACL(), "aclaccess": wireACLAccess()}
}

func wireDefaultACL() []wireStep {
	steps := []wireStep{{do: "PUT /d?op=MKDIRS", as: "alice"}}
	steps = append(steps, wireACL("/d", "MODIFYACLENTRIES", "default:user:bob:rwx")...)
	steps = append(steps, wireACL("/d", "MODIFYACLENTRIES", "default:group::---,default:mask::r-x")...)
	steps = append(steps,
		wireStep{do: "PUT /d/f?op=CREATE&permission=644", data: "x", as: "alice"},
		wireStep{do: "GET /d/f?op=GETACLSTATUS"},
		wireStep{do: "GET /d/f?op=GETFILESTATUS"},
		wireStep{do: "PUT /d/s?op=MKDIRS", as: "alice"},
		wireStep{do: "GET /d/s?op=GETACLSTATUS"},
		wireStep{do: "PUT /d/s2?op=MKDIRS&permission=777&unmaskedpermission=777", as: "alice"},
		wireStep{do: "GET /d/s2?op=GETACLSTATUS"},
		wireStep{do: "PUT /d/f2?op=CREATE&permission=600&unmaskedpermission=666", data: "x", as: "alice"},
		wireStep{do: "GET /d/f2?op=GETACLSTATUS"},
		wireStep{do: "PUT /d/deep/er/f?op=CREATE", data: "x", as: "alice"},
		wireStep{do: "GET /d/deep?op=GETACLSTATUS"},
	)
	steps = append(steps, wireACL("/d", "REMOVEDEFAULTACL", "")...)
	steps = append(steps, wireACL("/d", "SETACL", "default:user:bob:rwx,user::rwx,group::r-x,other::---,user:x:r--")...)
	steps = append(steps, wireACL("/d", "REMOVEACL", "")...)
	steps = append(steps, wireACL("/none", "MODIFYACLENTRIES", "user:bob:rw-")...)
	return steps
}

func wireACLAccess() []wireStep {
	return []wireStep{
		{do: "PUT /f?op=CREATE&permission=600", data: "x", as: "alice"},
		{do: "GET /f?op=OPEN", as: "bob"},
		{do: "PUT /f?op=MODIFYACLENTRIES&aclspec=user:bob:r--", as: "alice"},
		{do: "GET /f?op=OPEN", as: "bob"},
		{do: "POST /f?op=APPEND", data: "x", as: "bob"},
		{do: "PUT /f?op=MODIFYACLENTRIES&aclspec=user:bob:rw-,mask::r--", as: "alice"},
		{do: "POST /f?op=APPEND", data: "x", as: "bob"},
		{do: "GET /f?op=GETFILESTATUS"},
		{do: "GET /f?op=CHECKACCESS&fsaction=-w-", as: "bob"},
		{do: "PUT /f?op=SETACL&aclspec=user::rw-,user:bob:---,group::r--,other::rw-", as: "alice"},
		{do: "GET /f?op=OPEN", as: "bob"},
		{do: "GET /f?op=OPEN", as: "carl"},
	}
}
