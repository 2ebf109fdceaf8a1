/** Tests of what the contracts say of services. */
@NullMarked
package io.purpledb.contract;

import org.jspecify.annotations.NullMarked;
