package io.purpledb.support;

import io.purpledb.config.RedisLayout;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisOutside;
import io.purpledb.support.redis.RedisTime;
import io.purpledb.support.time.FakeClock;
import io.purpledb.support.time.TimeMachine;
import java.util.Locale;

/** What keeps the data. A new constant runs the whole conformance suite. */
public enum BackendType {
  MEMORY,

  DISK {
    @Override
    public boolean keepsOverRestart() {
      return true;
    }

    @Override
    public boolean keepsFiles() {
      return true;
    }
  },

  /** With data in a database for each service, as v0.1.6 has it. */
  REDIS {
    @Override
    String redisUrl() {
      return RedisForTests.shared().url();
    }

    @Override
    RedisLayout redisLayout() {
      return RedisLayout.NATIVE;
    }

    @Override
    public TimeMachine timeMachine() {
      return RedisTime.ofLayout1(redisUrl());
    }

    @Override
    public Outside outside() {
      return new RedisOutside(redisUrl());
    }

    @Override
    public boolean keepsOverRestart() {
      return true;
    }

    @Override
    public String notApplicable() {
      return CLOCK_RUNS;
    }
  },

  /** With all data in database 0, as entries. */
  REDIS_2 {
    @Override
    public String setting() {
      return REDIS.setting();
    }

    @Override
    String redisUrl() {
      return RedisForTests.sharedOfLayout2().url();
    }

    @Override
    RedisLayout redisLayout() {
      return RedisLayout.ENTRIES;
    }

    @Override
    public TimeMachine timeMachine() {
      return RedisTime.ofLayout2(redisUrl());
    }

    @Override
    public Outside outside() {
      return new RedisOutside(redisUrl());
    }

    @Override
    public boolean keepsOverRestart() {
      return true;
    }

    @Override
    public String notApplicable() {
      return CLOCK_RUNS;
    }
  };

  private static final String CLOCK_RUNS =
      "that an entry is alive in the last two seconds before its deadline, because the clock of"
          + " Redis cannot be stopped; that it is gone at its deadline is checked";

  /** Whether the data is there after the server was closed and started again. */
  public boolean keepsOverRestart() {
    return false;
  }

  /** Whether the data is in files of the data directory. */
  public boolean keepsFiles() {
    return false;
  }

  /** What the engine holds beside the servers' data. */
  public Outside outside() {
    return Outside.NONE;
  }

  /** The setting redis-url of servers on this engine. */
  String redisUrl() {
    return "redis://127.0.0.1:6379";
  }

  /** The setting redis-layout of servers on this engine. */
  RedisLayout redisLayout() {
    return RedisLayout.AUTO;
  }

  /** A new machine that moves the time of one server, or of all servers of an outside engine. */
  public TimeMachine timeMachine() {
    return new FakeClock();
  }

  /** What the suite cannot check here, with the reason; empty when it checks all. */
  public String notApplicable() {
    return "";
  }

  /** The name of the backend, as in settings. */
  public String setting() {
    return toString();
  }

  /** What it is in reports. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
