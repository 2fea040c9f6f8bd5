package tutorial

import (
	"database/sql"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// printRows prints rows as a table with a line of headings.
func printRows(out io.Writer, rows *sql.Rows) error {
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	var text strings.Builder // for out it shall be one piece
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	rules := make([]string, len(columns))
	for i, column := range columns {
		rules[i] = strings.Repeat("-", len(column))
	}
	_, _ = fmt.Fprintf(table, "%s\n%s\n", strings.Join(columns, "\t"), strings.Join(rules, "\t"))
	n := 0
	for ; rows.Next(); n++ {
		cells, err := scanRow(rows, len(columns))
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s(%d rows)\n", text.String(), n)
	return err
}

func scanRow(rows *sql.Rows, columns int) ([]string, error) {
	values := make([]any, columns)
	targets := make([]any, columns)
	for i := range values {
		targets[i] = &values[i]
	}
	if err := rows.Scan(targets...); err != nil {
		return nil, err
	}
	cells := make([]string, columns)
	for i, value := range values {
		cells[i] = cell(value)
	}
	return cells, nil
}

// cell prints a value as SQL tools do. A DECIMAL comes as its digits.
func cell(value any) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case []byte:
		return string(v)
	case time.Time:
		if v.Equal(v.Truncate(24 * time.Hour)) {
			return v.Format(time.DateOnly)
		}
		return v.Format(time.RFC3339Nano)
	default:
		return fmt.Sprint(v)
	}
}
