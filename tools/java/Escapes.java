import org.apache.hadoop.hbase.HConstants;
import org.apache.hadoop.hbase.util.Bytes;

/** Bytes as text in scripts: Bytes.toBytesBinary and toStringBinary, "-" for none. */
final class Escapes {
    private Escapes() {}

    static byte[] bytes(String text) {
        return Bytes.toBytesBinary(text);
    }

    static byte[] bytesOrNone(String text) {
        return text.equals("-") ? null : bytes(text);
    }

    static long timestamp(String text) {
        return text.equals("-") ? HConstants.LATEST_TIMESTAMP : Long.parseLong(text);
    }

    static byte[][] list(String[] words, int from) {
        byte[][] list = new byte[Math.max(0, words.length - from)][];
        for (int i = 0; i < list.length; i++) {
            list[i] = bytes(words[from + i]);
        }
        return list;
    }

    static String text(byte[] array, int offset, int length) {
        return Bytes.toStringBinary(array, offset, length);
    }

    static String text(byte[] array) {
        return Bytes.toStringBinary(array);
    }
}
