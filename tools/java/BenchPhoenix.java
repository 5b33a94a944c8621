import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.hbase.util.Bytes;

/**
 * The benchmark's side of Apache Phoenix, by JDBC, defaults of its client.  The
 * table is seen through a view: the very cells that the others read.  Phoenix puts
 * its coprocessors on a table that has a view, so it gets a copy of its own.
 *
 * Commands are those of {@link BenchJava}, without the ones for four threads
 * (Phoenix reads regions in parallel of its own accord), and
 *
 * <pre>
 * map           declares the view, which a table made anew has lost
 * group         count and sum(age) by city
 * empty N       makes table anew, a table of Phoenix's own in N regions
 * upsert FILE   loads rows as BenchWrite does, 1000 to a commit
 * </pre>
 *
 * Needs Phoenix on the class path when it runs, not when it is compiled.
 */
final class BenchPhoenix extends BenchSide {
    private static final int ROWS_PER_COMMIT = 1000;
    private static final String COLUMNS = "(id VARCHAR PRIMARY KEY, \"cf\".\"name\" VARCHAR, "
        + "\"cf\".\"age\" UNSIGNED_INT, \"cf\".\"city\" VARCHAR, \"cf\".\"score\" UNSIGNED_DOUBLE)";
    private static final String ALL = "SELECT id, \"name\", \"age\", \"city\", \"score\" FROM ";

    private final Connection connection;
    private final String table;
    private final long rows;

    private BenchPhoenix(Connection connection, String table, long rows) {
        this.connection = connection;
        this.table = '"' + table + '"';
        this.rows = rows;
    }

    static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: HTool bench-phoenix TABLE ROWS");
        }
        // Which cluster is in hbase-site.xml on the class path.
        try (Connection connection = DriverManager.getConnection("jdbc:phoenix")) {
            new BenchPhoenix(connection, args[0], Long.parseLong(args[1])).serve();
        }
    }

    @Override
    String command(String[] word) throws Exception {
        switch (word[0]) {
            case "map": return map();
            case "scan": return rows("").toString();
            case "count": return values("SELECT count(*) FROM " + table);
            case "filter": return rows(" WHERE \"age\" = " + word[1]).toString();
            case "column": return values("SELECT count(\"age\"), sum(\"age\") FROM " + table);
            case "range": return rows(" WHERE id >= ? AND id < ?", word[1], word[2]).toString();
            case "limit": return rows(" LIMIT " + word[1]).toString();
            case "group": return group();
            case "empty": return empty(Integer.parseInt(word[1]));
            case "upsert": return upsert(word[1]);
            case "get": return get(keys(Integer.parseInt(word[1]), rows)).toString();
            case "keys": return in(keys(Integer.parseInt(word[1]), rows)).toString();
            default: throw new IllegalArgumentException("unknown command: " + word[0]);
        }
    }

    private String map() throws Exception {
        connection.createStatement().execute("DROP VIEW IF EXISTS " + table);
        connection.createStatement().execute("CREATE VIEW " + table + COLUMNS);
        return "";
    }

    private static void consume(ResultSet results, Found found) throws Exception {
        while (results.next()) {
            found.name(results.getString(2));
            found.age(results.getInt(3));
            found.city(results.getString(4));
            found.score(results.getDouble(5));
        }
    }

    private Found rows(String condition, String... parameters) throws Exception {
        Found found = new Found();
        try (PreparedStatement query = connection.prepareStatement(ALL + table + condition)) {
            for (int i = 0; i < parameters.length; i++) {
                query.setString(i + 1, parameters[i]);
            }
            try (ResultSet results = query.executeQuery()) {
                consume(results, found);
            }
        }
        return found;
    }

    private Found get(List<String> keys) throws Exception {
        Found found = new Found();
        try (PreparedStatement query = connection.prepareStatement(ALL + table + " WHERE id = ?")) {
            for (String key : keys) {
                query.setString(1, key);
                try (ResultSet results = query.executeQuery()) {
                    consume(results, found);
                }
            }
        }
        return found;
    }

    private Found in(List<String> keys) throws Exception {
        return rows(" WHERE id IN (" + String.join(",", Collections.nCopies(keys.size(), "?")) + ")",
            keys.toArray(new String[0]));
    }

    private String group() throws Exception {
        TreeMap<String, String> groups = new TreeMap<>();
        try (PreparedStatement query = connection.prepareStatement(
                 "SELECT \"city\", count(*), sum(\"age\") FROM " + table + " GROUP BY \"city\"");
             ResultSet results = query.executeQuery()) {
            while (results.next()) {
                groups.put(results.getString(1), results.getLong(2) + "|" + results.getLong(3));
            }
        }
        StringBuilder all = new StringBuilder();
        groups.forEach((city, values) -> all.append(all.length() > 0 ? "|" : "")
            .append(city).append('|').append(values));
        return all.toString();
    }

    private String empty(int regions) throws Exception {
        String splits = Arrays.stream(BenchLoad.splits(0, rows, regions))
            .map(key -> "'" + Bytes.toString(key) + "'").collect(Collectors.joining(", "));
        connection.createStatement().execute("DROP TABLE IF EXISTS " + table);
        connection.createStatement().execute("CREATE TABLE " + table + COLUMNS
            + (regions > 1 ? " SPLIT ON (" + splits + ")" : ""));
        return "";
    }

    private String upsert(String file) throws Exception {
        long count = 0;
        connection.setAutoCommit(false);
        try (BufferedReader in = Files.newBufferedReader(Paths.get(file));
             PreparedStatement upsert = connection.prepareStatement(
                 "UPSERT INTO " + table + " VALUES (?, ?, ?, ?, ?)")) {
            for (String line; (line = in.readLine()) != null;) {
                String[] text = line.split("\t");
                upsert.setString(1, text[0]);
                upsert.setString(2, text[1]);
                upsert.setInt(3, Integer.parseInt(text[2]));
                upsert.setString(4, text[3]);
                upsert.setDouble(5, Double.parseDouble(text[4]));
                upsert.execute();
                if (++count % ROWS_PER_COMMIT == 0) {
                    connection.commit();
                }
            }
            connection.commit();
        }
        return Long.toString(count);
    }

    /** The columns of the only row. */
    private String values(String sql) throws Exception {
        try (PreparedStatement query = connection.prepareStatement(sql);
             ResultSet results = query.executeQuery()) {
            results.next();
            StringBuilder all = new StringBuilder(results.getString(1));
            for (int i = 2; i <= results.getMetaData().getColumnCount(); i++) {
                all.append('|').append(results.getString(i));
            }
            return all.toString();
        }
    }
}
