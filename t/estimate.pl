# estimate.pl - whatever region servers tell or do not tell of sizes, a query is
# planned: without an error, within bounds, and with its right rows.
#
# The servers are imitated by regionclient/tests/liar.c, whose regions have 10 MB,
# 20 MB and so on.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableLiar;
use HTableTest qw(sqlstate_of);
use Test::More;

use constant ROWS => 30;
use constant DEFAULT_ROWS => 100_000;

my $t = HTableTest->begin('estimate');
my $control = $t->connect;
my $liar = HTableLiar->new($t);

# operation_timeout is longer than anyone would wait for a plan
$liar->server($control, 'sized', use_remote_estimate => 'on', operation_timeout => '60s', rpc_timeout => '60s');

# The rows that a plan of the query expects, in this session; it must come within 10 s.
sub estimated
{
	my ($db, $query) = @_;
	$db->do("SET statement_timeout = '10s'");
	my ($plan) = $db->selectrow_array("EXPLAIN (FORMAT JSON) $query");
	return $plan =~ /"Plan Rows": (\d+)/ ? $1 : 'no plan';
}

sub rows_of
{
	my ($db) = @_;
	return scalar @{ $db->selectall_arrayref('SELECT k, q FROM sized') };
}

# ---- the truth ----

{
	$liar->table(ROWS, 3);
	my $db = $t->connect;
	my $all = estimated($db, 'SELECT * FROM sized');
	cmp_ok($all, '>', 2 * DEFAULT_ROWS, "60 MB of small rows are many ($all)");
	my $last = estimated($db, "SELECT * FROM sized WHERE k >= 'r0020'");
	ok($last > $all * 0.4 && $last < $all * 0.6, "the last region has half of them ($last)");
	my %asked = $liar->asked;
	is($asked{sizes}, 1, 'sizes are asked for once');
	estimated($db, 'SELECT * FROM sized');
	is({ $liar->asked }->{sizes}, 1, '... and remembered');
	$db->do('SELECT htable_disconnect_all()');
	estimated($db, 'SELECT * FROM sized');
	is({ $liar->asked }->{sizes}, 2, '... as long as the connection lives');
	$db->disconnect;
}

# ---- lies ----

my @lies = (
	[ 'silence', 'sizes' ], [ 'silence', 'open' ], [ 'silence', 'meta' ],
	[ 'frame_length', 'sizes', 0 ], [ 'frame_length', 'sizes', '0x7FFFFFFF' ], [ 'reset_at', 'sizes', 5 ],
	[ 'exception', 'sizes', 'org.apache.hadoop.hbase.security.AccessDeniedException' ],
	[ 'exception', 'sizes', 'java.io.IOException' ],
	[ 'exception', 'open', 'org.apache.hadoop.hbase.RegionTooBusyException' ]);
for my $lie (@lies)
{
	my ($name, $kind, $argument) = @$lie;
	my $what = join ' ', grep { defined } $name, $argument, "in $kind";
	$liar->table(ROWS, 3);
	my $db = $t->connect;
	$db->selectall_arrayref("SELECT q FROM sized WHERE k = 'r0001'") if $kind ne 'meta';
	$liar->lie($name, $kind, -1, $argument);
	is(estimated($db, 'SELECT * FROM sized'), DEFAULT_ROWS, "$what: planned with a default");
	my %before = $liar->asked;
	is(estimated($db, 'SELECT * FROM sized'), DEFAULT_ROWS, '... and again');
	is_deeply({ $liar->asked }, \%before, '... without asking again');
	$liar->table(ROWS, 3);
	is(rows_of($db), ROWS, '... and the rows are right');
	$db->disconnect;
}

# ---- statements that are ended meanwhile ----

{
	$liar->table(ROWS, 3);
	$liar->lie('silence', 'sizes', -1);
	my $db = $t->connect;
	$db->do("SET statement_timeout = '200ms'");
	is(sqlstate_of($db, sub { $db->do('EXPLAIN SELECT * FROM sized') }), '57014', 'statement_timeout ends the wait');
	$liar->table(ROWS, 3);
	is(rows_of($db), ROWS, '... and the session goes on');
	$db->disconnect;
}

# Nothing there at all.
{
	$t->make_server($control, 'gone', quorum => '127.0.0.1:1', connect_timeout => '60s');
	HTableLiar::declare($control, 'gone', 'gone');
	my $db = $t->connect;
	is(estimated($db, 'SELECT * FROM gone'), DEFAULT_ROWS, 'a cluster that is not there');
	$db->disconnect;
}

$liar->end;
$control->disconnect;
$t->finish;
done_testing();
