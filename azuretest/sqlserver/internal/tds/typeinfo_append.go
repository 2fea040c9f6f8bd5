package tds

// decimalSize returns the bytes of a decimal value, its sign included.
func decimalSize(precision int) byte {
	switch {
	case precision <= 9:
		return 5
	case precision <= 19:
		return 9
	case precision <= 28:
		return 13
	}
	return 17
}

// appendTypeInfo writes TYPE_INFO, always of the form that can be NULL.
func appendTypeInfo(b []byte, t Type) []byte {
	switch t.Kind {
	case Decimal:
		return put8(put8(append(b, wireDecimalN, decimalSize(t.Precision)), t.Precision), t.Scale)
	case Date:
		return append(b, wireDate)
	case Time:
		return put8(append(b, wireTime), t.Scale)
	case DateTime2:
		return put8(append(b, wireDateTime2), t.Scale)
	case DateTimeOffset:
		return put8(append(b, wireDateTimeOffset), t.Scale)
	case XML:
		return append(b, wireXML, 0)
	case Char, VarChar, NChar, NVarChar, Binary, VarBinary:
		return appendStringInfo(b, t)
	}
	return append(b, sizedInfo(t.Kind)...)
}

// sizedInfo is the TYPE_INFO of a type that has one size: what a family of types is
// called, and the size that says which of them it is. NULL without a type is an int.
func sizedInfo(k Kind) []byte {
	switch k {
	case Bit:
		return []byte{wireBitN, 1}
	case TinyInt:
		return []byte{wireIntN, 1}
	case SmallInt:
		return []byte{wireIntN, 2}
	case BigInt:
		return []byte{wireIntN, 8}
	case Real:
		return []byte{wireFloatN, 4}
	case Float:
		return []byte{wireFloatN, 8}
	case Money:
		return []byte{wireMoneyN, 8}
	case SmallMoney:
		return []byte{wireMoneyN, 4}
	case GUID:
		return []byte{wireGUID, 16}
	case DateTime:
		return []byte{wireDateTimeN, 8}
	case SmallDateTime:
		return []byte{wireDateTimeN, 4}
	}
	return []byte{wireIntN, 4}
}

func appendStringInfo(b []byte, t Type) []byte {
	code := map[Kind]byte{
		Char: wireChar, VarChar: wireVarChar, NChar: wireNChar,
		NVarChar: wireNVarChar, Binary: wireBinary, VarBinary: wireVarBinary,
	}[t.Kind]
	size := shortMax
	if t.Size != Max {
		size = t.Size
		if t.Unicode() {
			size *= 2
		}
	}
	b = put16(append(b, code), size)
	if t.Text() {
		b = append(b, collation()...)
	}
	return b
}
