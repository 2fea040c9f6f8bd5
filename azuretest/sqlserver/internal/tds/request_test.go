package tds_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// rpc is a call by name or, if there is none, by number.
func rpc(name string, number uint16, params ...[]byte) []byte {
	out := binary.LittleEndian.AppendUint16(nil, uint16(len(name)))
	if name == "" {
		out = binary.LittleEndian.AppendUint16([]byte{0xff, 0xff}, number)
	}
	out = append(tds.AppendUTF16(out, name), 0, 0)
	for _, p := range params {
		out = append(out, p...)
	}
	return out
}

func param(tb testing.TB, name string, status byte, t tds.Type, v any) []byte {
	tb.Helper()
	out := append(tds.AppendUTF16([]byte{byte(len(name))}, name), status)
	out, err := tds.AppendValue(tds.AppendTypeInfo(out, t), t, v)
	require.NoError(tb, err)
	return out
}

func TestRPC(t *testing.T) {
	t.Parallel()
	first := rpc("", 10, param(t, "", 0, typ(tds.NVarChar, tds.Max), "SELECT @p1"), param(t, "@p1", 1, typ(tds.Int), int64(5)))
	second := rpc("sp_help", 0, param(t, "@x", 2, typ(tds.Bit), nil))
	calls, err := tds.ParseRPC(append(append(first, 0xff), second...))
	require.NoError(t, err)
	require.Equal(t, []tds.Call{
		{"sp_executesql", []tds.Param{
			{Type: typ(tds.NVarChar, tds.Max), Value: "SELECT @p1"},
			{Name: "@p1", Type: typ(tds.Int), Value: int64(5), Output: true},
		}},
		{"sp_help", []tds.Param{{Name: "@x", Type: typ(tds.Bit), Default: true}}},
	}, calls)
}

func TestRPCErrors(t *testing.T) {
	t.Parallel()
	null := []byte{0, 0, 0x1f}
	for name, test := range map[string]struct {
		body []byte
		want string
	}{
		"empty":               {nil, "8009: The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. Parameter 0: the message is too short"},
		"no such number":      {rpc("", 99), "there is no procedure number 99"},
		"number 0":            {rpc("", 0), "there is no procedure number 0"},
		"a name that is cut":  {[]byte{9, 0, 'x', 0}, "too short"},
		"an unknown type":     {rpc("x", 0, []byte{0, 0, 0x77}), "Parameter 1: data type 0x77 is unknown"},
		"a value that is cut": {rpc("x", 0, []byte{0, 0, 0x38, 1}), "Parameter 1: the message is too short"},
		"many parameters":     {rpc("x", 0, []byte(strings.Repeat(string(null), 2101))), "8003: The incoming request has too many parameters. The server supports a maximum of 2100 parameters."},
		"many calls":          {[]byte(strings.Repeat("\xff\xff\x0f\x00\x00\x00\xff", 2000)), "longer than the server takes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tds.ParseRPC(test.body)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	good := append([]byte{22, 0, 0, 0, 18, 0, 0, 0, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}, "rest"...)
	transaction, rest, err := tds.ParseHeaders(good)
	require.NoError(t, err)
	require.EqualValues(t, 7, transaction)
	require.Equal(t, "rest", string(rest))
	_, rest, err = tds.ParseHeaders([]byte{4, 0, 0, 0, 'x'})
	require.NoError(t, err)
	require.Equal(t, "x", string(rest))
	other := []byte{12, 0, 0, 0, 8, 0, 0, 0, 3, 0, 'a', 'b', 'x'} // a trace header
	_, rest, err = tds.ParseHeaders(other)
	require.NoError(t, err)
	require.Equal(t, "x", string(rest))
	for name, b := range map[string][]byte{
		"empty":               nil,
		"beyond the end":      {5, 0, 0, 0},
		"too short":           {3, 0, 0, 0},
		"huge":                {0xff, 0xff, 0xff, 0xff, 0},
		"a header of nothing": {10, 0, 0, 0, 0, 0, 0, 0, 2, 0},
		"a huge header":       {10, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 2, 0},
		"a short transaction": {10, 0, 0, 0, 6, 0, 0, 0, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := tds.ParseHeaders(b)
			require.Error(t, err)
		})
	}
}

func TestTransactionRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body  []byte
		kinds []uint16
		names []string
	}{
		"begin":                {[]byte{5, 0, 2, 2, 'x', 0}, []uint16{5}, []string{"x"}},
		"length in characters": {[]byte{5, 0, 2, 1, 'x', 0}, []uint16{5}, []string{"x"}},
		"commit":               {[]byte{7, 0, 0, 0}, []uint16{7}, []string{""}},
		"commit and begin":     {[]byte{7, 0, 0, 1, 4, 0}, []uint16{7, 5}, []string{"", ""}},
		"rollback":             {[]byte{8, 0, 2, 'y', 0, 0}, []uint16{8}, []string{"y"}},
		"save":                 {[]byte{9, 0, 2, 'z', 0}, []uint16{9}, []string{"z"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kinds, names, err := tds.ParseTransaction(test.body)
			require.NoError(t, err)
			require.Equal(t, test.kinds, kinds)
			require.Equal(t, test.names, names)
		})
	}
	for _, b := range [][]byte{nil, {5}, {6, 0}, {5, 0, 99, 0}, {5, 0, 2, 9}, {7, 0, 0, 1, 77, 0}, {8, 0}} {
		_, _, err := tds.ParseTransaction(b)
		require.Error(t, err, "%v", b)
	}
}

