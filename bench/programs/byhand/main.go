// Command byhand reads a secret as the tutorials do by hand, with net/http alone:
// no cache, no retry, no checks. It is here for its size.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: byhand vault-url secret")
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	get("http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net", "Metadata", "true", &token)
	var secret struct {
		Value string `json:"value"`
	}
	get(os.Args[1]+"/secrets/"+os.Args[2]+"?api-version=7.4", "Authorization", "Bearer "+token.AccessToken, &secret)
	fmt.Println(len(secret.Value), "bytes")
}

func get(url, key, value string, answer any) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set(key, value)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil {
		log.Fatal(err)
	}
}
