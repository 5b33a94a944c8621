# durability.pl - a row whose write HBase acknowledged is read after its region
# server was killed, however soon.
#
# The rows are only in the server's memory and in its log, which is in HDFS: the
# test is of the cluster of these tests as much as of the reader.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";

use HTableCluster;
use HTableTest qw(put);
use Test::More;

use constant ROUNDS => 4;
use constant ROWS => 400;			# a round, over all regions

my $cluster = HTableCluster->new;
my $t = HTableTest->begin('durability');
my $db = $t->connect;

my $table = $t->table('rows');
$t->htool(join "\t", 'create', $table, 'a', 'k2', 'k4', 'k6', 'k8');
$cluster->watch_table($table, '/dev/null');
$db->do("CREATE FOREIGN TABLE rows (k text OPTIONS (column ':key') COLLATE \"C\", round int OPTIONS (column 'a:round'))"
	. " SERVER $HTableTest::SERVER OPTIONS (table_name '$table')");

my @acknowledged;
for my $round (1 .. ROUNDS)
{
	$cluster->faults('settle', 2);
	$cluster->faults('balance');
	$cluster->faults('settle', 2);

	my @keys = map { sprintf 'k%d-%d-%03d', $_ % 10, $round, $_ } 1 .. ROWS;
	my $part = $cluster->part_at($cluster->faults('server', $keys[0]));
	$t->htool(map { put($table, $_, 'a', 'round', $round) } @keys);
	$cluster->kill_part($part);
	push @acknowledged, map { "$_ $round" } @keys;

	my $got = eval { $db->selectcol_arrayref("SELECT k || ' ' || round FROM rows") };
	is($@, '', "$part is killed: the scan waits for another server and goes on");
	is(join("\n", @{ $got // [] }), join("\n", sort @acknowledged), "$part is killed: all rows that were acknowledged are there");
	is($db->selectrow_array("SELECT round FROM rows WHERE k = '$keys[0]'"), $round, '... also by their keys');
	$cluster->start_part($part);
}

$cluster->faults('settle', 2);
$cluster->finish;
$db->disconnect;
$t->finish;
done_testing();