func TestPrelogin(t *testing.T) {
	t.Parallel()
	nonce := strings.Repeat("n", 32)
	good := append([]byte{6, 0, 11, 0, 1, 7, 0, 12, 0, 32, 0xff, 1}, nonce...)
	got, err := tds.ParsePrelogin(good)
	require.NoError(t, err)
	require.Equal(t, nonce, string(got))
	answer, err := tds.PreloginAnswer(good, tds.EncryptOn)
	require.NoError(t, err)
	require.Equal(t, []byte{
		0, 0, 26, 0, 6, 1, 0, 32, 0, 1, 2, 0, 33, 0, 1, 4, 0, 34, 0, 1, 6, 0, 35, 0, 1, 0xff,
		12, 0, 7, 208, 0, 0, 1, 0, 0, 1,
	}, answer)
	_, err = tds.ParsePrelogin(answer)
	require.NoError(t, err)
	for name, b := range map[string][]byte{
		"empty":                 nil,
		"no options":            {0xff},
		"no end":                {1, 0, 6, 0, 1, 0},
		"an option that is cut": {1, 0, 6, 0},
		"data beyond the end":   {1, 0xff, 0xff, 0, 1, 0xff},
		"a long option":         {1, 0, 6, 0xff, 0xff, 0xff},
		"a nonce of one byte":   {7, 0, 6, 0, 1, 0xff, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tds.ParsePrelogin(b)
			require.Error(t, err)
		})
	}
}

func TestPackets(t *testing.T) {
	t.Parallel()
	out := tds.AppendPackets(4, 512, make([]byte, 504*2+1))
	require.Len(t, out, 512*2+9)
	require.Equal(t, []byte{4, 0, 2, 0, 0, 1, 1, 0}, out[:8])
	require.Equal(t, []byte{4, 0, 2, 0, 0, 1, 2, 0}, out[512:520])
	require.Equal(t, []byte{4, 1, 0, 9, 0, 1, 3, 0}, out[1024:1032])
	require.Equal(t, []byte{4, 1, 0, 8, 0, 1, 1, 0}, tds.AppendPackets(4, 512, nil))
}

func FuzzRPC(f *testing.F) {
	f.Add(rpc("", 10, param(f, "", 0, typ(tds.NVarChar, tds.Max), "SELECT 1"), param(f, "@p1", 1, typ(tds.Decimal, 5, 2), "1.50")))
	f.Add(rpc("sp_help", 0))
	f.Add(append(rpc("", 15, []byte{0, 0, 0x38, 1, 0, 0, 0}), append([]byte{0xff}, rpc("", 12)...)...))
	f.Add([]byte{0xff, 0xff, 10, 0, 0, 0, 0, 0, 0xe7, 0xff, 0xff, 9, 4, 0xd0, 0, 0x34, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 'x', 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		calls, err := tds.ParseRPC(b)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(calls), len(b))
		for _, c := range calls {
			require.LessOrEqual(t, len(c.Params), 2100)
		}
	})
}

func FuzzHeaders(f *testing.F) {
	f.Add([]byte{22, 0, 0, 0, 18, 0, 0, 0, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0})
	f.Add([]byte{4, 0, 0, 0, 'x'})
	f.Add([]byte{10, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 2, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, rest, err := tds.ParseHeaders(b); err == nil {
			require.Equal(t, len(b)-int(binary.LittleEndian.Uint32(b)), len(rest))
		}
	})
}

func FuzzPrelogin(f *testing.F) {
	f.Add(append([]byte{6, 0, 11, 0, 1, 7, 0, 12, 0, 32, 0xff, 1}, strings.Repeat("n", 32)...))
	f.Add([]byte{0xff})
	f.Add([]byte{1, 0xff, 0xff, 0, 1, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		answer, err := tds.PreloginAnswer(b, tds.EncryptOn)
		if err == nil {
			_, err = tds.ParsePrelogin(answer)
			require.NoError(t, err)
		}
	})
}

func FuzzTransaction(f *testing.F) {
	f.Add([]byte{5, 0, 2, 2, 'x', 0})
	f.Add([]byte{7, 0, 0, 1, 4, 0})
	f.Add([]byte{8, 0, 2, 'y', 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		kinds, _, err := tds.ParseTransaction(b)
		if err == nil {
			require.LessOrEqual(t, len(kinds), 2)
		}
	})
}

func FuzzUTF16(f *testing.F) {
	f.Add([]byte{'a', 0, 0x3d, 0xd8, 0x00, 0xde})
	f.Add([]byte{0x3d, 0xd8, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) {
		text := tds.DecodeUTF16(b)
		require.LessOrEqual(t, len(text), math.MaxInt/2)
		require.Equal(t, text, tds.DecodeUTF16(tds.AppendUTF16(nil, text)))
	})
}
