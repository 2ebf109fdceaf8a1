/**
 * Requests on their way over the event bus: addresses, callers, endpoints, and streams as
 * conversations.
 */
@NullMarked
package io.purpledb.message.bus;

import org.jspecify.annotations.NullMarked;
