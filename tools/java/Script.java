import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.util.Bytes;

/**
 * Runs line-oriented scripts over one connection.
 *
 * A line is a command and its arguments, separated by tabs.  Bytes are written as
 * HBase's shell shows them: printable ASCII as such, anything else as \xNN.  An
 * empty argument is an empty byte string.  "#" begins a comment line.  "-" stands
 * for "none" where the table below says so.
 *
 * <pre>
 * namespace NAME                                   created unless it exists
 * create    TABLE FAMILY[,NAME=value...][;FAMILY...] [SPLITKEY...]   dropped first if it exists
 * drop      TABLE                                  nothing when it does not exist
 * put       TABLE ROW FAMILY QUALIFIER TS|- VALUE
 * delete    TABLE ROW FAMILY|- QUALIFIER|- TS|-    row, family or all versions of a column
 * delete-version TABLE ROW FAMILY QUALIFIER TS|-   exactly one version ("-": the newest)
 * fill      TABLE FAMILY TS FROM BEHIND KEY COLUMN...   a row for each number n, see fill()
 * flush     TABLE
 * compact   TABLE                                  major, and waits
 * split     TABLE KEY                              waits until both daughters are online
 * merge     TABLE KEY                              the region of KEY with the one after it
 * move      TABLE KEY [SERVER]                     reopens it when there is one server
 * disable   TABLE
 * enable    TABLE
 * dump      TABLE                                  all versions: row family qualifier ts type value
 * dump-raw  TABLE                                  with delete markers, and what they hide
 * regions   TABLE                                  start key, end key, server
 * count     TABLE
 * sleep     MILLISECONDS
 * znode     PATH DATA                              of ZooKeeper; made or overwritten
 * drop-znode PATH                                  with all below it
 * </pre>
 *
 * Family attributes are those of the HBase shell: VERSIONS, MIN_VERSIONS, TTL,
 * KEEP_DELETED_CELLS, COMPRESSION, BLOOMFILTER, DATA_BLOCK_ENCODING, IN_MEMORY...
 *
 * Puts and deletes are buffered and sent before any other command and at the end,
 * in the order they were given.
 */
final class Script implements Closeable {
    private final Connection connection;
    private final Writer writer;
    private final Tables tables;
    private final Reader reader;
    private final Znodes znodes = new Znodes();

    static void main(String[] files) throws Exception {
        try (Script script = new Script(System.out)) {
            if (files.length == 0) {
                script.run("standard input", System.in);
            }
            for (String file : files) {
                if (file.equals("-")) {
                    script.run("standard input", System.in);
                } else {
                    try (InputStream in = new FileInputStream(file)) {
                        script.run(file, in);
                    }
                }
            }
        }
    }

    Script(PrintStream out) throws IOException {
        connection = HTool.connect();
        writer = new Writer(connection);
        tables = new Tables(connection.getAdmin(), connection);
        reader = new Reader(connection, out);
    }

    void run(String name, InputStream in) throws Exception {
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        String line;
        for (int number = 1; (line = lines.readLine()) != null; number++) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                command(line.split("\t", -1));
            } catch (ArrayIndexOutOfBoundsException e) {
                throw new IOException(name + ":" + number + ": too few arguments: " + line);
            } catch (Exception e) {
                throw new IOException(name + ":" + number + ": " + e, e);
            }
        }
        writer.flush();
    }

    private void command(String[] word) throws Exception {
        switch (word[0]) {
            case "put":
                writer.put(table(word), Escapes.bytes(word[2]), Escapes.bytes(word[3]),
                    Escapes.bytes(word[4]), Escapes.timestamp(word[5]), Escapes.bytes(word[6]));
                return;
            case "delete":
                writer.delete(table(word), Escapes.bytes(word[2]), Escapes.bytesOrNone(word[3]),
                    Escapes.bytesOrNone(word[4]), Escapes.timestamp(word[5]));
                return;
            case "delete-version":
                writer.deleteVersion(table(word), Escapes.bytes(word[2]), Escapes.bytes(word[3]),
                    Escapes.bytes(word[4]), Escapes.timestamp(word[5]));
                return;
            case "fill":
                fill(word);
                return;
            default:
                writer.flush();
        }
        switch (word[0]) {
            case "namespace": tables.namespace(word[1]); break;
            case "create": tables.create(table(word), word[2], Escapes.list(word, 3)); break;
            case "drop": tables.drop(table(word)); break;
            case "flush": tables.flush(table(word)); break;
            case "compact": tables.compact(table(word)); break;
            case "split": tables.split(table(word), Escapes.bytes(word[2])); break;
            case "merge": tables.merge(table(word), Escapes.bytes(word[2])); break;
            case "move":
                tables.move(table(word), Escapes.bytes(word[2]), word.length > 3 ? word[3] : null);
                break;
            case "disable": tables.disable(table(word)); break;
            case "enable": tables.enable(table(word)); break;
            case "dump": reader.dump(table(word), false); break;
            case "dump-raw": reader.dump(table(word), true); break;
            case "regions": reader.regions(table(word)); break;
            case "count": reader.count(table(word)); break;
            case "sleep": Thread.sleep(Long.parseLong(word[1])); break;
            case "znode": znodes.write(word[1], Escapes.bytes(word[2])); break;
            case "drop-znode": znodes.drop(word[1]); break;
            default: throw new IllegalArgumentException("unknown command: " + word[0]);
        }
    }

    /**
     * Rows of numbers.  KEY is "int64", or a format (java.util.Formatter) of the number, its
     * thousands, and what is left of them.  A column is QUALIFIER/N, the number divided by N,
     * or QUALIFIER%N, the rest of that; as text.
     */
    private void fill(String[] word) throws IOException {
        byte[] family = Escapes.bytes(word[2]);
        long ts = Escapes.timestamp(word[3]);
        for (long n = Long.parseLong(word[4]); n < Long.parseLong(word[5]); n++) {
            byte[] key = word[6].equals("int64") ? Bytes.toBytes(n)
                : Bytes.toBytes(String.format(word[6], n, n / 1000, n % 1000));
            for (int i = 7; i < word.length; i++) {
                String[] column = word[i].split("[/%]");
                long by = Long.parseLong(column[1]);
                writer.put(table(word), key, family, Bytes.toBytes(column[0]), ts,
                    Bytes.toBytes(Long.toString(word[i].contains("/") ? n / by : n % by)));
            }
        }
    }

    private static TableName table(String[] word) {
        return TableName.valueOf(word[1]);
    }

    @Override
    public void close() throws IOException {
        znodes.close();
        writer.close();
        connection.close();
    }
}
