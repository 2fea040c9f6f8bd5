package page

import "net/http/httptest"

// Event is how an event goes over the connection.
func Event(event, id, data string) string {
	w := httptest.NewRecorder()
	(&stream{w: w}).send(event, id, data)
	return w.Body.String()
}

// Beat is how often a page is brought up to date.
const Beat = beat
