/**
 * The contract between services and engines: a service says what it means as a {@link
 * io.purpledb.engine.Commit} of entries, and an {@link io.purpledb.engine.Engine} keeps entries.
 * The idea is that of FoundationDB's layers and of etcd: what an engine promises is proven once per
 * engine, for all services.
 */
@NullMarked
package io.purpledb.engine;

import org.jspecify.annotations.NullMarked;
