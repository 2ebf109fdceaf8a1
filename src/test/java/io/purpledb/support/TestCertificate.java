package io.purpledb.support;

import io.purpledb.config.ClusterTls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/** A certificate that is its own authority, in PEM files, made with the JDK's keytool. */
public final class TestCertificate {

  private static final String PASSWORD = "changeit";
  private static final String ALIAS = "node";

  private TestCertificate() {}

  /** A new one in a directory of its own. */
  public static ClusterTls in(Path directory) throws Exception {
    Files.createDirectories(directory);
    Path store = directory.resolve("keys.p12");
    keytool(
        List.of(
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            "EC",
            "-dname",
            "CN=purple",
            "-ext",
            "bc:c",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD));
    KeyStore keys = load(store);
    Path certificate = directory.resolve("node.pem");
    Path key = directory.resolve("node.key");
    write(certificate, "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
    write(key, "PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
    return new ClusterTls(certificate, key, certificate);
  }

  private static void keytool(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>(arguments);
    command.add(0, Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("keytool: " + output);
    }
  }

  private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static void write(Path file, String type, byte[] der) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, base64, type));
  }
}
