package tds_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

func typ(kind tds.Kind, sizes ...int) tds.Type {
	t := tds.Type{Kind: kind}
	switch {
	case kind == tds.Decimal:
		t.Precision, t.Scale = sizes[0], sizes[1]
	case len(sizes) > 0 && kind >= tds.Time && kind <= tds.DateTimeOffset:
		t.Scale = sizes[0]
	case len(sizes) > 0:
		t.Size = sizes[0]
	}
	return t
}

// What is written is read again as it was.
func TestValues(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 2, 28, 23, 59, 59, 123456700, time.UTC)
	clock := func(nanos int) time.Time { return time.Date(1, 1, 1, 23, 59, 59, nanos, time.UTC) }
	east := time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("", 14*3600))
	for _, test := range []struct {
		typ    tds.Type
		values []any
	}{
		{typ(tds.Bit), []any{true, false}},
		{typ(tds.TinyInt), []any{int64(0), int64(255)}},
		{typ(tds.SmallInt), []any{int64(math.MinInt16), int64(math.MaxInt16)}},
		{typ(tds.Int), []any{int64(math.MinInt32), int64(math.MaxInt32), int64(-1)}},
		{typ(tds.BigInt), []any{int64(math.MinInt64), int64(math.MaxInt64), int64(-1)}},
		{typ(tds.Real), []any{float64(1.5), float64(-math.MaxFloat32)}},
		{typ(tds.Float), []any{math.MaxFloat64, -math.SmallestNonzeroFloat64, 0.0}},
		{typ(tds.Decimal, 5, 2), []any{"0.00", "-999.99", "0.01"}},
		{typ(tds.Decimal, 19, 0), []any{"9999999999999999999"}},
		{typ(tds.Decimal, 28, 28), []any{"-0.0000000000000000000000000001"}},
		{typ(tds.Decimal, 38, 10), []any{"9999999999999999999999999999.9999999999", "-0.0000000001"}},
		{typ(tds.Money), []any{"922337203685477.5807", "-922337203685477.5808", "-0.0001"}},
		{typ(tds.SmallMoney), []any{"214748.3647", "-214748.3648"}},
		{typ(tds.VarChar, 5), []any{"", "€äÿ\u0081z"}},
		{typ(tds.Char, 3), []any{"a  "}},
		{typ(tds.VarChar, tds.Max), []any{"", "abc"}},
		{typ(tds.NVarChar, 4), []any{"", "€😀"}},
		{typ(tds.NChar, 3), []any{"a  "}},
		{typ(tds.NVarChar, tds.Max), []any{"", "€😀"}},
		{typ(tds.Binary, 3), []any{[]byte{1, 0, 0}}},
		{typ(tds.VarBinary, 3), []any{[]byte{}, []byte{1, 2}}},
		{typ(tds.VarBinary, tds.Max), []any{[]byte{0, 255}}},
		{typ(tds.XML), []any{"<a>ä</a>"}},
		{typ(tds.GUID), []any{"6F9619FF-8B86-D011-B42D-00C04FC964FF"}},
		{typ(tds.Date), []any{time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}},
		{typ(tds.Time, 0), []any{clock(0)}},
		{typ(tds.Time, 3), []any{clock(123_000_000)}},
		{typ(tds.Time, 7), []any{clock(999_999_900), clock(100)}},
		{typ(tds.DateTime2, 0), []any{moment.Truncate(time.Second)}},
		{typ(tds.DateTime2, 4), []any{moment.Truncate(100 * time.Microsecond)}},
		{typ(tds.DateTime2, 7), []any{moment}},
		{typ(tds.DateTimeOffset, 7), []any{moment, east}},
		{typ(tds.DateTime), []any{time.Date(1753, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 2, 3, 4, 5, 6_666_700, time.UTC)}},
		{typ(tds.SmallDateTime), []any{time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2079, 6, 6, 23, 59, 0, 0, time.UTC)}},
	} {
		t.Run(test.typ.String(), func(t *testing.T) {
			t.Parallel()
			for _, v := range append(test.values, nil) {
				b, err := tds.AppendValue(tds.AppendTypeInfo(nil, test.typ), test.typ, v)
				require.NoError(t, err)
				read, got, rest, err := tds.ReadTyped(b)
				require.NoError(t, err)
				require.Empty(t, rest)
				require.Equal(t, test.typ, read)
				if at, ok := v.(time.Time); ok {
					require.True(t, at.Equal(got.(time.Time)), "%s became %s", at, got)
					_, offset := at.Zone()
					_, gotOffset := got.(time.Time).Zone()
					require.Equal(t, offset, gotOffset)
					continue
				}
				require.Equal(t, v, got)
			}
		})
	}
}

