import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import org.apache.hadoop.hbase.ClusterMetrics;
import org.apache.hadoop.hbase.HRegionLocation;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.RegionInfo;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;

/**
 * Changes the regions of one table while it is read, and tells how the cluster is.
 * It outlives masters and region servers, so a test can go on giving it commands.
 *
 * A command a line, words separated by tabs; each is answered by one line, "ok"
 * and its results or "failed" and the reason.
 *
 * <pre>
 * balance            the master moves regions now, and no longer by itself
 * split KEY          the region of KEY, at KEY
 * merge KEY          the region of KEY with the one after it (before it, if it is the last)
 * move KEY           the region of KEY to another server
 * compact            major, of the whole table, and waits
 * regions            how many there are
 * server KEY         the port of the server of KEY's region
 * meta               the port of the server of hbase:meta
 * master             the port of the active master
 * settle SERVERS     waits until so many region servers serve all regions
 * </pre>
 *
 * HBase splits and merges no region that still reads the files of those it was
 * made of: such a region is compacted first, and the command waits.
 */
final class Faults {
    private static final int RETRIES = 30;      // a master takes over in some 10 s
    private static final long LIMIT_MS = 300_000;
    private static final long PAUSE_MS = 500;

    private final Connection connection;
    private final Admin admin;
    private final Tables tables;
    private final TableName table;

    private Faults(Connection connection, TableName table) throws Exception {
        this.connection = connection;
        this.table = table;
        admin = connection.getAdmin();
        tables = new Tables(admin, connection);
    }

    static void main(String[] args) throws Exception {
        if (args.length != 1) {
            throw new IllegalArgumentException("usage: HTool faults TABLE");
        }
        try (Connection connection = HTool.connect(RETRIES);
             BufferedReader in = new BufferedReader(
                 new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Faults faults = new Faults(connection, TableName.valueOf(args[0]));
            for (String line; (line = in.readLine()) != null;) {
                System.out.println(faults.answer(line.split("\t", -1)));
                System.out.flush();
            }
        }
    }

    private String answer(String[] word) {
        try {
            String result = command(word);
            return result == null ? "ok" : "ok\t" + result;
        } catch (Exception e) {
            return "failed\t" + String.valueOf(e).split("\n")[0];
        }
    }

    private String command(String[] word) throws Exception {
        switch (word[0]) {
            case "balance": balance(); return null;
            case "split": split(Escapes.bytes(word[1])); return null;
            case "merge": merge(Escapes.bytes(word[1])); return null;
            case "move": tables.move(table, Escapes.bytes(word[1]), null); return null;
            case "compact": tables.compact(table); return null;
            case "regions": return String.valueOf(tables.online(table).size());
            case "server": return port(tables.locate(table, Escapes.bytes(word[1])));
            case "meta": return port(tables.locate(TableName.META_TABLE_NAME, new byte[0]));
            case "master":
                return String.valueOf(metrics(ClusterMetrics.Option.MASTER).getMasterName().getPort());
            case "settle": settle(Integer.parseInt(word[1])); return null;
            default: throw new IllegalArgumentException("unknown command: " + word[0]);
        }
    }

    private static String port(HRegionLocation location) {
        return String.valueOf(location.getServerName().getPort());
    }

    private ClusterMetrics metrics(ClusterMetrics.Option... options) throws Exception {
        return admin.getClusterMetrics(EnumSet.of(options[0], options));
    }

    private void balance() throws Exception {
        admin.balancerSwitch(true, true);
        admin.balance();
        admin.balancerSwitch(false, true);
    }

    private interface Change {
        void make() throws Exception;
    }

    /** Tries until it is done; what it is made of is rewritten in between. */
    private void whenPossible(byte[] key, Change change) throws Exception {
        long end = System.currentTimeMillis() + LIMIT_MS;
        for (;;) {
            try {
                change.make();
                return;
            } catch (Exception e) {
                if (System.currentTimeMillis() > end) {
                    throw e;
                }
                rewrite(key);
                Thread.sleep(PAUSE_MS);
            }
        }
    }

    /** Asks for a compaction of KEY's region and the next, and for old rows of hbase:meta to go. */
    private void rewrite(byte[] key) {
        try {
            RegionInfo region = tables.regionOf(table, key);
            admin.majorCompactRegion(region.getRegionName());
            if (region.getEndKey().length > 0) {
                admin.majorCompactRegion(tables.regionOf(table, region.getEndKey()).getRegionName());
            }
            admin.runCatalogJanitor();
        } catch (Exception e) {
            // the next try of the change says what is wrong
        }
    }

    private void split(byte[] key) throws Exception {
        whenPossible(key, () -> {
            // an earlier try may have been heard and not answered
            if (!Bytes.equals(tables.regionOf(table, key).getStartKey(), key)) {
                tables.split(table, key);
            }
        });
    }

    private void merge(byte[] key) throws Exception {
        byte[] left = tables.regionOf(table, key).getEndKey().length > 0 ? key : lastButOne();
        byte[] end = tables.regionOf(table, tables.regionOf(table, left).getEndKey()).getEndKey();
        whenPossible(left, () -> {
            if (!Bytes.equals(tables.regionOf(table, left).getEndKey(), end)) {
                tables.merge(table, left);
            }
        });
    }

    /** A key of the last region but one. */
    private byte[] lastButOne() throws Exception {
        List<HRegionLocation> all = tables.online(table);
        if (all.size() < 2) {
            throw new IllegalStateException("there is one region only");
        }
        return all.get(all.size() - 2).getRegion().getStartKey();
    }

    /** Reads from every region, too: what hbase:meta says is not always so yet. */
    private void settle(int servers) throws Exception {
        Tables.await(servers + " servers that serve all regions", () -> {
            ClusterMetrics now = admin.getClusterMetrics(EnumSet.of(
                ClusterMetrics.Option.SERVERS_NAME, ClusterMetrics.Option.REGIONS_IN_TRANSITION));
            return now.getServersName().size() == servers
                && now.getRegionStatesInTransition().isEmpty();
        });
        try (Table rows = connection.getTable(table)) {
            for (HRegionLocation region : tables.online(table)) {
                byte[] start = region.getRegion().getStartKey();
                rows.exists(new Get(start.length > 0 ? start : new byte[] {0}));
            }
        }
    }
}
