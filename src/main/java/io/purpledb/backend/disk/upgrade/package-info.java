/**
 * What an upgrade reads of a version before, and how far it is; {@code Upgrade} in the package
 * above does it.
 */
@NullMarked
package io.purpledb.backend.disk.upgrade;

import org.jspecify.annotations.NullMarked;
