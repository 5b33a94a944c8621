public class People { static void main(String[] a) throws Exception {} }
