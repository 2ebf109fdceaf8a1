/** JGroups' stack: how nodes find each other and see that one has ended. */
@NullMarked
package io.purpledb.cluster.membership;

import org.jspecify.annotations.NullMarked;
