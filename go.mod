module github.com/keyless-go/azure

go 1.26.0
