import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.hbase.HConstants;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.Delete;
import org.apache.hadoop.hbase.client.Mutation;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.Row;
import org.apache.hadoop.hbase.client.Table;

/**
 * Buffers mutations per table and sends them in batches.
 *
 * HBase orders neither the mutations of a batch nor the cells of one timestamp by
 * the order of a script, so a row that comes again with a delete on either side
 * ends the batch: what a script says after something happens after it.
 */
final class Writer implements Closeable {
    private static final int BATCH = 2000;

    private final Connection connection;
    private final Map<TableName, Batch> batches = new LinkedHashMap<>();

    private static final class Batch {
        final Map<String, Mutation> rows = new LinkedHashMap<>();
    }

    Writer(Connection connection) {
        this.connection = connection;
    }

    void put(TableName table, byte[] row, byte[] family, byte[] qualifier, long ts, byte[] value)
            throws IOException {
        Batch batch = batch(table);
        String key = Escapes.text(row);
        Mutation pending = batch.rows.get(key);
        // The same coordinates twice in one Put would leave the winner open.
        if (pending != null && (!(pending instanceof Put)
                || ts == HConstants.LATEST_TIMESTAMP && ((Put) pending).has(family, qualifier)
                || ((Put) pending).has(family, qualifier, ts))) {
            send(table, batch);
            pending = null;
        }
        if (pending == null) {
            pending = new Put(row);
            batch.rows.put(key, pending);
        }
        ((Put) pending).addColumn(family, qualifier, ts, value);
        if (batch.rows.size() >= BATCH) {
            send(table, batch);
        }
    }

    void delete(TableName table, byte[] row, byte[] family, byte[] qualifier, long ts)
            throws IOException {
        Delete delete = new Delete(row);
        if (family == null) {
            if (ts != HConstants.LATEST_TIMESTAMP) {
                delete = new Delete(row, ts);
            }
        } else if (qualifier == null) {
            delete.addFamily(family, ts);
        } else {
            delete.addColumns(family, qualifier, ts);
        }
        alone(table, delete);
    }

    void deleteVersion(TableName table, byte[] row, byte[] family, byte[] qualifier, long ts)
            throws IOException {
        Delete delete = new Delete(row);
        if (ts == HConstants.LATEST_TIMESTAMP) {
            delete.addColumn(family, qualifier);
        } else {
            delete.addColumn(family, qualifier, ts);
        }
        alone(table, delete);
    }

    private void alone(TableName table, Delete delete) throws IOException {
        Batch batch = batch(table);
        String key = Escapes.text(delete.getRow());
        if (batch.rows.containsKey(key) || batch.rows.size() >= BATCH) {
            send(table, batch);
        }
        batch.rows.put(key, delete);
    }

    private Batch batch(TableName table) {
        return batches.computeIfAbsent(table, name -> new Batch());
    }

    private void send(TableName name, Batch batch) throws IOException {
        if (batch.rows.isEmpty()) {
            return;
        }
        List<Row> rows = new ArrayList<>(batch.rows.values());
        batch.rows.clear();
        try (Table table = connection.getTable(name)) {
            table.batch(rows, new Object[rows.size()]);
        } catch (InterruptedException e) {
            throw new IOException("interrupted");
        }
    }

    void flush() throws IOException {
        for (Map.Entry<TableName, Batch> entry : batches.entrySet()) {
            send(entry.getKey(), entry.getValue());
        }
    }

    @Override
    public void close() throws IOException {
        flush();
    }
}
