package azuretest

import (
	"maps"
	"strconv"
	"strings"
)

// lakeGenerated is a number of empty files that are made up when somebody asks for
// them, so that a directory of millions takes no memory. One that is asked for by its
// name becomes a file like others.
type lakeGenerated struct {
	low   int             // those before have been deleted
	count int             // those after there never were
	like  *lakeNode       // what they all are, but for their IDs
	gone  map[string]bool // others that have been deleted

	listed lakeNode // what next has returned
}

const (
	generatedPrefix = "file-"
	generatedDigits = 10
)

// Generate puts count empty files into a directory, which it creates if it is not
// there: file-0000000000, file-0000000001 and so on. They take no memory, however many they
// are, until they are asked for by name. Over what was generated there before they
// take its place.
func (l *DataLake) Generate(dir string, count int) {
	l.Mkdir(dir)
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.seedNode("Generate", dir)
	_, file := l.seedModes()
	like := l.newFile(n.owner, n.group, file)
	n.dir.generated = &lakeGenerated{count: count, like: like, gone: map[string]bool{}}
	l.lastID += int64(count)
}

func generatedName(i int) string {
	name := []byte(generatedPrefix + "0000000000")
	for at := len(name) - 1; i > 0; at, i = at-1, i/10 {
		name[at] += byte(i % 10)
	}
	return string(name)
}

// index tells which file has a name, -1 if none has.
func (g *lakeGenerated) index(name string) int {
	digits, ok := strings.CutPrefix(name, generatedPrefix)
	if !ok || len(digits) != generatedDigits || !consistsOf(digits, "0123456789") {
		return -1
	}
	i, err := strconv.Atoi(digits)
	if err != nil || i < g.low || i >= g.count {
		return -1
	}
	return i
}

func (g *lakeGenerated) has(name string) bool { return g.index(name) >= 0 && !g.gone[name] }

func (g *lakeGenerated) left() int { return g.count - g.low - len(g.gone) }

// remove deletes a file. Whoever deletes all, one after the other, needs no memory.
func (g *lakeGenerated) remove(name string) {
	if !g.has(name) {
		return
	}
	g.gone[name] = true
	for first := generatedName(g.low); g.gone[first]; first = generatedName(g.low) {
		delete(g.gone, first)
		g.low++
	}
}

// node makes the file of a name, or returns nil.
func (g *lakeGenerated) node(name string) *lakeNode {
	if !g.has(name) {
		return nil
	}
	n := *g.like
	n.id += int64(g.index(name)) + 1
	return &n
}

// next returns the first file after a name. It is good until somebody calls next again:
// lists of millions do not make millions.
func (g *lakeGenerated) next(after string) (string, *lakeNode) {
	i := g.index(after) + 1
	if i == 0 {
		i = g.first(after)
	}
	for ; i < g.count; i++ {
		if name := generatedName(i); len(g.gone) == 0 || !g.gone[name] {
			g.listed = *g.like
			g.listed.id += int64(i) + 1
			return name, &g.listed
		}
	}
	return "", nil
}

// first returns the first file that comes after a name which is none of theirs.
func (g *lakeGenerated) first(after string) int {
	if after == "" {
		return g.low
	}
	low, high := g.low, g.count
	for low < high {
		if middle := (low + high) / 2; generatedName(middle) > after {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

func (g *lakeGenerated) clone() *lakeGenerated {
	if g == nil {
		return nil
	}
	c := *g
	c.gone = maps.Clone(g.gone)
	return &c
}

// countAfter returns how many files come after a name.
func (g *lakeGenerated) countAfter(name string) int {
	first := g.first(name)
	n := g.count - first
	for gone := range g.gone {
		if g.index(gone) >= first {
			n--
		}
	}
	return n
}
