import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CompareOperator;
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
import org.apache.hadoop.hbase.filter.SingleColumnValueFilter;
import org.apache.hadoop.hbase.util.Bytes;

/**
 * The benchmark's side of HBase's own client, written as a good ordinary program
 * would be: the client's defaults, block cache on, every value decoded.
 *
 * <pre>
 * scan | scan4          every row; by one scanner, by four threads, regions in turns
 * count                 FirstKeyOnlyFilter and KeyOnlyFilter, one scanner
 * filter AGE | filter4  rows of that age by a SingleColumnValueFilter
 * column                count and sum of the column age alone
 * range FROM TO         rows of a range of keys
 * limit N               the first N rows
 * get N                 N random keys, a Get each
 * keys N                the same keys in lists of at most 1000
 * print-keys N          them
 * </pre>
 */
final class BenchJava extends BenchSide {
    private static final int THREADS = 4;
    // A region server refuses lists of about 1600 and up: it reckons a block of 64 kB
    // for each Get, up to hbase.server.scanner.max.result.size (100 MB).
    private static final int GETS_PER_LIST = 1000;

    private final Connection connection;
    private final TableName name;
    private final long rows;

    private BenchJava(Connection connection, TableName name, long rows) {
        this.connection = connection;
        this.name = name;
        this.rows = rows;
    }

    static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: HTool bench-java TABLE ROWS");
        }
        try (Connection connection = HTool.connect()) {
            new BenchJava(connection, TableName.valueOf(args[0]), Long.parseLong(args[1])).serve();
        }
    }

    @Override
    String command(String[] word) throws Exception {
        switch (word[0]) {
            case "scan": return scan(new Scan()).toString();
            case "scan4": return scanByRegions(new Scan()).toString();
            case "count": return count();
            case "filter": return scan(byAge(word[1])).toString();
            case "filter4": return scanByRegions(byAge(word[1])).toString();
            case "column": return column();
            case "range":
                return scan(new Scan().withStartRow(Bytes.toBytes(word[1]))
                    .withStopRow(Bytes.toBytes(word[2]))).toString();
            case "limit": return scan(new Scan().setLimit(Integer.parseInt(word[1]))).toString();
            case "get": return get(gets(word[1]), 1).toString();
            case "keys": return get(gets(word[1]), GETS_PER_LIST).toString();
            case "print-keys": return String.join(" ", keys(Integer.parseInt(word[1]), rows));
            default: throw new IllegalArgumentException("unknown command: " + word[0]);
        }
    }

    private static void consume(Result row, Found found) {
        for (Cell cell : row.rawCells()) {
            byte[] value = cell.getValueArray();
            int offset = cell.getValueOffset(), length = cell.getValueLength();
            switch (cell.getQualifierArray()[cell.getQualifierOffset()]) {
                case 'n': found.name(Bytes.toString(value, offset, length)); break;
                case 'a': found.age(Bytes.toInt(value, offset, length)); break;
                case 'c': found.city(Bytes.toString(value, offset, length)); break;
                default: found.score(Bytes.toDouble(value, offset));
            }
        }
    }

    private Found scan(Scan scan) throws Exception {
        Found found = new Found();
        try (Table table = connection.getTable(name);
             ResultScanner results = table.getScanner(scan)) {
            for (Result row : results) {
                consume(row, found);
            }
        }
        return found;
    }

    private Found scanByRegions(Scan scan) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        List<Future<Found>> parts = new ArrayList<>();
        try (RegionLocator locator = connection.getRegionLocator(name)) {
            for (HRegionLocation region : locator.getAllRegionLocations()) {
                parts.add(pool.submit(() -> scan(new Scan(scan)
                    .withStartRow(region.getRegion().getStartKey())
                    .withStopRow(region.getRegion().getEndKey()))));
            }
        }
        Found found = new Found();
        for (Future<Found> part : parts) {
            found.add(part.get());
        }
        pool.shutdown();
        return found;
    }

    private static Scan byAge(String age) {
        SingleColumnValueFilter filter = new SingleColumnValueFilter(BenchLoad.CF, BenchLoad.AGE,
            CompareOperator.EQUAL, Bytes.toBytes(Integer.parseInt(age)));
        filter.setFilterIfMissing(true);
        return new Scan().setFilter(filter);
    }

    private String count() throws Exception {
        long count = 0;
        Scan scan = new Scan().setFilter(
            new FilterList(new FirstKeyOnlyFilter(), new KeyOnlyFilter()));
        try (Table table = connection.getTable(name);
             ResultScanner results = table.getScanner(scan)) {
            while (results.next() != null) {
                count++;
            }
        }
        return Long.toString(count);
    }

    private String column() throws Exception {
        long count = 0, sum = 0;
        Scan scan = new Scan().addColumn(BenchLoad.CF, BenchLoad.AGE);
        try (Table table = connection.getTable(name);
             ResultScanner results = table.getScanner(scan)) {
            for (Result row : results) {
                Cell cell = row.rawCells()[0];
                sum += Bytes.toInt(cell.getValueArray(), cell.getValueOffset(), 4);
                count++;
            }
        }
        return count + "|" + sum;
    }

    private List<Get> gets(String count) {
        return keys(Integer.parseInt(count), rows).stream()
            .map(key -> new Get(Bytes.toBytes(key))).collect(Collectors.toList());
    }

    private Found get(List<Get> gets, int perList) throws Exception {
        Found found = new Found();
        try (Table table = connection.getTable(name)) {
            for (int from = 0; from < gets.size(); from += perList) {
                if (perList == 1) {
                    consume(table.get(gets.get(from)), found);
                    continue;
                }
                int to = Math.min(gets.size(), from + perList);
                for (Result row : table.get(gets.subList(from, to))) {
                    consume(row, found);
                }
            }
        }
        return found;
    }
}
