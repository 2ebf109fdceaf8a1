/**
 * Clusters of real processes under faults: what clients were answered is recorded, and must be what
 * one object would have answered, with no acknowledged write lost.
 */
@NullMarked
package io.purpledb.process.cluster;

import org.jspecify.annotations.NullMarked;
