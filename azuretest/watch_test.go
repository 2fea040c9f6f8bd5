package azuretest_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

const tutorialSecret = tutorial + "/secrets/MyTestSecret?api-version=7.4"

func TestWatchSeesRequestsWhenTheyAreDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := machine(srv)
		c.do(t, http.MethodGet, tutorialSecret, "")
		ctx, cancel := context.WithCancel(t.Context())
		requests := srv.Watch(ctx)
		c.do(t, http.MethodGet, tutorialSecret, "")
		c.do(t, http.MethodPut, tutorialSecret, `{"value":"`+c.token+`"}`)
		var seen []azuretest.Request
		go func() {
			for r := range requests {
				seen = append(seen, r)
			}
		}()
		synctest.Wait()
		c.do(t, http.MethodGet, tutorial+"/secrets/none?api-version=7.4", "")
		synctest.Wait()
		cancel()
		synctest.Wait()
		c.do(t, http.MethodGet, tutorialSecret, "")
		require.Equal(t, srv.Requests()[1:4], seen)
		require.Equal(t, 404, seen[2].Status)
		require.NotEmpty(t, seen[2].Reason)
		for i, r := range srv.Requests() {
			require.Equal(t, i+1, r.Number)
		}
	})
}

func TestWatchNumbersInTheOrderOfEnding(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := machine(srv)
		srv.Fail(azuretest.Fault{Delay: 60e9})
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.do(t, http.MethodGet, tutorialSecret, "")
		}()
		synctest.Wait()
		require.Zero(t, srv.Requests()[0].Number, "it is being served")
		c.do(t, http.MethodGet, tutorialSecret, "")
		<-done
		require.Equal(t, 2, srv.Requests()[0].Number)
		require.Equal(t, 1, srv.Requests()[1].Number)
	})
}

func TestWatchDoesNotWaitForTheSlow(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	requests := srv.Watch(t.Context())
	for range 1500 {
		srv.Receive(azuretest.Request{Operation: "sql.batch"}).Finish(200, "", "")
	}
	require.NoError(t, srv.Close())
	var numbers []int
	for r := range requests {
		numbers = append(numbers, r.Number)
	}
	require.Len(t, numbers, 1024)
	require.Equal(t, 1500-1024+1, numbers[0], "the gap tells how many were missed")
	require.Equal(t, 1500, numbers[1023])
}

func TestWatchEnds(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Receive(azuretest.Request{}).Finish(200, "", "")
	broken := srv.Watch(t.Context())
	arrival := srv.Receive(azuretest.Request{})
	arrival.Finish(200, "", "")
	arrival.Finish(200, "", "") // counts once
	for r := range broken {
		require.Equal(t, 2, r.Number)
		break
	}
	require.Empty(t, slices.Collect(broken), "it is good for one range")
	require.NoError(t, srv.Close())
	require.Empty(t, slices.Collect(srv.Watch(t.Context())), "the Server is closed")
}

func TestFaultsListsWhatIsNotOver(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Fail(azuretest.Fault{Status: 500, Times: 2})
	id, err := srv.AddFault(azuretest.Fault{Operation: "keyvault.*", Status: 503, Times: -1, Header: http.Header{"A": {"b"}}})
	require.NoError(t, err)
	require.Equal(t, 2, id)
	require.Equal(t, []int{500}, statuses(t, srv, 1))

	list := srv.Faults()
	require.Len(t, list, 2)
	require.Equal(t, azuretest.ActiveFault{Fault: azuretest.Fault{Status: 500, Times: 2, Header: nil}, ID: 1, Struck: 1, Left: 1}, list[0])
	require.Equal(t, 2, list[1].ID)
	require.Equal(t, -1, list[1].Left)
	list[1].Header.Set("A", "changed")
	require.Equal(t, "b", srv.Faults()[1].Header.Get("A"), "the caller owns the result")

	require.Equal(t, []int{500, 503, 503}, statuses(t, srv, 3))
	require.True(t, srv.RemoveFault(id))
	require.False(t, srv.RemoveFault(id))
	require.Equal(t, []int{200}, statuses(t, srv, 1))
	require.Empty(t, srv.Faults())
}

func TestAddFaultRefuses(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for want, fault := range map[string]azuretest.Fault{
		`azuretest: AddFault: operation "[": syntax error in pattern`:                                                         {Operation: "["},
		"azuretest: AddFault: no answer has status 99":                                                                        {Status: 99},
		"azuretest: AddFault: no answer has status 600":                                                                       {Status: 600},
		"azuretest: AddFault: a header has a name that cannot be sent":                                                        {Status: 500, Header: http.Header{"X Y": {"a"}}},
		"azuretest: AddFault: a delay of -1s: it cannot be negative":                                                          {Status: 500, Delay: -time.Second},
		"azuretest: AddFault: a Retry-After of -1s: it cannot be negative":                                                    {Status: 500, RetryAfter: -time.Second},
		"azuretest: AddFault: nth -1 cannot be negative: requests are counted from 1":                                         {Status: 500, Nth: -1},
		"azuretest: AddFault: times -2 is no count; -1 is always":                                                             {Status: 500, Times: -2},
		"azuretest: AddFault: it does nothing; give it a status, code, body, location, retryAfter, delay, cutAfter or header": {Operation: "keyvault.get", Nth: 3, Times: -1},
		`azuretest: AddFault: no operation is called "imds.tokn"; there are imds.token`:                                       {Operation: "imds.tokn", Status: 500},
		`azuretest: AddFault: no operation is called "keyvalt.*"; there are appservice.*, appservice2017.*, arc.*, arm.*, azureml.*, cloudshell.*, ` +
			"datalake.*, imds.*, keyvault.*, podidentity.*, servicefabric.*, sql.*, storage.*, vmextension.*, workloadidentity.*": {Operation: "keyvalt.*", Status: 500},
		`azuretest: AddFault: no operation is called "arm.group.*"; there are arm.groups.createorupdate, arm.groups.delete, arm.groups.exists, ` +
			"arm.groups.get, arm.groups.list, arm.groups.resources, arm.groups.update, arm.operations.result, arm.operations.status": {Operation: "arm.group.*", Status: 500},
	} {
		_, err := srv.AddFault(fault)
		require.EqualError(t, err, want)
	}
	require.Empty(t, srv.Faults())
}

func TestReachSaysWhoIsThere(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for i, test := range []struct {
		addr    string
		tls, ok bool
	}{
		{"mytestkeyvault.vault.azure.net:443", true, true},
		{"MyTestKeyVault.vault.azure.net:443", true, true},
		{"other.vault.azure.net:443", true, false},
		{"management.azure.com:443", true, true},
		{"management.azure.com:444", true, false},
		{"login.microsoftonline.com:443", true, true},
		{"mystorageacct.blob.core.windows.net:443", true, true},
		{"169.254.169.254:80", false, true},
		{"169.254.169.254:80", true, false},
		{"127.0.0.1:22", false, false},
		{"example.com:443", true, false},
		{"mytestkeyvault.vault.azure.net", true, false},
		{"", true, false},
	} {
		t.Run(strconv.Itoa(i)+" "+test.addr, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.ok, srv.Reach(test.addr, test.tls) == nil)
		})
	}
	require.Empty(t, srv.Requests())
}

func BenchmarkWatchedRequest(b *testing.B) {
	srv := azuretest.New(b)
	requests := srv.Watch(b.Context())
	go func() {
		for r := range requests {
			_, _ = io.Discard.Write(r.Body)
		}
	}()
	for b.Loop() {
		srv.Receive(azuretest.Request{Operation: "sql.batch"}).Finish(200, "", "")
	}
}
