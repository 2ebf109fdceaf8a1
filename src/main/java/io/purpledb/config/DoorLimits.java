package io.purpledb.config;

/**
 * What the doors take of a client before they know what it wants.
 *
 * @param maxHeaderBytes the headers of a request, in bytes
 * @param maxConnections to one door at once
 * @param maxConnectionsPerAddress of them from one address
 * @param headerMillis how long the headers of a request may take, from the begin of the connection
 *     or from their first byte, and over HTTP/2 each frame
 */
public record DoorLimits(
    int maxHeaderBytes, int maxConnections, int maxConnectionsPerAddress, long headerMillis) {}