func TestValuesThatDoNotFit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		typ   tds.Type
		value any
		want  string
	}{
		"tinyint":       {typ(tds.TinyInt), int64(256), "Arithmetic overflow error converting expression to data type tinyint."},
		"int":           {typ(tds.Int), int64(1 << 31), "overflow"},
		"decimal":       {typ(tds.Decimal, 3, 1), "100.0", "overflow"},
		"smallmoney":    {typ(tds.SmallMoney), "214748.3648", "overflow"},
		"nvarchar":      {typ(tds.NVarChar, 1), "😀", "would be truncated to nvarchar(1)"},
		"varbinary":     {typ(tds.VarBinary, 1), []byte{1, 2}, "would be truncated"},
		"datetime":      {typ(tds.DateTime), time.Date(1752, 1, 1, 0, 0, 0, 0, time.UTC), "overflow"},
		"smalldatetime": {typ(tds.SmallDateTime), time.Date(2080, 1, 1, 0, 0, 0, 0, time.UTC), "overflow"},
		"date":          {typ(tds.Date), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "overflow"},
		"another type":  {typ(tds.Date), "2026-01-01", "a value of Go type string is no date"},
		"no number":     {typ(tds.Decimal, 5, 0), "one", "is no decimal(5,0)"},
		"no GUID":       {typ(tds.GUID), "xyz", "is no uniqueidentifier"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := tds.AppendValue(nil, test.typ, test.value)
			require.ErrorContains(t, err, test.want)
			require.Empty(t, b)
		})
	}
}

func TestTypeInfoErrors(t *testing.T) {
	t.Parallel()
	for want, b := range map[string][]byte{
		"data type 0x77 is unknown":                    {0x77},
		"data type 0x26 has no size 3":                 {0x26, 3},
		"a decimal has no precision 39 and scale 0":    {0x6a, 17, 39, 0},
		"a decimal has no precision 5 and scale 6":     {0x6a, 5, 5, 6},
		"a time has no scale 8":                        {0x29, 8},
		"XML schemas are not supported":                {0xf1, 1},
		"the message is too short":                     {0xe7, 10, 0},
		"a int does not have 2 bytes":                  {0x26, 4, 2, 1, 1},
		"a decimal does not have 1 bytes":              {0x6a, 5, 5, 0, 1, 1},
		"half a character in a value of type nvarchar": {0xe7, 10, 0, 9, 4, 0xd0, 0, 0x34, 1, 0, 'x'},
		"a value of 1 bytes was announced with 2":      {0xa5, 0xff, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 'x', 0, 0, 0, 0},
		"is no moment":                                 {0x28, 3, 0xff, 0xff, 0xff},
		"a zone cannot be 900 minutes from UTC":        append(append([]byte{0x2b, 0, 8}, make([]byte, 6)...), 0x84, 3),
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, _, _, err := tds.ReadTyped(b)
			require.ErrorContains(t, err, want)
		})
	}
}

func FuzzTypeInfo(f *testing.F) {
	for _, t := range []tds.Type{
		typ(tds.Bit), typ(tds.BigInt), typ(tds.Real), typ(tds.Decimal, 38, 10), typ(tds.Money), typ(tds.SmallMoney), typ(tds.Char, 3), typ(tds.NVarChar, 4),
		typ(tds.NVarChar, tds.Max), typ(tds.VarBinary, tds.Max), typ(tds.XML), typ(tds.GUID), typ(tds.Date), typ(tds.Time, 3), typ(tds.DateTime2, 7),
		typ(tds.DateTimeOffset, 0), typ(tds.DateTime), typ(tds.SmallDateTime),
	} {
		f.Add(append(tds.AppendTypeInfo(nil, t), 4, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
	}
	f.Add([]byte{0x1f})
	f.Add([]byte{0x23, 4, 0, 0, 0, 9, 4, 0xd0, 0, 0x34, 2, 0, 0, 0, 'a', 'b'})
	f.Add([]byte{0x6f, 8, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, v, rest, err := tds.ReadTyped(b)
		if err != nil {
			require.Nil(t, v)
			return
		}
		require.True(t, bytes.HasSuffix(b, rest))
		if v == nil || kind.Sized() && kind.Size != tds.Max || kind.Text() && !kind.Unicode() {
			return // values may be longer than their type says, or UTF-8
		}
		again, err := tds.AppendValue(tds.AppendTypeInfo(nil, kind), kind, v)
		if err != nil {
			return // not each value that can be sent can be held
		}
		_, same, rest, err := tds.ReadTyped(again)
		require.NoError(t, err)
		require.Empty(t, rest)
		if f, ok := v.(float64); !ok || !math.IsNaN(f) {
			requireSame(t, v, same)
		}
	})
}

func requireSame(t *testing.T, want, got any) {
	t.Helper()
	if at, ok := want.(time.Time); ok {
		require.True(t, at.Equal(got.(time.Time)), "%s became %s", want, got)
		return
	}
	if b, ok := want.([]byte); ok && len(b) == 0 {
		require.Empty(t, got)
		return
	}
	require.Equal(t, want, got)
}
