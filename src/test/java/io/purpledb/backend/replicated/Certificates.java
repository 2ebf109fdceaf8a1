package io.purpledb.backend.replicated;

import io.purpledb.config.ClusterTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An authority and a certificate that it signed, made by the JDK's keytool. */
final class Certificates {

  private static final String PASSWORD = "password";

  private Certificates() {}

  static ClusterTls create(Path directory) throws Exception {
    Files.createDirectories(directory);
    Path store = directory.resolve("store.p12");
    Path request = directory.resolve("request");
    Path signed = directory.resolve("signed");
    keytool(store, "-genkeypair", "-alias", "ca", "-dname", "CN=authority", "-ext", "bc:c");
    keytool(store, "-genkeypair", "-alias", "node", "-dname", "CN=node");
    keytool(store, "-certreq", "-alias", "node", "-file", request.toString());
    keytool(
        store,
        "-gencert",
        "-alias",
        "ca",
        "-ext",
        "san=ip:127.0.0.1",
        "-infile",
        request.toString(),
        "-outfile",
        signed.toString(),
        "-rfc");
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    Path key = directory.resolve("key.pem");
    Path authority = directory.resolve("ca.pem");
    pem(key, "PRIVATE KEY", keys.getKey("node", PASSWORD.toCharArray()).getEncoded());
    Certificate ca = keys.getCertificate("ca");
    pem(authority, "CERTIFICATE", ca.getEncoded());
    return new ClusterTls(signed, key, authority);
  }

  private static void keytool(Path store, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    if (List.of(arguments).contains("-genkeypair")) {
      command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError(command + ": " + output);
    }
  }

  private static void pem(Path file, String type, byte[] bytes) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        file, "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n");
  }
}
