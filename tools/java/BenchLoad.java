import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.BufferedMutator;
import org.apache.hadoop.hbase.client.BufferedMutatorParams;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.Durability;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;

/**
 * Makes and fills a benchmark table: the rows with numbers FROM ... TO-1, four cells
 * each in family cf, REGIONS regions of equal size, flushed and compacted to one
 * file each at the end.
 *
 * <pre>
 * row key   r and nine digits of the number
 * cf:name   text, "name-" and the number in hexadecimal, scrambled
 * cf:age    int, 4 bytes, 0 ... 99
 * cf:city   text, "city-00" ... "city-99"
 * cf:score  double, 8 bytes, 0 ... 1000
 * </pre>
 *
 * Values depend on the row's number alone, so every load gives the same table.
 */
final class BenchLoad {
    static final byte[] CF = Bytes.toBytes("cf");
    static final byte[] NAME = Bytes.toBytes("name");
    static final byte[] AGE = Bytes.toBytes("age");
    static final byte[] CITY = Bytes.toBytes("city");
    static final byte[] SCORE = Bytes.toBytes("score");

    private static final int THREADS = 4;
    private static final long BUFFER_BYTES = 4L << 20;

    private BenchLoad() {}

    static String key(long row) {
        return String.format("r%09d", row);
    }

    /** A fixed bijection of 64-bit numbers (the finalizer of SplitMix64). */
    private static long scramble(long x) {
        x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }

    /** The values of a row as text: key, name, age, city, score. */
    static String[] texts(long row) {
        long mixed = scramble(row + 1);
        return new String[] {
            key(row), String.format("name-%08x", (int) mixed), String.valueOf((int) ((mixed >>> 32) % 100)),
            String.format("city-%02d", (mixed >>> 8) % 100), String.valueOf((mixed >>> 11) % 1_000_000 / 1000.0) };
    }

    static Put put(String[] text) {
        return new Put(Bytes.toBytes(text[0]))
            .addColumn(CF, NAME, Bytes.toBytes(text[1]))
            .addColumn(CF, AGE, Bytes.toBytes(Integer.parseInt(text[2])))
            .addColumn(CF, CITY, Bytes.toBytes(text[3]))
            .addColumn(CF, SCORE, Bytes.toBytes(Double.parseDouble(text[4])));
    }

    private static Put row(long row) {
        return put(texts(row)).setDurability(Durability.SKIP_WAL);    // flushed below
    }

    static byte[][] splits(long from, long to, int regions) {
        byte[][] splits = new byte[regions - 1][];
        for (int i = 1; i < regions; i++) {
            splits[i - 1] = Bytes.toBytes(key(from + (to - from) * i / regions));
        }
        return splits;
    }

    static void main(String[] args) throws Exception {
        if (args.length != 4) {
            throw new IllegalArgumentException("usage: HTool bench-load TABLE FROM TO REGIONS");
        }
        TableName name = TableName.valueOf(args[0]);
        long from = Long.parseLong(args[1]);
        long to = Long.parseLong(args[2]);
        int regions = Integer.parseInt(args[3]);
        long begin = System.currentTimeMillis();
        try (Connection connection = HTool.connect()) {
            Tables tables = new Tables(connection.getAdmin(), connection);
            tables.create(name, "cf", splits(from, to, regions));
            fill(connection, name, from, to);
            long filled = System.currentTimeMillis();
            tables.flush(name);
            tables.compact(name);
            System.out.println((to - from) + " rows loaded in " + (filled - begin)
                + " ms, flushed and compacted in " + (System.currentTimeMillis() - filled) + " ms");
        }
    }

    /** Reads tables once with the client's defaults, which fills the servers' block cache. */
    static void warm(String[] tables) throws Exception {
        try (Connection connection = HTool.connect()) {
            for (String name : tables) {
                try (Table table = connection.getTable(TableName.valueOf(name));
                     ResultScanner rows = table.getScanner(new Scan())) {
                    while (rows.next() != null) {
                        // only the server's work is wanted
                    }
                }
            }
        }
    }

    /** Each thread has a part of the rows, so that several regions are written to at once. */
    private static void fill(Connection connection, TableName name, long from, long to)
            throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> parts = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            long first = from + (to - from) * i / THREADS, end = from + (to - from) * (i + 1) / THREADS;
            parts.add(pool.submit(() -> {
                try (BufferedMutator out = connection.getBufferedMutator(
                        new BufferedMutatorParams(name).writeBufferSize(BUFFER_BYTES))) {
                    for (long row = first; row < end; row++) {
                        out.mutate(row(row));
                    }
                }
                return null;
            }));
        }
        for (Future<?> part : parts) {
            part.get();
        }
        pool.shutdown();
    }
}
