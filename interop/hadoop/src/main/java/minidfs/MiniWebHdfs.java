package minidfs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * One JVM with a real name node and a real data node on fixed loopback ports.
 *
 * System properties, all optional:
 *   base=target/minidfs      where the data are
 *   nn.rpc=9000 nn.http=9870 the name node
 *   dn.http=9864             the data node
 *   control=9899             POST /datanode/stop and /datanode/start
 *
 * Prints READY on stdout and stops on SIGTERM.
 */
public final class MiniWebHdfs {
  private final MiniDFSCluster cluster;
  private DataNodeProperties stopped;

  private MiniWebHdfs(MiniDFSCluster cluster) {
    this.cluster = cluster;
  }

  public static void main(String[] args) throws Exception {
    final File base = new File(System.getProperty("base", "target/minidfs")).getAbsoluteFile();
    final int nnHttp = Integer.getInteger("nn.http", 9870);
    final String me = UserGroupInformation.getCurrentUser().getShortUserName();

    final Configuration conf = new HdfsConfiguration();
    conf.set("dfs.replication", "1");
    conf.set("dfs.blocksize", "134217728");
    conf.set("dfs.namenode.fs-limits.min-block-size", "4096");
    conf.set("dfs.permissions.enabled", "true");
    conf.set("dfs.namenode.acls.enabled", "true");
    conf.set("dfs.namenode.xattrs.enabled", "true");
    conf.set("dfs.namenode.accesstime.precision", "1");
    conf.set("dfs.namenode.datanode.registration.ip-hostname-check", "false");
    // HttpFS acts for others.
    conf.set("hadoop.proxyuser." + me + ".hosts", "*");
    conf.set("hadoop.proxyuser." + me + ".groups", "*");

    // An overlay cannot replace what was set() on the base configuration, so these are
    // only here.
    final Configuration dn = new Configuration(false);
    dn.set("dfs.datanode.http.address", "127.0.0.1:" + Integer.getInteger("dn.http", 9864));
    dn.set("dfs.datanode.address", "127.0.0.1:0");
    dn.set("dfs.datanode.ipc.address", "127.0.0.1:0");
    dn.set("dfs.datanode.hostname", "127.0.0.1");

    final MiniDFSCluster cluster = new MiniDFSCluster.Builder(conf, base)
        .nameNodePort(Integer.getInteger("nn.rpc", 9000))
        .nameNodeHttpPort(nnHttp)
        .numDataNodes(1)
        .checkDataNodeAddrConfig(true) // else the port becomes 0
        .checkDataNodeHostConfig(true) // else the host name becomes 127.0.0.1
        .dataNodeConfOverlays(new Configuration[] {dn})
        .format(true)
        .build();
    cluster.waitActive();
    populate(cluster.getFileSystem());
    writeSite(cluster, base.toPath().resolve("client-conf").resolve("core-site.xml"));
    new MiniWebHdfs(cluster).control(Integer.getInteger("control", 9899));
    Runtime.getRuntime().addShutdownHook(new Thread(cluster::shutdown));
    System.out.println("READY");
    System.out.flush();
    Thread.currentThread().join();
  }

  /** A directory for everybody, and homes for two users. */
  private static void populate(FileSystem fs) throws IOException {
    final org.apache.hadoop.fs.Path tmp = new org.apache.hadoop.fs.Path("/tmp");
    fs.mkdirs(tmp);
    fs.setPermission(tmp, new FsPermission((short) 01777));
    for (String user : new String[] {"alice", "bob"}) {
      final org.apache.hadoop.fs.Path home = new org.apache.hadoop.fs.Path("/user/" + user);
      fs.mkdirs(home);
      fs.setOwner(home, user, user);
      fs.setPermission(home, new FsPermission((short) 0750));
    }
  }

  private static void writeSite(MiniDFSCluster cluster, Path site) throws IOException {
    Files.createDirectories(site.getParent());
    try (OutputStream out = Files.newOutputStream(site)) {
      cluster.getConfiguration(0).writeXml(out);
    }
  }

  /** Lets a test take the data node away in the middle of something. */
  private void control(int port) throws IOException {
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/datanode/stop", exchange -> answer(exchange, this::stopDataNode));
    server.createContext("/datanode/start", exchange -> answer(exchange, this::startDataNode));
    server.start();
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void answer(HttpExchange exchange, Action action) throws IOException {
    int status = 200;
    String text = "done\n";
    try {
      action.run();
    } catch (Exception e) {
      status = 500;
      text = e + "\n";
    }
    final byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private synchronized void stopDataNode() {
    if (stopped == null) {
      stopped = cluster.stopDataNode(0);
    }
  }

  private synchronized void startDataNode() throws Exception {
    if (stopped != null) {
      cluster.restartDataNode(stopped, true);
      cluster.waitActive();
      stopped = null;
    }
  }
}
