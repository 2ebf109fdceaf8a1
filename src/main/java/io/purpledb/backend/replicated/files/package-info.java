/** What a member has on disk: looked through before Ratis opens it, and while it runs. */
@NullMarked
package io.purpledb.backend.replicated.files;

import org.jspecify.annotations.NullMarked;
