/**
 * Whether what concurrent clients were answered could have come from one object that serves one
 * call at a time: a checker for recorded histories, and the tests of the checker.
 */
@NullMarked
package io.purpledb.linearizability;

import org.jspecify.annotations.NullMarked;
