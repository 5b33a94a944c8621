public class BenchJava { static void main(String[] a) throws Exception {} }
