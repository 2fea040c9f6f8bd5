package page

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"github.com/keyless-go/azure/azuretest"
)

// store is a blob container or a data lake.
type store struct {
	Title, Kind, URL string
	Files            list[file]
}

// file is a blob, a file or a directory.
type file struct {
	Name string
	Size int64 // -1: a directory
}

func (p *page) files() list[store] {
	var stores []store
	for _, a := range p.azure.StorageAccounts() {
		for _, c := range a.AllContainers() {
			stores = append(stores, store{a.Name() + "/" + c.Name(), "blob container", c.URL(), blobs(c)})
		}
	}
	for _, l := range p.azure.DataLakes() {
		stores = append(stores, store{l.Name(), l.Profile().String() + " data lake", l.URL(), tree(l)})
	}
	return listOf(stores)
}

func blobs(c *azuretest.Container) list[file] {
	names := listOf(c.Blobs())
	files := list[file]{More: names.More}
	for _, name := range names.Items {
		if info, ok := c.Stat(name); ok {
			files.Items = append(files.Items, file{name, info.Size()})
		}
	}
	return files
}

// tree lists what is in a data lake, each directory before what is in it. It looks no
// further than it shows.
func tree(l *azuretest.DataLake) list[file] {
	var files list[file]
	for open := []string{"/"}; len(open) > 0; {
		dir := open[0]
		open = open[1:]
		var inside []string
		for _, name := range l.Names(dir) {
			if len(files.Items) == maxListed {
				files.More++
				continue
			}
			full := path.Join(dir, name)
			info, ok := l.Stat(full)
			switch {
			case !ok:
			case info.IsDir():
				inside = append(inside, full)
				files.Items = append(files.Items, file{full + "/", -1})
			default:
				files.Items = append(files.Items, file{full, info.Size()})
			}
		}
		open = append(open, inside...)
	}
	slices.SortFunc(files.Items, func(a, b file) int { return cmp.Compare(a.Name, b.Name) })
	return files
}

// bytesText is a size to be read; empty for a directory.
func bytesText(n int64) string {
	switch {
	case n < 0:
		return ""
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}
