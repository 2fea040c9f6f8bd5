package tds

// Bytes that name types on the wire.
const (
	wireNull           = 0x1f
	wireImage          = 0x22
	wireText           = 0x23
	wireGUID           = 0x24
	wireIntN           = 0x26
	wireDate           = 0x28
	wireTime           = 0x29
	wireDateTime2      = 0x2a
	wireDateTimeOffset = 0x2b
	wireInt1           = 0x30
	wireBit            = 0x32
	wireInt2           = 0x34
	wireInt4           = 0x38
	wireSmallDateTime  = 0x3a
	wireReal           = 0x3b
	wireMoney          = 0x3c
	wireDateTime       = 0x3d
	wireFloat          = 0x3e
	wireNText          = 0x63
	wireBitN           = 0x68
	wireDecimalN       = 0x6a
	wireNumericN       = 0x6c
	wireFloatN         = 0x6d
	wireMoneyN         = 0x6e
	wireDateTimeN      = 0x6f
	wireSmallMoney     = 0x7a
	wireInt8           = 0x7f
	wireVarBinary      = 0xa5
	wireVarChar        = 0xa7
	wireBinary         = 0xad
	wireChar           = 0xaf
	wireNVarChar       = 0xe7
	wireNChar          = 0xef
	wireXML            = 0xf1
)

// form is how the length of a value is written.
type form uint8

const (
	formFixed form = iota // not at all
	formByte              // in a byte; 0 is NULL
	formShort             // in two bytes; 0xFFFF is NULL
	formLong              // in four bytes; 0xFFFFFFFF is NULL
	formPLP               // in chunks
	formNull              // there is no value
)

// wireType is a type as a client has declared it.
type wireType struct {
	Type

	form  form
	fixed int  // bytes, of formFixed
	utf8  bool // of Char and VarChar: by its collation
}

const shortMax = 0xffff // the size that means MAX

// parseTypeInfo reads TYPE_INFO.
func parseTypeInfo(c *cursor) wireType {
	code := c.u8()
	if t, ok := fixedType(code); ok {
		return t
	}
	switch code {
	case wireIntN, wireFloatN, wireMoneyN, wireDateTimeN, wireBitN, wireGUID:
		return sizedNumber(c, code)
	case wireDecimalN, wireNumericN:
		return decimalInfo(c)
	case wireDate:
		return wireType{Type: Type{Kind: Date}, form: formByte}
	case wireTime, wireDateTime2, wireDateTimeOffset:
		return timeInfo(c, code)
	case wireVarBinary, wireVarChar, wireBinary, wireChar, wireNVarChar, wireNChar:
		return stringInfo(c, code)
	case wireText, wireNText, wireImage:
		return longInfo(c, code)
	case wireXML:
		if c.u8() != 0 {
			c.fail("XML schemas are not supported")
		}
		return wireType{Type: Type{Kind: XML}, form: formPLP}
	}
	c.fail("data type 0x%02X is unknown", code)
	return wireType{}
}

// fixedType returns the types that cannot be NULL, and NULL itself.
func fixedType(code byte) (wireType, bool) {
	kind, size := Untyped, 0
	switch code {
	case wireNull:
		return wireType{form: formNull}, true
	case wireBit:
		kind, size = Bit, 1
	case wireInt1:
		kind, size = TinyInt, 1
	case wireInt2:
		kind, size = SmallInt, 2
	case wireInt4:
		kind, size = Int, 4
	case wireInt8:
		kind, size = BigInt, 8
	case wireReal:
		kind, size = Real, 4
	case wireFloat:
		kind, size = Float, 8
	case wireMoney:
		kind, size = Money, 8
	case wireSmallMoney:
		kind, size = SmallMoney, 4
	case wireDateTime:
		kind, size = DateTime, 8
	case wireSmallDateTime:
		kind, size = SmallDateTime, 4
	}
	return wireType{Type: Type{Kind: kind}, form: formFixed, fixed: size}, kind != Untyped
}

// sizedNumber reads the types whose size says which of a family they are.
func sizedNumber(c *cursor, code byte) wireType {
	size := c.u8()
	kind := Untyped
	switch uint16(code)<<8 | uint16(size) {
	case wireBitN<<8 | 1:
		kind = Bit
	case wireIntN<<8 | 1:
		kind = TinyInt
	case wireIntN<<8 | 2:
		kind = SmallInt
	case wireIntN<<8 | 4:
		kind = Int
	case wireIntN<<8 | 8:
		kind = BigInt
	case wireFloatN<<8 | 4:
		kind = Real
	case wireFloatN<<8 | 8:
		kind = Float
	case wireMoneyN<<8 | 4:
		kind = SmallMoney
	case wireMoneyN<<8 | 8:
		kind = Money
	case wireDateTimeN<<8 | 4:
		kind = SmallDateTime
	case wireDateTimeN<<8 | 8:
		kind = DateTime
	case wireGUID<<8 | 16:
		kind = GUID
	default:
		c.fail("data type 0x%02X has no size %d", code, size)
	}
	return wireType{Type: Type{Kind: kind}, form: formByte}
}

const maxPrecision = 38

func decimalInfo(c *cursor) wireType {
	c.u8() // the size, which follows from the precision
	precision, scale := int(c.u8()), int(c.u8())
	if precision < 1 || precision > maxPrecision || scale > precision {
		c.fail("a decimal has no precision %d and scale %d", precision, scale)
	}
	return wireType{Type: Type{Kind: Decimal, Precision: precision, Scale: scale}, form: formByte}
}

func timeInfo(c *cursor, code byte) wireType {
	kind := map[byte]Kind{wireTime: Time, wireDateTime2: DateTime2, wireDateTimeOffset: DateTimeOffset}[code]
	scale := int(c.u8())
	if scale > 7 {
		c.fail("a %s has no scale %d", kind.Name(), scale)
	}
	return wireType{Type: Type{Kind: kind, Scale: scale}, form: formByte}
}

// collationUTF8 is the flag of collations whose characters are UTF-8.
const collationUTF8 = 1 << 26

func stringInfo(c *cursor, code byte) wireType {
	kind := map[byte]Kind{
		wireVarBinary: VarBinary, wireBinary: Binary, wireVarChar: VarChar,
		wireChar: Char, wireNVarChar: NVarChar, wireNChar: NChar,
	}[code]
	t := wireType{Type: Type{Kind: kind, Size: int(c.u16())}, form: formShort}
	if t.Size == shortMax {
		t.Size, t.form = Max, formPLP
	} else if t.Unicode() {
		t.Size /= 2
	}
	if t.Text() {
		t.utf8 = c.u32()&collationUTF8 != 0
		c.u8()
	}
	return t
}

// longInfo reads the types that came before MAX.
func longInfo(c *cursor, code byte) wireType {
	c.u32()
	t := wireType{Type: Type{Kind: VarBinary, Size: Max}, form: formLong}
	if code == wireImage {
		return t
	}
	t.Kind = VarChar
	if code == wireNText {
		t.Kind = NVarChar
	}
	t.utf8 = c.u32()&collationUTF8 != 0
	c.u8()
	return t
}

// collation is SQL_Latin1_General_CP1_CI_AS, that of new databases.
func collation() []byte { return []byte{0x09, 0x04, 0xd0, 0x00, 0x34} }
