package io.purpledb.process.cluster;

import io.purpledb.support.process.PrivateNetwork;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs tests where networks can be made and cut. */
@Tag("long")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class PartitionIT {

  @Test
  void ofNodesThatShareTheMemory() {
    PrivateNetwork.run(Partitions.class);
  }

  @Test
  void ofNodesOfWhichOneHasTheFiles() {
    PrivateNetwork.run(DiskPartitions.class);
  }
}
