/**
 * The nodes of a cluster: how they find each other, who is there, whether they are a majority, and
 * how a node that does not own the disk reaches the one that does. Loaded in a cluster only.
 */
@NullMarked
package io.purpledb.cluster;

import org.jspecify.annotations.NullMarked;
