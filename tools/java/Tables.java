import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hbase.HConstants;
import org.apache.hadoop.hbase.HRegionLocation;
import org.apache.hadoop.hbase.NamespaceDescriptor;
import org.apache.hadoop.hbase.NamespaceExistException;
import org.apache.hadoop.hbase.ServerName;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptor;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptorBuilder;
import org.apache.hadoop.hbase.client.CompactionState;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.RegionInfo;
import org.apache.hadoop.hbase.client.RegionLocator;
import org.apache.hadoop.hbase.client.TableDescriptorBuilder;
import org.apache.hadoop.hbase.util.Bytes;

/** Tables and regions: every call returns when the change can be seen by clients. */
final class Tables {
    private static final long LIMIT_MS = 120_000;
    private static final long POLL_MS = 50;

    private final Admin admin;
    private final Connection connection;

    Tables(Admin admin, Connection connection) {
        this.admin = admin;
        this.connection = connection;
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    static void await(String what, Condition condition) throws Exception {
        long end = System.currentTimeMillis() + LIMIT_MS;
        while (!condition.holds()) {
            if (System.currentTimeMillis() > end) {
                throw new IOException("gave up waiting for " + what);
            }
            Thread.sleep(POLL_MS);
        }
    }

    void namespace(String name) throws IOException {
        try {
            admin.createNamespace(NamespaceDescriptor.create(name).build());
        } catch (NamespaceExistException e) {
            // as wished
        }
    }

    /** families: "cf,VERSIONS=5;attr". */
    void create(TableName name, String families, byte[][] splits) throws IOException {
        drop(name);
        TableDescriptorBuilder table = TableDescriptorBuilder.newBuilder(name);
        for (String family : families.split(";")) {
            table.setColumnFamily(family(family.split(",")));
        }
        if (splits.length > 0) {
            admin.createTable(table.build(), splits);
        } else {
            admin.createTable(table.build());
        }
    }

    private static ColumnFamilyDescriptor family(String[] words) {
        ColumnFamilyDescriptorBuilder family =
            ColumnFamilyDescriptorBuilder.newBuilder(Bytes.toBytes(words[0]));
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("expected NAME=value: " + words[i]);
            }
            String value = words[i].substring(equals + 1);
            // The shell's word; the descriptor itself wants a number.
            family.setValue(words[i].substring(0, equals),
                value.equals("FOREVER") ? String.valueOf(HConstants.FOREVER) : value);
        }
        return family.build();
    }

    void drop(TableName name) throws IOException {
        if (!admin.tableExists(name)) {
            return;
        }
        if (admin.isTableEnabled(name)) {
            admin.disableTable(name);
        }
        admin.deleteTable(name);
    }

    void flush(TableName name) throws IOException {
        admin.flush(name);
    }

    void compact(TableName name) throws Exception {
        long before = admin.getLastMajorCompactionTimestamp(name);
        admin.majorCompact(name);
        // The request is queued: give it a moment to begin, then wait for its end.
        long begun = System.currentTimeMillis();
        await("compaction of " + name, () ->
            admin.getCompactionState(name) == CompactionState.NONE
            && (System.currentTimeMillis() - begun > 1000
                || admin.getLastMajorCompactionTimestamp(name) > before));
    }

    void split(TableName name, byte[] key) throws Exception {
        RegionInfo parent = regionOf(name, key);
        admin.splitRegionAsync(parent.getRegionName(), key).get(LIMIT_MS, TimeUnit.MILLISECONDS);
        await("daughters of " + name, () -> {
            List<HRegionLocation> now = online(name);
            boolean left = false, right = false;
            for (HRegionLocation region : now) {
                left |= Bytes.equals(region.getRegion().getEndKey(), key);
                right |= Bytes.equals(region.getRegion().getStartKey(), key);
            }
            return left && right;
        });
    }

    void merge(TableName name, byte[] key) throws Exception {
        RegionInfo left = regionOf(name, key);
        if (left.getEndKey().length == 0) {
            throw new IllegalArgumentException("the last region of " + name + " has no next one to merge with");
        }
        RegionInfo right = regionOf(name, left.getEndKey());
        admin.mergeRegionsAsync(
            new byte[][] {left.getEncodedNameAsBytes(), right.getEncodedNameAsBytes()}, true)
            .get(LIMIT_MS, TimeUnit.MILLISECONDS);
        await("merged region of " + name, () -> {
            for (HRegionLocation region : online(name)) {
                if (Bytes.equals(region.getRegion().getStartKey(), left.getStartKey())
                        && Bytes.equals(region.getRegion().getEndKey(), right.getEndKey())) {
                    return true;
                }
            }
            return false;
        });
    }

    /**
     * To the named server, else to another one, else closed and opened where it is.
     * A move is lost when the region is in transition just then, as after the end
     * of its server: asked again until the region is somewhere else.
     */
    void move(TableName name, byte[] key, String server) throws Exception {
        HRegionLocation from = locate(name, key);
        ServerName before = from.getServerName();
        boolean reopened = otherServer(from, server) == null;
        long[] asked = {0};
        if (reopened) {
            admin.unassign(from.getRegion().getRegionName(), false);
            admin.assign(from.getRegion().getRegionName());
        }
        await("moved region of " + name, () -> {
            ServerName now = locate(name, key).getServerName();
            if (now != null && (reopened ? now.equals(before)
                    : server != null ? now.toString().startsWith(server) : !now.equals(before))) {
                return true;
            }
            if (!reopened && System.currentTimeMillis() - asked[0] > 10_000) {
                asked[0] = System.currentTimeMillis();
                ask(from, otherServer(from, server));
            }
            return false;
        });
    }

    /** A live server as named, or any but the region's; null when there is none. */
    private ServerName otherServer(HRegionLocation from, String server) throws IOException {
        for (ServerName each : admin.getRegionServers()) {
            if (server == null ? !each.equals(from.getServerName())
                    : each.toString().startsWith(server)) {
                return each;
            }
        }
        return null;
    }

    /** What is refused now may be taken later. */
    private void ask(HRegionLocation region, ServerName to) {
        try {
            if (to != null) {
                admin.move(region.getRegion().getEncodedNameAsBytes(), to);
            }
        } catch (IOException e) {
            System.err.println("move: " + e.getMessage());
        }
    }

    void disable(TableName name) throws IOException {
        if (admin.isTableEnabled(name)) {
            admin.disableTable(name);
        }
    }

    void enable(TableName name) throws IOException {
        if (!admin.isTableEnabled(name)) {
            admin.enableTable(name);
        }
    }

    HRegionLocation locate(TableName name, byte[] key) throws IOException {
        try (RegionLocator locator = connection.getRegionLocator(name)) {
            return locator.getRegionLocation(key, true);
        }
    }

    RegionInfo regionOf(TableName name, byte[] key) throws IOException {
        return locate(name, key).getRegion();
    }

    /** Regions that serve now: split parents and unassigned ones left out. */
    List<HRegionLocation> online(TableName name) throws IOException {
        List<HRegionLocation> list = new ArrayList<>();
        try (RegionLocator locator = connection.getRegionLocator(name)) {
            locator.clearRegionLocationCache();
            for (HRegionLocation region : locator.getAllRegionLocations()) {
                if (region.getServerName() != null && !region.getRegion().isSplitParent()
                        && !region.getRegion().isOffline()) {
                    list.add(region);
                }
            }
        }
        return list;
    }
}
