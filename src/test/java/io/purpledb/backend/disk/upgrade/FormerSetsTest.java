package io.purpledb.backend.disk.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a large set is read piece by piece. */
final class FormerSetsTest {

  /** Else each piece would read all that is left of the set, and sort it. */
  @Test
  void eachPieceIsReadInTheOrderOfTheTable() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
      for (String command :
          List.of(
              "CREATE TABLE SET_ITEM(SET_KEY VARBINARY(1024), ITEM VARBINARY(1024),"
                  + " PRIMARY KEY (SET_KEY, ITEM))",
              "INSERT INTO SET_ITEM SELECT RAWTOHEX(X / 100), RAWTOHEX(X) FROM SYSTEM_RANGE(1, 1000)",
              "ANALYZE")) {
        connection.createStatement().execute(command);
      }
      for (String query : List.of(FormerSets.OF_SET, FormerSets.OF_OTHERS)) {
        PreparedStatement explain = connection.prepareStatement("EXPLAIN " + query);
        for (int i = 1; i < explain.getParameterMetaData().getParameterCount(); i++) {
          explain.setBytes(i, new byte[] {1});
        }
        explain.setLong(explain.getParameterMetaData().getParameterCount(), 10);
        ResultSet plan = explain.executeQuery();
        plan.next();
        assertThat(plan.getString(1)).contains("/* index sorted */").contains("SET_KEY");
      }
    }
  }
}
