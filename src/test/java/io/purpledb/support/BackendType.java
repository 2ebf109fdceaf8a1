package io.purpledb.support;

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

  REDIS {
    @Override
    String redisUrl() {
      return RedisForTests.shared().url();
    }

    @Override
    public TimeMachine timeMachine() {
      return new RedisTime();
    }

    @Override
    public Outside outside() {
      return new RedisOutside();
    }

    @Override
    public boolean keepsOverRestart() {
      return true;
    }

    @Override
    public String notApplicable() {
      return "that an entry is alive in the last two seconds before its deadline, because the clock of"
          + " Redis cannot be stopped; that it is gone at its deadline is checked";
    }
  };

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

  /** A new machine that moves the time of one server, or of all servers of an outside engine. */
  public TimeMachine timeMachine() {
    return new FakeClock();
  }

  /** What the suite cannot check here, with the reason; empty when it checks all. */
  public String notApplicable() {
    return "";
  }

  /** The name, as in settings. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
