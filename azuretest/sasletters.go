package azuretest

import "strings"

// serviceLetters returns the permissions a service SAS can have, in the order it has to
// have them. signed is its signedResource.
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas#specify-permissions
func serviceLetters(service, signed, version string) string {
	switch service + " " + signed {
	case "blob c":
		return since(version, "racwdxltfmeopi")
	case "blob b":
		return since(version, "racwdxytmeopi")
	case "file s":
		return "rcwdl"
	case "file f":
		return "rcwd"
	case "queue ":
		return "raup"
	case "table ":
		return "raud"
	}
	return ""
}

// accountLetters is serviceLetters for an account SAS. Its p is an old letter: to
// process the messages of a queue.
// https://learn.microsoft.com/rest/api/storageservices/create-account-sas#specify-permissions
func accountLetters(version string) string {
	return since(version, "rwdxylacu") + "p" + since(version, "fti")
}

// isAccountPermission reports whether letters are some of those an account SAS can have,
// each once and in their order. About f and t the service's own libraries do not agree.
func isAccountPermission(letters, version string) bool {
	return inOrder(strings.Replace(letters, "tf", "ft", 1), accountLetters(version))
}

// since leaves out the letters that came later than a version.
func since(version, letters string) string {
	return strings.Map(func(letter rune) rune {
		if version < letterSince(letter) {
			return -1
		}
		return letter
	}, letters)
}

func letterSince(letter rune) string {
	switch letter {
	case 'x', 't', 'f':
		return "2019-12-12"
	case 'y', 'm', 'e', 'o', 'p':
		return "2020-02-10"
	case 'i':
		return "2020-06-12"
	}
	return oldestSAS
}

// inOrder reports whether letters are some of the alphabet's, each once, in its order.
func inOrder(letters, alphabet string) bool {
	for _, letter := range letters {
		i := strings.IndexRune(alphabet, letter)
		if i < 0 {
			return false
		}
		alphabet = alphabet[i+1:]
	}
	return letters != ""
}
