package credential_test

import (
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/keyless-go/azure/credential"
)

// TestConformance is the list of what a client of managed identities must get
// right, each point with the tests that show it.
func TestConformance(t *testing.T) {
	type tests []func(*testing.T)
	for _, point := range []struct {
		name  string
		tests tests
	}{
		{"1 exact requests of every source", tests{
			TestIMDSRequest, TestVMExtensionRequest, TestAppServiceRequest, TestAppService2017Request, TestArcExchange,
			TestCloudShellRequest, TestAzureMLRequest, TestServiceFabricRequest, TestWorkloadRequest,
		}},
		{"2 the resource ID's parameter of each source", tests{TestIDKinds}},
		{"3 every form of expires_on", tests{TestExpiresOnForms, TestAppService2017Dates, TestPlansOfAppService}},
		{"4 no token, no expiry, expired", tests{TestBad200s, TestTokenBodies}},
		{"5 a body over 1 MiB", tests{TestOneMiBIsEnough, TestBodiesAreBounded}},
		{"6 a redirect is an error, its target sees nothing", tests{TestRedirects}},
		{"7 a proxy is never asked", tests{TestNoProxy}},
		{"8 which answers are tried again", tests{TestIMDSRetries, TestServiceFabricRetries, TestAppServiceRetries, TestWorkloadRetries}},
		{"9 410 for 69 s", tests{TestGoneFor69Seconds, TestGone}},
		{"10 Retry-After honoured or told", tests{TestRetryAfterHonoured, TestRetryAfterTooLong}},
		{"11 100 callers, one request", tests{stampedeOf100}},
		{"12 the first caller leaves, the others get the token", tests{oneOf100Leaves}},
		{"13 a waiter leaves on its deadline", tests{TestWaiterWithADeadline}},
		{"14 due for renewal: at once, one request", tests{TestRenewalInTheBackground}},
		{"15 a failing renewal keeps the token to its end", tests{TestOutageWithAValidToken, TestOutageRefused, TestOutageAfterExpiry}},
		{"16 the same token again is no loop", tests{TestSameTokenAgain}},
		{"17 RefreshOn is always set", tests{TestRefreshOnIsAlwaysSet, TestEverySourceGivesATokenOnce}},
		{"18 nothing prints a secret", tests{appServicePrints, TestLogsShowNoSecret, TestPanicsPrintNoSecret, TestEchoedSecrets}},
		{"19 key files of Azure Arc", append(tests{
			TestArcChallenges, TestFalseArcChallenges, TestArcKeyFiles, TestArcKeyThatIsNoFile, TestArcKeyRefused, TestArcFalseChallenge,
		}, systemsArcTests()...)},
		{"20 the certificate of Service Fabric", tests{TestWrongThumbprint, TestServiceFabricNeeds, TestPinOnResumedSessions, TestPinIsNotSharedByHTTP2}},
		{"21 Azure ML without an identity", tests{TestAzureMLFailsClosed}},
		{"22 the header of App Service rotates", tests{TestAppServiceHeaderRotation}},
		{"23 claims satisfied or fetched for, once", tests{TestClaimsSatisfied, TestClaimsNotSatisfied, TestRejectedTokenAgain}},
		{"24 a machine that slept", tests{TestSleepOfTheMachine}},
		{"25 credentials share nothing", tests{TestCredentialsShareNothing, TestSameStringOtherKind}},
		{"26 no race, no goroutine left", tests{TestFetchesLeaveNothingBehind}},
	} {
		t.Run(point.name, func(t *testing.T) {
			for _, test := range point.tests {
				t.Run(testName(test), test)
			}
		})
	}
}

func testName(test func(*testing.T)) string {
	name := runtime.FuncForPC(reflect.ValueOf(test).Pointer()).Name()
	return name[strings.LastIndexByte(name, '.')+1:]
}

func stampedeOf100(t *testing.T) {
	t.Helper()
	testStampede(t, 100)
}

func oneOf100Leaves(t *testing.T) {
	t.Helper()
	testStampedeWithOneLeaving(t, 100)
}

func appServicePrints(t *testing.T) {
	t.Helper()
	testPrints(t, credential.SourceAppService)
}
