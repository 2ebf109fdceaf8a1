package io.purpledb.config;

/**
 * What the doors take of a client before they know what it wants.
 *
 * @param maxHeaderBytes the headers of a request, in bytes
 * @param maxConnections to one door at once
 * @param maxConnectionsPerAddress of them from one address
 * @param firstRequestMillis how long a connection may be open before the headers of its first
 *     request
 */
public record DoorLimits(
    int maxHeaderBytes,
    int maxConnections,
    int maxConnectionsPerAddress,
    long firstRequestMillis) {}
