// Package lakes moves one large file in both directions, by this library and by
// net/http alone, to and from the emulator's data lakes, over sockets.
package lakes
