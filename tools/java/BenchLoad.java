public class BenchLoad { static void main(String[] a) throws Exception {} }
