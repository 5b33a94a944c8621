import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * One side of the benchmark: a warm JVM that does a command per line of standard
 * input, so that a driver can take it and others in turns.  "ready" says that it
 * listens; then each line "N COMMAND WORD..." does the command N times and is
 * answered by
 *
 * <pre>
 * milliseconds for all N, tab, what the last of them found
 * </pre>
 *
 * The last part is for the driver to compare with what the other sides found.
 */
abstract class BenchSide {
    private static final long SEED = 42;

    /** What a query found: the four aggregates that every side computes of its rows. */
    static final class Found {
        private long rows;
        private long age;
        private String city = "";
        private double score;

        void name(String value) {
            rows += value == null ? 0 : 1;
        }

        void age(int value) {
            age += value;
        }

        void city(String value) {
            if (value.compareTo(city) > 0) {
                city = value;
            }
        }

        void score(double value) {
            score += value;
        }

        void add(Found other) {
            rows += other.rows;
            age += other.age;
            city(other.city);
            score += other.score;
        }

        @Override
        public String toString() {
            return rows + "|" + age + "|" + city + "|" + score;
        }
    }

    abstract String command(String[] word) throws Exception;

    final void serve() throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("ready");
        System.out.flush();
        for (String line; (line = in.readLine()) != null;) {
            String[] word = line.trim().split("\\s+");
            int times = Integer.parseInt(word[0]);
            String[] command = Arrays.copyOfRange(word, 1, word.length);
            String answer = "";
            long begin = System.nanoTime();
            for (int i = 0; i < times; i++) {
                answer = command(command);
            }
            System.out.printf("%.3f\t%s%n", (System.nanoTime() - begin) / 1e6, answer);
            System.out.flush();
        }
    }

    private List<String> keys;

    /** COUNT different keys of a table of ROWS rows, the same for every side; made once. */
    final List<String> keys(int count, long rows) {
        if (keys == null || keys.size() != Math.min(count, rows)) {
            keys = makeKeys(count, rows);
        }
        return keys;
    }

    private static List<String> makeKeys(int count, long rows) {
        Random random = new Random(SEED);
        Set<Long> numbers = new LinkedHashSet<>();
        while (numbers.size() < Math.min(count, rows)) {
            numbers.add((long) (random.nextDouble() * rows));
        }
        List<String> keys = new ArrayList<>(count);
        for (long number : numbers) {
            keys.add(BenchLoad.key(number));
        }
        return keys;
    }
}
