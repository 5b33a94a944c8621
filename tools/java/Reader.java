import java.io.IOException;
import java.io.PrintStream;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.HRegionLocation;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.RegionLocator;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.filter.FirstKeyOnlyFilter;

/** Prints what HBase's own client sees, tab separated and escaped, in HBase's order. */
final class Reader {
    private final Connection connection;
    private final PrintStream out;

    Reader(Connection connection, PrintStream out) {
        this.connection = connection;
        this.out = out;
    }

    /** All versions; raw: also those that a marker hides, and the markers. */
    void dump(TableName name, boolean raw) throws IOException {
        try (Table table = connection.getTable(name);
             ResultScanner rows = table.getScanner(new Scan().readAllVersions().setRaw(raw))) {
            for (Result row : rows) {
                for (Cell cell : row.rawCells()) {
                    out.println(Escapes.text(row.getRow())
                        + "\t" + Escapes.text(cell.getFamilyArray(), cell.getFamilyOffset(),
                            cell.getFamilyLength())
                        + "\t" + Escapes.text(cell.getQualifierArray(), cell.getQualifierOffset(),
                            cell.getQualifierLength())
                        + "\t" + cell.getTimestamp()
                        + "\t" + cell.getType()
                        + "\t" + Escapes.text(cell.getValueArray(), cell.getValueOffset(),
                            cell.getValueLength()));
                }
            }
        }
        out.flush();
    }

    void regions(TableName name) throws IOException {
        try (RegionLocator locator = connection.getRegionLocator(name)) {
            for (HRegionLocation region : locator.getAllRegionLocations()) {
                out.println(Escapes.text(region.getRegion().getStartKey())
                    + "\t" + Escapes.text(region.getRegion().getEndKey())
                    + "\t" + region.getServerName());
            }
        }
        out.flush();
    }

    void count(TableName name) throws IOException {
        long count = 0;
        Scan scan = new Scan().setFilter(new FirstKeyOnlyFilter());
        try (Table table = connection.getTable(name);
             ResultScanner rows = table.getScanner(scan)) {
            while (rows.next() != null) {
                count++;
            }
        }
        out.println(count);
        out.flush();
    }
}
