package io.purpledb.conformance;

import io.purpledb.support.TestCluster;
import io.purpledb.support.client.Protocol;
import io.purpledb.support.client.ServiceClient;

/** Who serves a cell. */
enum Servers {
  /** One server, in the process of the tests. */
  ONE(0, ""),
  /** A cluster of three; the calls of a test go to one after the other. */
  SPREAD(0, ", spread over 3 nodes"),
  NODE_1(0, ", node 1 of 3"),
  NODE_2(1, ", node 2 of 3"),
  NODE_3(2, ", node 3 of 3");

  private final int node;
  private final String text;

  Servers(int node, String text) {
    this.node = node;
    this.text = text;
  }

  boolean isCluster() {
    return this != ONE;
  }

  /** A client of the nodes of a cluster that are meant. */
  ServiceClient client(TestCluster cluster, Protocol type) {
    return this == SPREAD ? cluster.spread(type) : cluster.client(type, node);
  }

  /** The index of a node that is meant. */
  int node() {
    return node;
  }

  /** The end of the name of a cell. */
  @Override
  public String toString() {
    return text;
  }
}
