module github.com/purpledb/purple-go/documents

go 1.24.0

require github.com/purpledb/purple-go v0.0.0

// A client with the operations of tests, which build.sh makes; it needs no library.
replace github.com/purpledb/purple-go => ../../../target/clients/documents/go
