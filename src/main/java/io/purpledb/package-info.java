/** Purple: a server turns its protocol into a request, a service decides, a backend keeps. */
@NullMarked
package io.purpledb;

import org.jspecify.annotations.NullMarked;
