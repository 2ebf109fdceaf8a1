package io.purpledb.config;

import java.nio.file.Path;

/**
 * The PEM files by which the nodes of a cluster encrypt what they say and prove who they are: each
 * shows its certificate, and each accepts only certificates that the authority signed.
 *
 * @param certificate the certificate of this node, with its chain
 * @param key the private key of the certificate, PKCS #8
 * @param authority the certificate of the authority
 */
public record ClusterTls(Path certificate, Path key, Path authority) {}
