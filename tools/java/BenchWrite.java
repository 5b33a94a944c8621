import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.BufferedMutator;
import org.apache.hadoop.hbase.client.CheckAndMutate;
import org.apache.hadoop.hbase.client.CheckAndMutateResult;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;

/**
 * The writing side of HBase's own client: loads files of rows, tab-separated, as
 * PostgreSQL's COPY reads them (key, name, age, city, score).
 *
 * <pre>
 * empty                 makes the table anew, with a region for each part of ROWS
 * load FILE             a BufferedMutator with the client's defaults
 * insert FILE N         rows that must not exist: for each 1000 a multi-get, then
 *                       a list of checkAndMutate (cf:name is absent); N lists at a time
 * </pre>
 */
final class BenchWrite extends BenchSide {
    private static final int ROWS_PER_LIST = 1000;

    private final Connection connection;
    private final TableName name;
    private final long rows;
    private final int regions;

    private BenchWrite(Connection connection, TableName name, long rows, int regions) {
        this.connection = connection;
        this.name = name;
        this.rows = rows;
        this.regions = regions;
    }

    static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: HTool bench-write TABLE ROWS REGIONS");
        }
        try (Connection connection = HTool.connect()) {
            new BenchWrite(connection, TableName.valueOf(args[0]), Long.parseLong(args[1]),
                Integer.parseInt(args[2])).serve();
        }
    }

    /** Writes the rows with numbers 0 ... ROWS-1 into a file. */
    static void file(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: HTool bench-file FILE ROWS");
        }
        Path path = Paths.get(args[0]);
        try (BufferedWriter out = Files.newBufferedWriter(path)) {
            for (long row = 0; row < Long.parseLong(args[1]); row++) {
                out.write(String.join("\t", BenchLoad.texts(row)));
                out.write('\n');
            }
        }
    }

    @Override
    String command(String[] word) throws Exception {
        switch (word[0]) {
            case "empty": return empty();
            case "load": return load(word[1]);
            case "insert": return insert(word[1], Integer.parseInt(word[2]));
            default: throw new IllegalArgumentException("unknown command: " + word[0]);
        }
    }

    private String empty() throws Exception {
        new Tables(connection.getAdmin(), connection)
            .create(name, "cf", BenchLoad.splits(0, rows, regions));
        return "";
    }

    private static Put put(String line) {
        return BenchLoad.put(line.split("\t"));
    }

    private String load(String file) throws IOException {
        long count = 0;
        try (BufferedReader in = Files.newBufferedReader(Paths.get(file));
             BufferedMutator out = connection.getBufferedMutator(name)) {
            for (String line; (line = in.readLine()) != null; count++) {
                out.mutate(put(line));
            }
        }
        return Long.toString(count);
    }

    private String insert(String file, int inFlight) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(inFlight);
        Semaphore room = new Semaphore(2 * inFlight);    // lists that are read ahead
        List<Future<Long>> parts = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(Paths.get(file))) {
            List<Put> list = new ArrayList<>(ROWS_PER_LIST);
            for (String line; (line = in.readLine()) != null;) {
                list.add(put(line));
                if (list.size() == ROWS_PER_LIST) {
                    parts.add(submit(pool, room, list));
                    list = new ArrayList<>(ROWS_PER_LIST);
                }
            }
            parts.add(submit(pool, room, list));
        }
        long count = 0;
        for (Future<Long> part : parts) {
            count += part.get();
        }
        pool.shutdown();
        return Long.toString(count);
    }

    private Future<Long> submit(ExecutorService pool, Semaphore room, List<Put> list)
            throws InterruptedException {
        room.acquire();
        return pool.submit(() -> {
            try {
                return list.isEmpty() ? 0 : insert(list);
            } finally {
                room.release();
            }
        });
    }

    private long insert(List<Put> list) throws IOException {
        long count = 0;
        try (Table table = connection.getTable(name)) {
            for (Result there : table.get(list.stream()
                    .map(put -> new Get(put.getRow()).addFamily(BenchLoad.CF)).collect(Collectors.toList()))) {
                if (!there.isEmpty()) {
                    throw new IOException("a row is there: " + Bytes.toString(there.getRow()));
                }
            }
            for (CheckAndMutateResult done : table.checkAndMutate(list.stream()
                    .map(put -> CheckAndMutate.newBuilder(put.getRow())
                        .ifNotExists(BenchLoad.CF, BenchLoad.NAME).build(put)).collect(Collectors.toList()))) {
                count += done.isSuccess() ? 1 : 0;
            }
        }
        return count;
    }
}
