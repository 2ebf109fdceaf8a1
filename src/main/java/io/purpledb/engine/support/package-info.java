/** What engines that work commits out in this process have in common. */
@NullMarked
package io.purpledb.engine.support;

import org.jspecify.annotations.NullMarked;
