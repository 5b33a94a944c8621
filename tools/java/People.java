import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.BufferedMutator;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.util.Bytes;

/**
 * Loads people.jsonl and then people.avro, records {"nama": string, "umur": int}.
 *
 * <pre>
 * row key      p000001, p000002, ... : the record's number over both files
 * cf:nama      UTF-8 text
 * cf:umur      int, 4 bytes big-endian (Bytes.toBytes)
 * attr:source  "json" or "avro"
 * attr:line    the record's number within its file, as text
 * </pre>
 *
 * Timestamps are fixed: 2025-01-01 00:00 UTC plus one second per record number.
 * Every tenth person was seen in the two years before as well (same day and second
 * of 2024 and 2023), one and two years younger, so cf:umur has three versions there.
 */
final class People {
    private static final byte[] CF = Bytes.toBytes("cf");
    private static final byte[] ATTR = Bytes.toBytes("attr");
    private static final byte[] NAMA = Bytes.toBytes("nama");
    private static final byte[] UMUR = Bytes.toBytes("umur");
    private static final byte[] SOURCE = Bytes.toBytes("source");
    private static final byte[] LINE = Bytes.toBytes("line");

    /** Midnights UTC of 1 January 2025, 2024 and 2023, in ms. */
    private static final long[] YEARS = {1735689600000L, 1704067200000L, 1672531200000L};
    private static final int WITH_HISTORY = 10;

    private final BufferedMutator out;
    private int number;

    private People(BufferedMutator out) {
        this.out = out;
    }

    static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: HTool people DIR TABLE");
        }
        TableName name = TableName.valueOf(args[1]);
        try (Connection connection = HTool.connect()) {
            new Tables(connection.getAdmin(), connection).create(name, "cf,VERSIONS=5;attr",
                new byte[][] {Bytes.toBytes("p001001"), Bytes.toBytes("p002001"),
                    Bytes.toBytes("p003001")});
            try (BufferedMutator out = connection.getBufferedMutator(name)) {
                People people = new People(out);
                int json = people.json(new File(args[0], "people.jsonl"));
                int avro = people.avro(new File(args[0], "people.avro"));
                System.out.println(json + " people from JSON, " + avro + " from Avro");
            }
        }
    }

    private int json(File file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        int line = 0;
        try (BufferedReader in = Files.newBufferedReader(file.toPath(), StandardCharsets.UTF_8)) {
            for (String text; (text = in.readLine()) != null;) {
                JsonNode person = mapper.readTree(text);
                put(person.get("nama").asText(), person.get("umur").asInt(), "json", ++line);
            }
        }
        return line;
    }

    private int avro(File file) throws IOException {
        int line = 0;
        try (DataFileReader<GenericRecord> in =
                 new DataFileReader<>(file, new GenericDatumReader<>())) {
            for (GenericRecord person : in) {
                put(person.get("nama").toString(), (Integer) person.get("umur"), "avro", ++line);
            }
        }
        return line;
    }

    private void put(String nama, int umur, String source, int line) throws IOException {
        number++;
        long now = YEARS[0] + number * 1000L;
        Put put = new Put(Bytes.toBytes(String.format("p%06d", number)));
        put.addColumn(CF, NAMA, now, Bytes.toBytes(nama));
        put.addColumn(CF, UMUR, now, Bytes.toBytes(umur));
        put.addColumn(ATTR, SOURCE, now, Bytes.toBytes(source));
        put.addColumn(ATTR, LINE, now, Bytes.toBytes(String.valueOf(line)));
        if (number % WITH_HISTORY == 0) {
            for (int back = 1; back < YEARS.length; back++) {
                put.addColumn(CF, UMUR, YEARS[back] + number * 1000L,
                    Bytes.toBytes(Math.max(0, umur - back)));
            }
        }
        out.mutate(put);
    }
}
