/** What tests share: the user's view of a server through each protocol, engines, time. */
@NullMarked
package io.purpledb.support;

import org.jspecify.annotations.NullMarked;
