package io.purpledb.config;

/**
 * What the servers take of a client before they know what it wants.
 *
 * @param maxHeaderBytes the headers of a request, in bytes
 * @param maxConnections to one server at once
 * @param maxConnectionsPerAddress of them from one address
 * @param headerMillis how long the headers of a request may take, from the begin of the connection
 *     or from their first byte, and over HTTP/2 each frame
 * @param idleMillis after how long a connection is closed on which nothing is asked
 * @param drainMillis how long connections are served, each for one more answer, by a server that is
 *     about to stop
 * @param browsers what web pages may do
 */
public record ServerLimits(
    int maxHeaderBytes,
    int maxConnections,
    int maxConnectionsPerAddress,
    long headerMillis,
    long idleMillis,
    long drainMillis,
    Browsers browsers) {}
