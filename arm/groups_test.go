package arm_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/arm"
)

const base = endpoint + "/subscriptions/" + subscription + "/resourceGroups"

func group() arm.ResourceGroup {
	return arm.ResourceGroup{
		ID: "/subscriptions/" + subscription + "/resourceGroups/DevTest", Name: "DevTest", Type: "Microsoft.Resources/resourceGroups",
		Location: "westus", ManagedBy: "/subscriptions/x", ProvisioningState: "Succeeded", Tags: map[string]string{"env": "dev"},
	}
}

func TestOperationsOnOneGroup(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		call   func(context.Context, *arm.ResourceGroupClient) (arm.ResourceGroup, error)
		line   string
		body   string
	}{
		"get": {200, func(ctx context.Context, c *arm.ResourceGroupClient) (arm.ResourceGroup, error) {
			return c.Get(ctx, "DevTest")
		}, "GET " + base + "/DevTest?api-version=2021-04-01", ""},
		"get a name of all kinds": {200, func(ctx context.Context, c *arm.ResourceGroupClient) (arm.ResourceGroup, error) {
			return c.Get(ctx, "a_b-c.(d)ä")
		}, "GET " + base + "/a_b-c.%28d%29%C3%A4?api-version=2021-04-01", ""},
		"create": {201, func(ctx context.Context, c *arm.ResourceGroupClient) (arm.ResourceGroup, error) {
			return c.CreateOrUpdate(ctx, "DevTest", arm.ResourceGroup{Location: "westus", Tags: map[string]string{"env": "dev"}, ID: "ignored", Name: "ignored"})
		}, "PUT " + base + "/DevTest?api-version=2021-04-01", `{"location":"westus","tags":{"env":"dev"}}`},
		"update": {200, func(ctx context.Context, c *arm.ResourceGroupClient) (arm.ResourceGroup, error) {
			return c.CreateOrUpdate(ctx, "DevTest", arm.ResourceGroup{Location: "westus", ManagedBy: "/subscriptions/x"})
		}, "PUT " + base + "/DevTest?api-version=2021-04-01", `{"location":"westus","managedBy":"/subscriptions/x"}`},
		"tags": {200, func(ctx context.Context, c *arm.ResourceGroupClient) (arm.ResourceGroup, error) {
			return c.UpdateTags(ctx, "DevTest", map[string]string{"a": "b & c"})
		}, "PATCH " + base + "/DevTest?api-version=2021-04-01", `{"tags":{"a":"b & c"}}`},
		"no tags": {200, func(ctx context.Context, c *arm.ResourceGroupClient) (arm.ResourceGroup, error) {
			return c.UpdateTags(ctx, "DevTest", nil)
		}, "PATCH " + base + "/DevTest?api-version=2021-04-01", `{"tags":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := new(script).then(test.status, devTest)
			client, _ := newClient(t, s.serve)
			got, err := test.call(t.Context(), client)
			require.NoError(t, err)
			require.Equal(t, group(), got)
			require.Equal(t, []seen{{test.line, "Bearer " + token, test.body}}, s.seen)
		})
	}
}

func TestExists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer service
		want   bool
		err    error
	}{
		"there":           {always(204, ""), true, nil},
		"not there":       {always(404, ""), false, nil},
		"no right":        {always(403, ""), false, arm.ErrForbidden},
		"no subscription": {always(404, "", "x-ms-error-code", "SubscriptionNotFound"), false, arm.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, test.answer)
			there, err := client.Exists(t.Context(), "DevTest")
			require.ErrorIs(t, err, test.err)
			require.Equal(t, test.want, there)
		})
	}
	s := new(script).then(204, "")
	client, _ := newClient(t, s.serve)
	_, err := client.Exists(t.Context(), "DevTest")
	require.NoError(t, err)
	require.Equal(t, []string{"HEAD " + base + "/DevTest?api-version=2021-04-01"}, s.lines())
}

// No request is sent for a name that could lead elsewhere, or that no group has.
func TestIllegalNamesAreRefused(t *testing.T) {
	t.Parallel()
	client, cred := newClient(t, func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return answer(200, devTest), nil
	})
	calls := map[string]func(context.Context, string) error{
		"get":    func(ctx context.Context, name string) error { _, err := client.Get(ctx, name); return err },
		"exists": func(ctx context.Context, name string) error { _, err := client.Exists(ctx, name); return err },
		"create": func(ctx context.Context, name string) error {
			_, err := client.CreateOrUpdate(ctx, name, arm.ResourceGroup{Location: "westus"})
			return err
		},
		"tags":   func(ctx context.Context, name string) error { _, err := client.UpdateTags(ctx, name, nil); return err },
		"delete": client.Delete,
		"begin":  func(ctx context.Context, name string) error { _, err := client.BeginDelete(ctx, name); return err },
		"resources": func(ctx context.Context, name string) error {
			for _, err := range client.Resources(ctx, name) {
				return err
			}
			return nil
		},
	}
	for operation, call := range calls {
		for _, name := range []string{"", ".", "..", "a.", "a/b", `a\b`, "../x", "a%2Fb", "a b", "a?b", "a#b", "a&b", "a\n", "a\xff", strings.Repeat("a", 91)} {
			err := call(t.Context(), name)
			require.ErrorContains(t, err, "a resource group's name has 1 to 90 letters", "%s %q", operation, name)
			require.NotContains(t, err.Error(), "\n")
		}
	}
	_, err := client.CreateOrUpdate(t.Context(), "DevTest", arm.ResourceGroup{})
	require.EqualError(t, err, `arm: create or update resource group "DevTest" in management.azure.com: a group needs a Location`)
	for want, group := range map[string]arm.ResourceGroup{
		"the Location of a group must be UTF-8":  {Location: "west\xffus"},
		"the ManagedBy of a group must be UTF-8": {Location: "westus", ManagedBy: "/subscriptions/\xff"},
		"the Tags of a group must be UTF-8":      {Location: "westus", Tags: map[string]string{"a\xc3": "\xa9"}},
	} {
		_, err := client.CreateOrUpdate(t.Context(), "DevTest", group)
		require.EqualError(t, err, `arm: create or update resource group "DevTest" in management.azure.com: `+want)
	}
	_, err = client.UpdateTags(t.Context(), "DevTest", map[string]string{"a": "\xff"})
	require.ErrorContains(t, err, "the Tags of a group must be UTF-8")
	require.Empty(t, cred.asked)
}

func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"empty": "", "another's": "<html>", "no id": `{"name":"DevTest"}`, "null": "null", "a list": "[]"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, always(200, body))
			_, err := client.Get(t.Context(), "DevTest")
			require.ErrorIs(t, err, arm.ErrUnexpectedResponse)
			require.ErrorContains(t, err, `arm: get resource group "DevTest" in management.azure.com: `)
		})
	}
}
