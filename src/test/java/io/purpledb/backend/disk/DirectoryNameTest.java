package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A data directory is the same one under every name that leads to it. */
@Timeout(60)
class DirectoryNameTest {

  private static final ByteString VALUE = ByteString.copyFromUtf8("value");

  private final Path parent;

  DirectoryNameTest(@TempDir Path parent) {
    this.parent = parent;
  }

  enum Name {
    LINK {
      @Override
      Path in(Path parent) throws IOException {
        return Files.createSymbolicLink(parent.resolve("link"), real(parent));
      }
    },
    BELOW_A_LINK {
      @Override
      Path in(Path parent) throws IOException {
        return Files.createSymbolicLink(parent.resolve("link"), real(parent)).resolve("data");
      }
    },
    LINK_TO_A_LINK {
      @Override
      Path in(Path parent) throws IOException {
        Path link = Files.createSymbolicLink(parent.resolve("link"), real(parent));
        return Files.createSymbolicLink(parent.resolve("another"), link);
      }
    },
    DOTS_BEHIND_A_LINK { // which is not the directory beside the link
      @Override
      Path in(Path parent) throws IOException {
        Path deep = Files.createDirectories(real(parent).resolve("deep"));
        return Files.createSymbolicLink(parent.resolve("link"), deep).resolve("../data");
      }
    },
    DOTS {
      @Override
      Path in(Path parent) throws IOException {
        return real(parent).resolve("./../real/data");
      }
    },
    RELATIVE {
      @Override
      Path in(Path parent) throws IOException {
        return Path.of("").toAbsolutePath().relativize(real(parent).toRealPath());
      }
    },
    SPACES {
      @Override
      Path in(Path parent) {
        return parent.resolve(" two  words ");
      }
    },
    COLON {
      @Override
      Path in(Path parent) {
        return parent.resolve("split:20:file:x");
      }
    },
    SIGNS {
      @Override
      Path in(Path parent) {
        return parent.resolve("~%41${user.home}#?&'\"");
      }
    },
    OTHER_LETTERS {
      @Override
      Path in(Path parent) {
        return parent.resolve("\u00fc\u4e2d\u6587\ud83d\ude00");
      }
    };

    abstract Path in(Path parent) throws IOException;

    private static Path real(Path parent) throws IOException {
      return Files.createDirectories(parent.resolve("real"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void dataIsFoundAgain(Name name) throws Exception {
    Path directory = name.in(parent);
    for (int run = 0; run < 2; run++) {
      try (Disk disk = new Disk(directory, Durability.FSYNC)) {
        assertThat(await(disk.kv.get("key"))).isEqualTo(run == 0 ? null : VALUE);
        await(disk.kv.put("key", VALUE));
        disk.log().failForces(1); // so that it is opened again
        Disk.thrownBy(disk.kv.put("other", VALUE));
        while (disk.kv.health().failed()) {
          Thread.onSpinWait();
        }
      }
      assertThat(directory.resolve("entries.mv.db")).isRegularFile();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINK", "LINK_TO_A_LINK"})
  void aSecondNameIsTheSameDirectory(Name name) throws Exception {
    Path other = name.in(parent);
    try (Disk disk = new Disk(other.toRealPath(), Durability.FSYNC)) {
      await(disk.kv.put("key", VALUE));
      assertThat(
              org.assertj.core.api.Assertions.catchThrowable(
                  () -> new Disk(other, Durability.FSYNC)))
          .hasMessageContaining("is in use");
    }
  }
}
