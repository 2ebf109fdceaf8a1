/** Which member of a cluster this machine is, and whether it can listen as that. */
@NullMarked
package io.purpledb.config.host;

import org.jspecify.annotations.NullMarked;
