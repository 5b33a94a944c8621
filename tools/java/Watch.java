import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;

/**
 * Reads a table without a break, by HBase's own client with its own defaults, and
 * logs when it got what: what a reader has to compare itself with while the
 * cluster has trouble.  Two readers go on side by side until standard input ends.
 *
 * One scans the whole table row after row, with a pause after every STEP rows:
 * <pre>
 * step SCAN ROWS TIME                         so far
 * scan SCAN BEGIN END ROWS MD5|-  [ERROR]     of all keys and values in their order
 * </pre>
 * One reads a single row and a short scan in turns, from the key that the latest
 * line of standard input holds:
 * <pre>
 * read get|scan KEY BEGIN END ROWS|-  [ERROR]
 * </pre>
 * Words are separated by tabs; times are ms since 1970.
 */
final class Watch {
    private static final int SHORT = 100;       // rows of a short scan
    private static final long PAUSE_MS = 20;    // between two reads of one place

    private final Connection connection;
    private final TableName name;
    private final int step;
    private final long stepPause;
    private final PrintStream log = System.out;
    private volatile String place;
    private volatile boolean ended;

    private Watch(String[] args) throws Exception {
        connection = ConnectionFactory.createConnection(HBaseConfiguration.create());
        name = TableName.valueOf(args[0]);
        step = Integer.parseInt(args[1]);
        stepPause = Long.parseLong(args[2]);
    }

    static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: HTool watch TABLE STEP PAUSE_MS");
        }
        Watch watch = new Watch(args);
        Thread scans = new Thread(watch::scans, "scans");
        Thread reads = new Thread(watch::reads, "reads");
        scans.start();
        reads.start();
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line; (line = in.readLine()) != null;) {
                watch.place = line;
            }
        }
        watch.ended = true;
        scans.join();
        reads.join();
    }

    private synchronized void log(Object... words) {
        for (int i = 0; i < words.length; i++) {
            log.print(i == 0 ? words[i] : "\t" + words[i]);
        }
        log.println();
    }

    private static String text(Exception e) {
        return String.valueOf(e).replaceAll("[\t\n]", " ");
    }

    // ---- the whole table ----

    private void scans() {
        for (int number = 1; !ended; number++) {
            long begin = System.currentTimeMillis();
            long[] rows = {0};
            String digest = "-";
            String error = "";
            try {
                digest = scan(number, rows);
            } catch (Exception e) {
                error = text(e);
            }
            log("scan", number, begin, System.currentTimeMillis(), rows[0], digest, error);
        }
    }

    private String scan(int number, long[] rows) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        try (Table table = connection.getTable(name); ResultScanner scanner = table.getScanner(new Scan())) {
            for (Result row; (row = scanner.next()) != null;) {
                digest.update(row.getRow());
                for (Cell cell : row.rawCells()) {
                    digest.update(cell.getValueArray(), cell.getValueOffset(), cell.getValueLength());
                }
                if (++rows[0] % step == 0) {
                    log("step", number, rows[0], System.currentTimeMillis());
                    if (ended) {
                        return "-";
                    }
                    Thread.sleep(stepPause);
                }
            }
        }
        return String.format("%032x", new BigInteger(1, digest.digest()));
    }

    // ---- one place ----

    private void reads() {
        for (long number = 0; !ended; number++) {
            String key = place;
            if (key != null) {
                read(number % 2 == 0, key);
            }
            try {
                Thread.sleep(PAUSE_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void read(boolean single, String key) {
        long begin = System.currentTimeMillis();
        String rows = "-";
        String error = "";
        try (Table table = connection.getTable(name)) {
            byte[] row = Escapes.bytes(key);
            rows = String.valueOf(single ? (table.get(new Get(row)).isEmpty() ? 0 : 1) : shortScan(table, row));
        } catch (Exception e) {
            error = text(e);
        }
        log("read", single ? "get" : "scan", key, begin, System.currentTimeMillis(), rows, error);
    }

    private static int shortScan(Table table, byte[] row) throws Exception {
        int rows = 0;
        try (ResultScanner scanner = table.getScanner(new Scan().withStartRow(row).setLimit(SHORT))) {
            while (scanner.next() != null) {
                rows++;
            }
        }
        return rows;
    }
}
