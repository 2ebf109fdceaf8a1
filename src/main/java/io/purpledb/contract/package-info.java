/** Which services there are: what the contracts in proto/ say, and nothing of our own. */
@NullMarked
package io.purpledb.contract;

import org.jspecify.annotations.NullMarked;
