package credential_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func TestExpiresOnForms(t *testing.T) {
	t.Parallel()
	utc := func(year int, month time.Month, day, hour, minute, second int) time.Time {
		return time.Date(year, month, day, hour, minute, second, 0, time.UTC)
	}
	for name, tc := range map[string]struct {
		raw  string
		want time.Time
	}{
		"number":                        {`1506484173`, utc(2017, 9, 27, 3, 49, 33)},
		"quoted number":                 {`"1506484173"`, utc(2017, 9, 27, 3, 49, 33)},
		"quoted number with spaces":     {`" 1506484173 "`, utc(2017, 9, 27, 3, 49, 33)},
		"number with fraction":          {`1506484173.5`, utc(2017, 9, 27, 3, 49, 33).Add(500 * time.Millisecond)},
		"Windows":                       {`"1/16/2020 5:24:12 AM +00:00"`, utc(2020, 1, 16, 5, 24, 12)},
		"Windows, evening":              {`"9/14/2017 11:05:00 PM +00:00"`, utc(2017, 9, 14, 23, 5, 0)},
		"Linux":                         {`"06/19/2019 23:42:01 +00:00"`, utc(2019, 6, 19, 23, 42, 1)},
		"Functions on Linux":            {`"12/09/2020 16:12:09 +00:00"`, utc(2020, 12, 9, 16, 12, 9)},
		"the documentation's hour 0 PM": {`"09/14/2017 00:00:00 PM +00:00"`, utc(2017, 9, 14, 12, 0, 0)},
		"another zone":                  {`"06/19/2019 23:42:01 +02:00"`, utc(2019, 6, 19, 21, 42, 1)},
		"RFC 3339":                      {`"2024-02-29T23:59:59Z"`, utc(2024, 2, 29, 23, 59, 59)},
		"RFC 3339 with zone":            {`"2024-02-29T23:59:59-01:00"`, utc(2024, 3, 1, 0, 59, 59)},
		"date and time":                 {`"2024-02-29 23:59:59"`, utc(2024, 2, 29, 23, 59, 59)},
		"American":                      {`"02/29/2024 23:59:59"`, utc(2024, 2, 29, 23, 59, 59)},
		"American with PM":              {`"2/29/2024 11:59:59 PM"`, utc(2024, 2, 29, 23, 59, 59)},
		"null":                          {`null`, time.Time{}},
		"empty":                         {`""`, time.Time{}},
		"missing":                       {``, time.Time{}},
		"zero":                          {`0`, time.Time{}},
		"negative":                      {`-1506484173`, time.Time{}},
		"not a number":                  {`"NaN"`, time.Time{}},
		"infinity":                      {`"+Inf"`, time.Time{}},
		"hexadecimal":                   {`"0x59CB1F0D"`, time.Time{}},
		"too large":                     {`1e300`, time.Time{}},
		"milliseconds":                  {`1506484173000`, time.Time{}},
		"a word":                        {`"tomorrow"`, time.Time{}},
		"no such day":                   {`"02/30/2024 23:59:59"`, time.Time{}},
		"object":                        {`{"epoch":1506484173}`, time.Time{}},
		"list":                          {`[1506484173]`, time.Time{}},
		"bool":                          {`true`, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, credential.ParseExpiresOn(json.RawMessage(tc.raw)))
		})
	}
}

func TestExpiryOfAnAnswer(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	sent := now.Add(-2 * time.Second)
	in := func(d time.Duration) time.Time { return now.Add(d) }
	for name, tc := range map[string]struct {
		on   time.Time
		in   time.Duration
		want time.Time
	}{
		"nothing":                            {time.Time{}, 0, time.Time{}},
		"instant alone":                      {in(time.Hour), 0, in(time.Hour)},
		"time left alone":                    {time.Time{}, time.Hour, sent.Add(time.Hour)},
		"both, the instant earlier":          {in(time.Minute), time.Hour, in(time.Minute)},
		"both, the time left earlier":        {in(2 * time.Hour), time.Hour, sent.Add(time.Hour)},
		"local clock ahead":                  {in(-time.Hour), time.Hour, sent.Add(time.Hour)},
		"just passed":                        {now, time.Hour, sent.Add(time.Hour)},
		"passed, less than a minute left":    {in(-time.Second), time.Minute, in(-time.Second)},
		"passed, alone":                      {in(-time.Hour), 0, in(-time.Hour)},
		"absurd instant alone":               {in(401 * 24 * time.Hour), 0, time.Time{}},
		"absurd instant, time left sensible": {in(401 * 24 * time.Hour), time.Hour, sent.Add(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, credential.Expiry(tc.on, tc.in, sent, now))
		})
	}
}

func FuzzExpiresOn(f *testing.F) {
	for _, seed := range []string{
		`1506484173`, `"1506484173"`, `"1/16/2020 5:24:12 AM +00:00"`, `"06/19/2019 23:42:01 +00:00"`, `"09/14/2017 00:00:00 PM +00:00"`,
		`"2024-02-29T23:59:59Z"`, `null`, `""`, `-1`, `1e999`, `"NaN"`, `7258118400`, `0.000000001`, `{}`,
	} {
		f.Add([]byte(seed), int64(3600))
	}
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, raw []byte, in int64) {
		on := credential.ParseExpiresOn(raw)
		if !on.IsZero() {
			require.Equal(t, time.UTC, on.Location())
			require.Equal(t, on, credential.ParseExpiresOn(raw))
		}
		left := min(max(time.Duration(in)*time.Second, 0), credential.MaxLife)
		expires := credential.Expiry(on, left, now, now)
		require.False(t, expires.After(now.Add(credential.MaxLife)), "a life nobody gives: %s", expires)
		if left == 0 && on.Before(now.Add(credential.MaxLife)) {
			require.Equal(t, on, expires)
		}
	})
}
