package engine

import (
	"database/sql/driver"
	"time"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

func timeFunctions() map[string]function {
	return map[string]function{
		"az_dateadd":  strict(dateAdd),
		"az_datediff": strict(dateDiff),
		// az_datepart(part, value, type)
		"az_datepart": strict(func(a []driver.Value) (driver.Value, error) { return ofTime(a, partOf) }),
		// az_datename(part, value, type)
		"az_datename": strict(func(a []driver.Value) (driver.Value, error) { return ofTime(a, partName) }),
	}
}

// dateAdd is az_dateadd(part, number, value, type).
func dateAdd(a []driver.Value) (driver.Value, error) {
	v, err := timeArgument(a[2], a[3])
	if err == nil {
		v, err = addPart(text(a[0]), number(a[1]), v)
	}
	if err != nil {
		return nil, err
	}
	t := parseDeclaration(text(a[3]))
	out, err := storeTime(v, t)
	if err != nil {
		return nil, failure(517, 16, "Adding a value to a '%s' column caused an overflow.", name(t))
	}
	return out, nil
}

// dateDiff is az_datediff(part, from, its type, to, its type).
func dateDiff(a []driver.Value) (driver.Value, error) {
	from, err := timeArgument(a[1], a[2])
	if err != nil {
		return nil, err
	}
	to, err := timeArgument(a[3], a[4])
	if err != nil {
		return nil, err
	}
	return countParts(text(a[0]), from, to)
}

// ofTime calls a function of part, value and type.
func ofTime(a []driver.Value, f func(part string, v time.Time) (driver.Value, error)) (driver.Value, error) {
	v, err := timeArgument(a[1], a[2])
	if err != nil {
		return nil, err
	}
	return f(text(a[0]), v)
}

// timeArgument is an argument with its type.
func timeArgument(value, declared driver.Value) (time.Time, error) {
	return loadTime(text(value), parseDeclaration(text(declared)))
}

func partName(part string, v time.Time) (driver.Value, error) {
	switch datePart(part) {
	case "month":
		return v.Month().String(), nil
	case "weekday":
		return v.Weekday().String(), nil
	}
	n, err := partOf(part, v)
	return text(n), err
}

// calendarFunctions make dates.
func calendarFunctions() map[string]function {
	return map[string]function{
		// az_eomonth(value, type, months)
		"az_eomonth": strict(func(a []driver.Value) (driver.Value, error) {
			v, err := loadTime(text(a[0]), parseDeclaration(text(a[1])))
			if err != nil {
				return nil, err
			}
			last := time.Date(v.Year(), v.Month()+time.Month(number(a[2]))+1, 0, 0, 0, 0, 0, time.UTC)
			return storeTime(last, tds.Type{Kind: tds.Date})
		}),
		// az_datefromparts(year, month, day)
		"az_datefromparts": strict(func(a []driver.Value) (driver.Value, error) {
			y, m, d := number(a[0]), number(a[1]), number(a[2])
			v := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
			if v.Year() != y || v.Month() != time.Month(m) || v.Day() != d {
				return nil, failure(289, 16, "Cannot construct data type date, some of the arguments have values which are not valid.")
			}
			return storeTime(v, tds.Type{Kind: tds.Date})
		}),
		"az_isdate": func(a []driver.Value) (driver.Value, error) {
			s, ok := a[0].(string)
			_, is := readTime(s)
			return truth(ok && s != "" && is), nil
		},
	}
}

// datePart returns the whole name of a part of a date; "" if there is none such.
// https://learn.microsoft.com/sql/t-sql/functions/datepart-transact-sql
func datePart(s string) string {
	switch s {
	case "year", "yy", "yyyy":
		return "year"
	case "quarter", "qq", "q":
		return "quarter"
	case "month", "mm", "m":
		return "month"
	case "dayofyear", "dy", "y":
		return "dayofyear"
	case "day", "dd", "d":
		return "day"
	case "week", "wk", "ww":
		return "week"
	case "weekday", "dw":
		return "weekday"
	case "hour", "hh":
		return "hour"
	case "minute", "mi", "n":
		return "minute"
	case "second", "ss", "s":
		return "second"
	case "millisecond", "ms":
		return "millisecond"
	case "microsecond", "mcs":
		return "microsecond"
	case "nanosecond", "ns":
		return "nanosecond"
	case "iso_week", "isowk", "isoww":
		return "iso_week"
	case "tzoffset", "tz":
		return "tzoffset"
	}
	return ""
}

func noPart(part string) error {
	return failure(155, 15, "'%s' is not a recognized datepart option.", part)
}

// stepOf returns how long the parts are that are always equally long.
func stepOf(part string) time.Duration {
	switch part {
	case "hour":
		return time.Hour
	case "minute":
		return time.Minute
	case "second":
		return time.Second
	case "millisecond":
		return time.Millisecond
	case "microsecond":
		return time.Microsecond
	case "nanosecond":
		return time.Nanosecond
	}
	return 0
}

func addPart(part string, n int, v time.Time) (time.Time, error) {
	const most = 10_000 * 366 * 24 * 60 * 60 // seconds that there are
	if n > most || n < -most {
		return v, failure(517, 16, "Adding a value to a 'datetime' column caused an overflow.")
	}
	switch whole := datePart(part); whole {
	case "year":
		return addMonths(v, 12*n), nil
	case "quarter":
		return addMonths(v, 3*n), nil
	case "month":
		return addMonths(v, n), nil
	case "day", "dayofyear", "weekday":
		return v.AddDate(0, 0, n), nil
	case "week":
		return v.AddDate(0, 0, 7*n), nil
	case "hour", "minute", "second", "millisecond", "microsecond", "nanosecond":
		step := stepOf(whole)
		aDay := int(24 * time.Hour / step)
		return v.AddDate(0, 0, n/aDay).Add(time.Duration(n%aDay) * step), nil
	}
	return v, noPart(part)
}

// addMonths stays in the month: the 31st becomes the last day.
func addMonths(v time.Time, n int) time.Time {
	last := time.Date(v.Year(), v.Month()+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return time.Date(last.Year(), last.Month(), min(v.Day(), last.Day()), v.Hour(), v.Minute(), v.Second(), v.Nanosecond(), v.Location())
}

// countParts counts the boundaries between two times.
func countParts(part string, from, to time.Time) (driver.Value, error) {
	months := func(v time.Time) int64 { return int64(v.Year())*12 + int64(v.Month()) - 1 }
	days := func(v time.Time) int64 {
		return time.Date(v.Year(), v.Month(), v.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
	}
	switch whole := datePart(part); whole {
	case "year":
		return int64(to.Year() - from.Year()), nil
	case "quarter":
		return months(to)/3 - months(from)/3, nil
	case "month":
		return months(to) - months(from), nil
	case "day", "dayofyear", "weekday":
		return days(to) - days(from), nil
	case "week":
		week := func(v time.Time) int64 { return (days(v) + 4) / 7 } // weeks begin on Sunday
		return week(to) - week(from), nil
	case "hour", "minute", "second", "millisecond", "microsecond", "nanosecond":
		step := stepOf(whole)
		count := func(v time.Time) int64 {
			if step >= time.Second {
				return floor(v.Unix(), int64(step/time.Second))
			}
			return v.Unix()*int64(time.Second/step) + int64(v.Nanosecond())/int64(step)
		}
		return count(to) - count(from), nil
	}
	return nil, noPart(part)
}

// floor divides and rounds down.
func floor(n, by int64) int64 {
	if n < 0 {
		n -= by - 1
	}
	return n / by
}

func partOf(part string, v time.Time) (driver.Value, error) {
	_, week := v.ISOWeek()
	_, offset := v.Zone()
	switch datePart(part) {
	case "year":
		return int64(v.Year()), nil
	case "quarter":
		return int64(v.Month()+2) / 3, nil
	case "month":
		return int64(v.Month()), nil
	case "dayofyear":
		return int64(v.YearDay()), nil
	case "day":
		return int64(v.Day()), nil
	case "week":
		first := time.Date(v.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		return int64((v.YearDay()+int(first.Weekday())-1)/7 + 1), nil
	case "weekday":
		return int64(v.Weekday()) + 1, nil
	case "hour":
		return int64(v.Hour()), nil
	case "minute":
		return int64(v.Minute()), nil
	case "second":
		return int64(v.Second()), nil
	case "millisecond":
		return int64(v.Nanosecond() / 1e6), nil
	case "microsecond":
		return int64(v.Nanosecond() / 1e3), nil
	case "nanosecond":
		return int64(v.Nanosecond()), nil
	case "iso_week":
		return int64(week), nil
	case "tzoffset":
		return int64(offset / 60), nil
	}
	return nil, noPart(part)
}
