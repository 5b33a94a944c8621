import java.io.IOException;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;

/**
 * HTool - what the sandbox, the tests and the benchmarks need from HBase's own
 * Java client: an independent writer and reader of the same tables.
 *
 * <pre>
 * HTool run [FILE...]                   run scripts, see Script ("-" or none: standard input)
 * HTool people DIR TABLE                load examples/data into TABLE
 * HTool bench-load TABLE FROM TO REGIONS  make and fill a benchmark table
 * HTool bench-warm TABLE...             read benchmark tables into the block cache
 * HTool bench-java TABLE ROWS           the Java side of the benchmark, commands on standard input
 * HTool bench-phoenix TABLE ROWS        the Phoenix side, likewise
 * HTool bench-write TABLE ROWS REGIONS  the Java side of loading, likewise
 * HTool bench-file FILE ROWS            the rows of a benchmark table as text
 * HTool faults TABLE                    change regions and look at the cluster, commands on standard input
 * HTool watch TABLE STEP PAUSE_MS       read without a break and log the times
 * </pre>
 *
 * The configuration (hbase-site.xml) comes from the class path.
 */
public final class HTool {
    /** A tool should fail in seconds; the client's own limit is minutes. */
    private static final int RETRIES = 8;

    private HTool() {}

    static Connection connect() throws IOException {
        return connect(RETRIES);
    }

    static Connection connect(int retries) throws IOException {
        Configuration conf = HBaseConfiguration.create();
        conf.setInt("hbase.client.retries.number", retries);
        return ConnectionFactory.createConnection(conf);
    }

    public static void main(String[] args) {
        System.setProperty("log4j.configuration", "htool-log4j.properties");
        if (args.length == 0) {
            System.err.println("usage: HTool run|people|bench-load|bench-warm|bench-java|bench-phoenix|bench-write|bench-file|faults|watch ...");
            System.exit(2);
        }
        String[] rest = Arrays.copyOfRange(args, 1, args.length);
        try {
            switch (args[0]) {
                case "run": Script.main(rest); break;
                case "people": People.main(rest); break;
                case "bench-load": BenchLoad.main(rest); break;
                case "bench-warm": BenchLoad.warm(rest); break;
                case "bench-java": BenchJava.main(rest); break;
                case "bench-phoenix": BenchPhoenix.main(rest); break;
                case "bench-write": BenchWrite.main(rest); break;
                case "bench-file": BenchWrite.file(rest); break;
                case "faults": Faults.main(rest); break;
                case "watch": Watch.main(rest); break;
                default: throw new IllegalArgumentException("unknown command: " + args[0]);
            }
        } catch (Exception e) {
            System.err.println("HTool: " + firstLine(e));
            if (System.getenv("HTOOL_TRACE") != null) {
                e.printStackTrace();
            }
            System.exit(1);
        }
        // Threads of the client must not keep us.
        System.out.flush();
        System.exit(0);
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage() == null ? e : e.getMessage()).split("\n")[0];
    }
}
