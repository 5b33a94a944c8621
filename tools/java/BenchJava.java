import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.HRegionLocation;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.RegionLocator;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.filter.FilterList;
import org.apache.hadoop.hbase.filter.FirstKeyOnlyFilter;
import org.apache.hadoop.hbase.filter.KeyOnlyFilter;
import org.apache.hadoop.hbase.util.Bytes;

/**
 * The Java side of the benchmark: one warm JVM that does a command per line of
 * standard input, so that a driver can interleave it with SQL.
 *
 * <pre>
 * scan         every row, every cell read
 * scan4        the same by four threads, regions in turns
 * count        FirstKeyOnlyFilter and KeyOnlyFilter
 * get N        N single Gets of random keys
 * multiget N   the same keys in lists of at most 1000
 * </pre>
 *
 * For each it prints: command, elapsed ms, rows, sum(age), tab separated.
 * What a good ordinary program does, it does: defaults of the client, block cache
 * on, every value decoded.
 */
final class BenchJava {
    private static final int THREADS = 4;
    private static final int GETS_PER_LIST = 1000;  // a region server refuses about 1600
    private static final long SEED = 42;            // both kinds of get see the same keys

    private final Connection connection;
    private final TableName name;
    private final long rows;

    /** What a run saw; blackhole keeps the decoding of values from being dropped. */
    private static final class Sum {
        long rows;
        long age;
        double blackhole;

        void add(Sum other) {
            rows += other.rows;
            age += other.age;
            blackhole += other.blackhole;
        }
    }

    private BenchJava(Connection connection, TableName name) throws Exception {
        this.connection = connection;
        this.name = name;
        rows = count().rows;
    }

    static void main(String[] args) throws Exception {
        if (args.length != 1) {
            throw new IllegalArgumentException("usage: HTool bench-java TABLE");
        }
        try (Connection connection = HTool.connect();
             BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
            BenchJava bench = new BenchJava(connection, TableName.valueOf(args[0]));
            System.out.println("ready");
            System.out.flush();
            for (String line; (line = in.readLine()) != null;) {
                if (line.isBlank()) {
                    continue;
                }
                String[] word = line.trim().split("\\s+");
                long begin = System.nanoTime();
                Sum sum = bench.command(word);
                double ms = (System.nanoTime() - begin) / 1e6;
                System.out.printf("%s\t%.3f\t%d\t%d%n", line.trim(), ms, sum.rows, sum.age);
                System.out.flush();
            }
        }
    }

    private Sum command(String[] word) throws Exception {
        switch (word[0]) {
            case "scan": return scan(new Scan());
            case "scan4": return scanByRegions();
            case "count": return count();
            case "get": return get(keys(Integer.parseInt(word[1])), 1);
            case "multiget": return get(keys(Integer.parseInt(word[1])), GETS_PER_LIST);
            default: throw new IllegalArgumentException("unknown command: " + word[0]);
        }
    }

    private static void consume(Result row, Sum sum) {
        sum.rows++;
        for (Cell cell : row.rawCells()) {
            byte[] qualifier = cell.getQualifierArray();
            int offset = cell.getQualifierOffset();
            switch (qualifier[offset]) {
                case 'a':
                    sum.age += Bytes.toInt(cell.getValueArray(), cell.getValueOffset(), 4);
                    break;
                case 's':
                    sum.blackhole += Bytes.toDouble(cell.getValueArray(), cell.getValueOffset());
                    break;
                default:
                    sum.blackhole += Bytes.toString(cell.getValueArray(), cell.getValueOffset(),
                        cell.getValueLength()).length();
            }
        }
    }

    private Sum scan(Scan scan) throws Exception {
        Sum sum = new Sum();
        try (Table table = connection.getTable(name);
             ResultScanner results = table.getScanner(scan)) {
            for (Result row : results) {
                consume(row, sum);
            }
        }
        return sum;
    }

    private Sum scanByRegions() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        List<Future<Sum>> parts = new ArrayList<>();
        try (RegionLocator locator = connection.getRegionLocator(name)) {
            for (HRegionLocation region : locator.getAllRegionLocations()) {
                parts.add(pool.submit(() -> scan(new Scan()
                    .withStartRow(region.getRegion().getStartKey())
                    .withStopRow(region.getRegion().getEndKey()))));
            }
        }
        Sum sum = new Sum();
        for (Future<Sum> part : parts) {
            sum.add(part.get());
        }
        pool.shutdown();
        return sum;
    }

    private Sum count() throws Exception {
        Sum sum = new Sum();
        Scan scan = new Scan().setFilter(
            new FilterList(new FirstKeyOnlyFilter(), new KeyOnlyFilter()));
        try (Table table = connection.getTable(name);
             ResultScanner results = table.getScanner(scan)) {
            while (results.next() != null) {
                sum.rows++;
            }
        }
        return sum;
    }

    private List<Get> keys(int count) {
        Random random = new Random(SEED);
        List<Get> gets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            gets.add(new Get(BenchLoad.key((long) (random.nextDouble() * rows))));
        }
        return gets;
    }

    private Sum get(List<Get> gets, int perList) throws Exception {
        Sum sum = new Sum();
        try (Table table = connection.getTable(name)) {
            for (int from = 0; from < gets.size(); from += perList) {
                if (perList == 1) {
                    consume(table.get(gets.get(from)), sum);
                    continue;
                }
                int to = Math.min(gets.size(), from + perList);
                for (Result row : table.get(gets.subList(from, to))) {
                    consume(row, sum);
                }
            }
        }
        return sum;
    }
}
