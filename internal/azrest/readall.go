package azrest

import "io"

// ReadAll reads r to its end. More than limit bytes are an error that is
// [ErrTooLarge], and nothing is returned of them.
func ReadAll(r io.Reader, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, &sizeError{limit}
	}
	return content, nil
}
