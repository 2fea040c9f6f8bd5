package fresh_test

import (
	"context"
	"fmt"
	"time"

	"github.com/keyless-go/azure/internal/fresh"
)

func Example() {
	fetch := func(_ context.Context, key string, _ fresh.Request) (fresh.Value[string], error) {
		fmt.Println("fetching", key)
		return fresh.Value[string]{V: "the token of " + key, Expires: time.Now().Add(time.Hour)}, nil
	}
	cache := fresh.New(fetch, fresh.Options[string, string]{})
	for range 2 {
		v, err := cache.Get(context.Background(), "vault")
		fmt.Println(v.V, err)
	}
	// Output:
	// fetching vault
	// the token of vault <nil>
	// the token of vault <nil>
}

func ExampleCache_Renew() {
	fetched := 0
	fetch := func(context.Context, string, fresh.Request) (fresh.Value[int], error) {
		fetched++
		return fresh.Value[int]{V: fetched, Expires: time.Now().Add(time.Hour)}, nil
	}
	cache := fresh.New(fetch, fresh.Options[string, int]{})
	v, _ := cache.Get(context.Background(), "account")
	bad := v.V // a service rejects it
	v, err := cache.Renew(context.Background(), "account", "", func(v int) bool { return v == bad })
	fmt.Println(v.V, err)
	// Output: 2 <nil>
}
