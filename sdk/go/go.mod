module github.com/postmand/postmand/sdk/go

go 1.23
