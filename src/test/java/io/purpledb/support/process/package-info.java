/**
 * Servers and nodes as processes of their own, their ports, networks, disks, and what they cost.
 */
@NullMarked
package io.purpledb.support.process;

import org.jspecify.annotations.NullMarked;
