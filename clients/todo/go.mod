module github.com/purpledb/purple/clients/todo

go 1.24.0

require github.com/purpledb/purple-go v0.0.0

// What `mvn verify -Pclients` generates.
replace github.com/purpledb/purple-go => ../../target/clients/go
