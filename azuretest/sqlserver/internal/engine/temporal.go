package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// Times are text in SQLite, one form for each type, so that they compare as they
// should. That of datetimeoffset is in UTC with the offset behind, which the
// collation AZ_MOMENT ignores.
const (
	dateLayout   = "2006-01-02"
	clockLayout  = "15:04:05"
	offsetLayout = "-07:00"
)

// layout returns the form that the type's values have in SQLite.
func layout(t tds.Type) string {
	fraction := ""
	if t.Scale > 0 && t.Scaled() {
		fraction = "." + strings.Repeat("0", t.Scale)
	}
	switch t.Kind {
	case tds.Date:
		return dateLayout
	case tds.Time:
		return clockLayout + fraction
	case tds.SmallDateTime:
		return dateLayout + " 15:04:00"
	case tds.DateTime:
		return dateLayout + " 15:04:05.000"
	}
	return dateLayout + " " + clockLayout + fraction // datetime2 and datetimeoffset
}

// storeTime returns what stands in SQLite for a time.
func storeTime(v time.Time, t tds.Type) (string, error) {
	v = roundTime(v, t)
	utc := v
	if t.Kind == tds.DateTimeOffset {
		utc = v.UTC()
	}
	if y := utc.Year(); y < 1 || y > 9999 || y < 1753 && t.Kind == tds.DateTime || (y < 1900 || y > 2079) && t.Kind == tds.SmallDateTime {
		return "", failure(242, 16, "The conversion of a nvarchar data type to a %s data type resulted in an out-of-range value.", t.Kind.Name())
	}
	if t.Kind == tds.DateTimeOffset {
		return utc.Format(layout(t)) + " " + v.Format(offsetLayout), nil
	}
	return v.Format(layout(t)), nil
}

// roundTime rounds to what the type can hold.
func roundTime(v time.Time, t tds.Type) time.Time {
	switch {
	case t.Kind == tds.SmallDateTime:
		return v.Round(time.Minute)
	case t.Kind == tds.DateTime: // in 1/300 of a second
		ticks := (v.Nanosecond()*3 + 5e6) / 1e7
		return v.Truncate(time.Second).Add(time.Duration((ticks*10+1)/3) * time.Millisecond)
	case t.Scaled():
		step := time.Second
		for range t.Scale {
			step /= 10
		}
		clock := v.Round(step)
		if t.Kind == tds.Time && clock.Day() != v.Day() {
			return clock.Add(-step) // there is no 24:00
		}
		return clock
	}
	return v
}

// loadTime reads what storeTime has written.
func loadTime(s string, t tds.Type) (time.Time, error) {
	if t.Kind != tds.DateTimeOffset {
		return time.Parse(layout(t), s)
	}
	utc, offset, _ := strings.Cut(reverseCut(s), "\x00")
	v, err := time.Parse(layout(t), utc)
	if err != nil {
		return v, err
	}
	zone, err := time.Parse(offsetLayout, offset)
	return v.In(zone.Location()), err
}

// reverseCut replaces the last blank by a NUL.
func reverseCut(s string) string {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s
	}
	return s[:i] + "\x00" + s[i+1:]
}

// readTime reads a time as people write it. What is missing is 1900-01-01, midnight,
// UTC.
// https://learn.microsoft.com/sql/t-sql/data-types/datetime2-transact-sql
func readTime(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	dates := []string{"", "2006-01-02", "20060102", "2006/01/02", "2006.01.02", "1/2/2006", "1-2-2006", "Jan 2 2006", "Jan 2, 2006", "2 Jan 2006", "January 2, 2006"}
	clocks := []string{"", " 15:04:05.999999999", " 15:04", " 3:04:05 PM", " 3:04PM", " 3:04 PM", "T15:04:05.999999999", "T15:04"}
	zones := []string{"", "Z07:00", " -07:00"}
	for _, d := range dates {
		for _, c := range clocks {
			for _, z := range zones {
				form := strings.TrimPrefix(d+c+z, " ")
				if form == "" || c == "" && z != "" || d == "" && strings.HasPrefix(c, "T") {
					continue
				}
				if v, err := time.Parse(form, s); err == nil {
					if d == "" {
						v = v.AddDate(1900, 0, 0)
					}
					return v, true
				}
			}
		}
	}
	return time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), s == ""
}

// showTime writes a time as CAST to characters does, in a style of CONVERT.
// https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
func showTime(v time.Time, t tds.Type, style int) string {
	form := layout(t)
	switch style {
	case 0, 100:
		if t.Kind == tds.DateTime || t.Kind == tds.SmallDateTime {
			return v.Format("Jan _2 2006 ") + fmt.Sprintf("%7s", v.Format("3:04PM"))
		}
	case 20, 120:
		form = dateLayout + " " + clockLayout
	case 23:
		form = dateLayout
	case 8, 24, 108:
		form = clockLayout
	case 112:
		form = "20060102"
	case 126, 127:
		form = strings.Replace(form, " ", "T", 1)
	default:
		if short := map[int]string{
			101: "01/02/2006", 102: "2006.01.02", 103: "02/01/2006", 104: "02.01.2006", 105: "02-01-2006",
			106: "02 Jan 2006", 107: "Jan 02, 2006", 110: "01-02-2006", 111: "2006/01/02",
		}[style]; short != "" {
			form = short
		}
	}
	if t.Kind == tds.DateTimeOffset && strings.HasPrefix(form, layout(t)[:10]) && len(form) > 10 {
		form += " " + offsetLayout
	}
	return v.Format(form)
}
