/** What goes back: status, headers, JSON, problems and streams of events. */
@NullMarked
package io.purpledb.server.http.answer;

import org.jspecify.annotations.NullMarked;
