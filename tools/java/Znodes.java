import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.zookeeper.ZKConfig;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** Znodes that pretend to be those of an HBase; the session begins with the first use. */
final class Znodes implements Closeable {
    private static final int SESSION_MS = 30_000;

    private ZooKeeper zookeeper;

    private ZooKeeper connected() throws IOException, InterruptedException {
        if (zookeeper == null) {
            Configuration conf = HBaseConfiguration.create();
            CountDownLatch up = new CountDownLatch(1);
            zookeeper = new ZooKeeper(ZKConfig.getZKQuorumServersString(conf), SESSION_MS, event -> {
                if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                    up.countDown();
                }
            });
            up.await();
        }
        return zookeeper;
    }

    /** Makes it, and those above it. */
    void write(String path, byte[] data) throws Exception {
        ZooKeeper zk = connected();
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            create(zk, path.substring(0, slash), new byte[0]);
        }
        if (!create(zk, path, data)) {
            zk.setData(path, data, -1);
        }
    }

    private static boolean create(ZooKeeper zk, String path, byte[] data) throws Exception {
        try {
            zk.create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            return true;
        } catch (KeeperException.NodeExistsException e) {
            return false;
        }
    }

    /** With all below it; nothing when there is none. */
    void drop(String path) throws Exception {
        if (connected().exists(path, false) != null) {
            ZKUtil.deleteRecursive(connected(), path);
        }
    }

    @Override
    public void close() throws IOException {
        if (zookeeper == null) {
            return;
        }
        try {
            zookeeper.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
