# lies.pl - whatever a server says, a query ends with the right SQLSTATE or with
# the right rows, within the time-outs and in little memory; and the session goes
# on, with the server that lied and with others.
#
# The lies are told by regionclient/tests/liar.c, a region server that ZooKeeper
# names under a parent of its own; and by znodes.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableLiar;
use HTableTest qw(put sqlstate_of memory_kb now_ms wait_for);
use Test::More;

use constant ROWS => 5;
use constant MEMORY_KB => 8 * 1024;		# what a lie may make a session grow by
use constant LIMIT_MS => 900;			# operation_timeout
use constant HANG_MS => LIMIT_MS + 3000;

my $t = HTableTest->begin('lies');
my $control = $t->connect;
my $liar = HTableLiar->new($t);

# ---- what the sessions know ----

my $real = $t->table('real');
$t->htool("create\t$real\tf", map { put($real, "k$_", 'f', 'q', "v$_") } 1 .. 3);
$control->do("CREATE FOREIGN TABLE real_table (k text OPTIONS (column ':key') COLLATE \"C\", q text)"
	. " SERVER hbase OPTIONS (table_name '$real', family 'f')");
$liar->server($control, 'fake', operation_timeout => LIMIT_MS . 'ms', rpc_timeout => '400ms');
$liar->server($control, 'fake_small', operation_timeout => '20s', max_response_size => '1MB');

my %query = (
	scan => 'SELECT k, q FROM %s',
	some => "SELECT k, q FROM %s WHERE k >= 'r0001' AND k < 'r0004'",
	back => 'SELECT k, q FROM %s ORDER BY k DESC',
	get => "SELECT k, q FROM %s WHERE k = 'r0003'",
	multi => "SELECT k, q FROM %s WHERE k IN ('r0000', 'r0002', 'r0003')",
);
my %truth = (
	scan => 'r0000 r0001 r0002 r0003 r0004', some => 'r0001 r0002 r0003',
	back => 'r0004 r0003 r0002 r0001 r0000', get => 'r0003', multi => 'r0000 r0002 r0003');

# What comes of a query: its rows, "=" each of which has its key as its value, or
# the SQLSTATE.
sub result_of
{
	my ($db, $query, $table) = @_;
	my $rows;
	my $state = sqlstate_of($db, sub { $rows = $db->selectall_arrayref(sprintf $query{$query}, $table) });
	return $state if $state;
	return join ' ', map { $_->[0] . (($_->[1] // '') eq $_->[0] ? '' : '?') } @$rows;
}

# ---- lies one by one ----

# Begins each in a session of its own; the truth first, so that memory has its size.
sub check
{
	my (%c) = @_;
	my $table = $c{server} // 'fake';
	my $name = $c{name};
	$liar->table(ROWS, $c{regions} // 1);
	my $db = $t->connect;
	$db->do("SET statement_timeout = '$c{statement_timeout}'") if $c{statement_timeout};
	result_of($db, $c{query}, $table) unless $c{cold};
	$db->do('SELECT htable_disconnect_all()') if $c{away};
	$db->selectall_arrayref(sprintf $query{scan}, 'real_table');
	my %before = map { $_ => memory_kb($db->{pg_pid}, $_) } qw(VmHWM VmPeak);

	$c{tell}->();
	my $began = now_ms();
	my $result = result_of($db, $c{query}, $table);
	my $ms = now_ms() - $began;
	my %grown = map { $_ => memory_kb($db->{pg_pid}, $_) - $before{$_} } keys %before;

	like($result, qr/^(?:$c{result})$/, "$name ($c{query}): $result") or diag($db->errstr // '');
	my $more = $grown{VmHWM} > $grown{VmPeak} ? $grown{VmHWM} : $grown{VmPeak};
	ok($ms <= ($c{within} // HANG_MS) && $more <= ($c{memory} // MEMORY_KB),
		sprintf '... after %.0f ms and with %d kB more', $ms, $more);
	$db->do('SET statement_timeout = 0');
	$liar->table(ROWS, $c{regions} // 1);
	is(result_of($db, $c{query}, $table) . join('', map { " $_->[1]" } @{ $db->selectall_arrayref(sprintf $query{scan}, 'real_table') }),
		"$truth{$c{query}} v1 v2 v3", '... and the session goes on');
	$db->disconnect;
}

# lie(NAME, KIND, ARGUMENT) => RESULT: told by each answer of that kind.
sub lie
{
	my ($query, $kind, $lie, $argument, $result, %more) = @_;
	my $name = join ' ', grep { defined } $lie, $argument, "in $kind";
	$name =~ s/[^ -~]/?/g;
	check(name => $name, query => $query, result => $result,
		tell => sub { $liar->lie($lie, $kind, $more{times} // -1, $argument) }, %more);
}

my $PROTOCOL = '08P01';
my $LOST = '08006';
my $LARGE = '54000';
my $REGION = 'HV021';

my %kinds = (scan => 'open', get => 'get', multi => 'multi');

# Frames, whatever they hold.
for my $query (qw(scan get multi))
{
	my $kind = $kinds{$query};
	lie($query, $kind, 'frame_length', '0xFFFFFFFF', $PROTOCOL);
	# of several rows asked for at once, each is asked for alone then
	lie($query, $kind, 'frame_length', '0x7FFFFFFF', $query eq 'multi' ? $truth{multi} : $LARGE);
	lie($query, $kind, 'frame_length', 100_000_000, $LOST);
	lie($query, $kind, 'frame_length', 0, $PROTOCOL);
	lie($query, $kind, 'frame_length_off', -7, $PROTOCOL);
	lie($query, $kind, 'frame_length_off', 9, $LOST);
	lie($query, $kind, 'header_length', 1_000_000, $PROTOCOL);
	lie($query, $kind, 'header_length', -1, $PROTOCOL);
	lie($query, $kind, 'header_varint', undef, $PROTOCOL);
	lie($query, $kind, 'header_garbage', undef, $PROTOCOL);
	lie($query, $kind, 'header_empty', undef, $PROTOCOL);
	lie($query, $kind, 'message_length', 1_000_000, $PROTOCOL);
	lie($query, $kind, 'message_length', -1, $PROTOCOL);
	lie($query, $kind, 'message_garbage', undef, $PROTOCOL);
	lie($query, $kind, 'message_cut', undef, $PROTOCOL);
	lie($query, $kind, 'message_empty', undef, $PROTOCOL);
	lie($query, $kind, 'frame_garbage', 5000, $PROTOCOL);
	lie($query, $kind, 'cells_length', 1_000_000, $PROTOCOL);
	lie($query, $kind, 'cells_length', -1, $PROTOCOL);
	lie($query, $kind, 'cells_length', 1, $PROTOCOL);
	lie($query, $kind, 'cells_cut', 3, $PROTOCOL);
	lie($query, $kind, 'cells_extra', undef, $PROTOCOL);
	lie($query, $kind, 'cells_compressed', undef, $PROTOCOL);
	lie($query, $kind, 'cell_total', $_, $PROTOCOL) for 0, 1_000_000, -1;
	lie($query, $kind, 'cell_key', $_, $PROTOCOL) for 0, 1_000_000, -1;
	lie($query, $kind, 'cell_value', $_, $PROTOCOL) for 1_000_000, -1;
	lie($query, $kind, 'cell_row', $_, $PROTOCOL) for 0, 30_000, -1;
	lie($query, $kind, 'cell_family', $_, $PROTOCOL) for 100, 255;
	lie($query, $kind, 'cell_type', $_, $PROTOCOL) for 8, 12, 99;
	lie($query, $kind, 'call_id', 77, $LOST);
	lie($query, $kind, 'call_id', -1, $PROTOCOL);
	lie($query, $kind, 'call_id_off', 1, $LOST);
	lie($query, $kind, 'call_id', '0xFFFFFFFFFFFFFFF', $PROTOCOL);
	lie($query, $kind, 'answer_twice', undef, $truth{$query});
	lie($query, $kind, 'answer_foreign_first', undef, $truth{$query});
	lie($query, $kind, 'silence', undef, $LOST);
	lie($query, $kind, 'silence', undef, $truth{$query}, times => 1);
	lie($query, $kind, 'reset_at', 10, $LOST);
	lie($query, $kind, 'cut_at', 10, $LOST);
	lie($query, $kind, 'exception', 'org.example.UnheardOf', $LOST);
	lie($query, $kind, 'exception_final', 'org.example.UnheardOf', 'HV000');
	lie($query, $kind, 'exception', 'org.apache.hadoop.hbase.security.AccessDeniedException', '42501');
	lie($query, $kind, 'exception_final', '', 'HV000');
	lie($query, $kind, 'exception_huge', 1_000_000, 'HV000');
	lie($query, $kind, 'exception_binary', undef, 'HV000');
	lie($query, $kind, 'exception_garbage', undef, $PROTOCOL);
}

# A reset after every byte of an answer: asked again, all of the rows are there.
for my $query (qw(scan multi))
{
	my $db = $t->connect;
	my (@wrong, $n);
	for ($n = 0; $n < 400; $n++)
	{
		$liar->table(2, 1);
		$liar->lie('reset_at', $kinds{$query}, 1, $n);
		my $result = result_of($db, $query, 'fake');
		my %asked = $liar->asked;
		my $wanted = $query eq 'scan' ? 'r0000 r0001' : 'r0000';
		push @wrong, "$n: $result" if $result ne $wanted;
		last if $asked{ $kinds{$query} } == 1;	# the whole answer came before the reset
	}
	is("@wrong", '', "a reset after each of $n bytes of an answer ($query)");
	cmp_ok($n, '>', 60, '... which were all of them');
	$db->disconnect;
}

# Rows that cannot be.
lie('scan', 'open', 'rows', 'r0000 r0002 r0001 r0003 r0004', $PROTOCOL);
lie('scan', 'open', 'rows', 'r0000 r0001 r0001 r0003 r0004', $PROTOCOL);
lie('back', 'open', 'rows', 'r0000 r0001 r0002 r0003 r0004', $PROTOCOL);
lie('some', 'open', 'rows', 'r0000 r0001 r0002', $PROTOCOL);
lie('some', 'open', 'rows', 'r0001 r0002 r0004', $PROTOCOL);
# of another region, and all is well after that: the rows between must not get lost
lie('scan', 'open', 'rows', 'r0003', $PROTOCOL, regions => 5, times => 1);
lie('back', 'open', 'rows', 'r0002', $PROTOCOL, regions => 5, times => 1);
lie('get', 'get', 'rows', 'r0004', $PROTOCOL);
lie('multi', 'multi', 'rows', 'r0000 r0003 r0002', $PROTOCOL);
lie('multi', 'multi', 'rows', 'r0000 r0001 r0003', $PROTOCOL);
lie('scan', 'open', 'other_family', 'r0000 r0001 r0002 r0003 r0004', $PROTOCOL);
lie('get', 'get', 'other_family', 'r0003', $PROTOCOL);
lie('multi', 'multi', 'other_family', 'r0000 r0002 r0003', $PROTOCOL);

# Scans.
lie('scan', 'open', 'scan_count', $_, $PROTOCOL) for 0, 2, '0xFFFFFFFF', '0x100000001', -1;
lie('scan', 'open', 'scan_empty_results', 1_000_000, $PROTOCOL);
lie('scan', 'open', 'scan_many_results', 1_000_000, $PROTOCOL);
lie('scan', 'open', 'scan_partial_first', undef, $PROTOCOL);
lie('scan', 'open', 'scan_partial_flags', 1_000_000, $PROTOCOL);
lie('scan', 'open', 'scan_rows_in_message', undef, $PROTOCOL);
lie('scan', 'open', 'scan_without_id', undef, $PROTOCOL);
lie('scan', 'open', 'scan_over', 0, $PROTOCOL);
lie('scan', 'open', 'scan_over', 1, $PROTOCOL);
lie('scan', 'open', 'scan_over_with_rows', $_, $truth{scan} . '|' . $PROTOCOL) for 0, 1;
lie('scan', 'scan', 'scan_endless_row', 60_000, $LARGE, server => 'fake_small', within => 20_000);
lie('scan', 'open', 'scan_heartbeats', undef, 'HV000', server => 'fake_small', within => 20_000);
# a filter may take a server as long as it likes: only the user can end this
lie('scan', 'scan', 'scan_heartbeats', undef, '57014', statement_timeout => '1s', within => 3000);

# Get and Multi.
lie('get', 'get', 'get_count', $_, $PROTOCOL) for 0, 2, '0x100000001', -1;
lie('multi', 'multi', $_, undef, $PROTOCOL) for
	qw(multi_missing multi_twice multi_beyond multi_neither multi_region_missing multi_region_extra multi_both);

# hbase:meta.
my $info = 'regioninfo=PBUF\x1A\x00\x22\x00';
my $region = 't,,0000000000001.00000000000000000000000000000000.';
my $here = "server=127.0.0.1:$liar->{port}";
lie('scan', 'meta', 'meta_row', "$region $_", $REGION, cold => 1) for
	"regioninfo=JUNK\\x1A\\x00;$here", "regioninfo=PBUF\\x1A\\x7F;$here", "regioninfo=PBUF\\x1A\\xFF\\xFF\\xFF\\xFF\\xFF\\xFF\\xFF\\xFF\\xFF\\x7F;$here",
	"regioninfo=PB;$here", "$info;server=nonsense", "$info;server=127.0.0.1:99999", "$info;server=:1", "$info;server=127.0.0.1:0",
	"regioninfo=PBUF\\x1A\\x02zz\\x22\\x02aa;$here", "$info;$here;seqnumDuringOpen=1234";
lie('scan', 'meta', 'meta_row', "u,,1.00000000000000000000000000000000. $info;$here", $REGION, cold => 1);
lie('scan', 'meta', 'meta_row', "t2,,1.00000000000000000000000000000000. $info;$here", $REGION, cold => 1);
lie('scan', 'meta', 'meta_row', "$region regioninfo=PBUF\\x1A\\x02zz\\x22\\x00;$here", "$REGION|$LOST", cold => 1);
lie('scan', 'meta', 'meta_row', "$region $info", $LOST, cold => 1);
lie('scan', 'meta', 'meta_row', "$region $info;server=127.0.0.1:1", "$LOST|08001", cold => 1);
lie('scan', 'meta', 'meta_row', "$region $info;server=no.such.host.invalid:16020", "$LOST|08001", cold => 1, within => 20_000);
lie('scan', 'meta', 'meta_row', "$region regioninfo=PBUF\\x1A\\x00\\x22\\x00\\x28\\x01;$here", "$REGION|$LOST", cold => 1);
lie('scan', 'any', 'meta_endless', undef, '57014', cold => 1, statement_timeout => '1s', within => 3000,
	memory => 40 * 1024);	# as many regions as are known at a time
lie('scan', 'meta', $_->[0], $_->[1], $_->[2], cold => 1) for
	[ 'frame_length', -1, $PROTOCOL ], [ 'cells_cut', 3, $PROTOCOL ], [ 'cell_row', 0, $PROTOCOL ],
	[ 'message_garbage', undef, $PROTOCOL ], [ 'silence', undef, $LOST ], [ 'scan_count', 9, $PROTOCOL ];
for my $case ([ 'a hole', 'hide 2', $REGION ], [ 'overlapping regions', 'overlap 2', $REGION ],
	[ 'a region that is not where its name says', 'misplace 2', $REGION ])
{
	check(name => "$case->[0] in hbase:meta", query => 'scan', regions => 5, cold => 1, result => "$case->[2]|$LOST",
		tell => sub { $liar->order($case->[1]) });
}
check(name => 'table state', query => 'scan', cold => 1, result => $REGION, tell => sub { $liar->order('hide 0'); $liar->lie('meta_state', 'state', -1, "\x08") });

# ---- znodes ----

my $meta = HTableLiar::meta_znode('127.0.0.1', $liar->{port});
my @znodes = (
	[ 'no magic', substr($meta, 4), $REGION ],
	[ 'wrong magic', 'PBUG' . substr($meta, 4), $REGION ],
	[ 'magic alone', 'PBUF', $REGION ],
	[ 'nothing', '', '08001' ],
	(map { [ "cut after $_ bytes", substr($meta, 0, $_), $REGION ] } 1, 3, 5, 6, 8, length($meta) - 1),
	[ 'an envelope without end', "\xFF\x7F\xFF\xFF\xFF" . $meta, $REGION ],
	[ 'a negative envelope', "\xFF\xFF\xFF\xFF\xFF" . $meta, $REGION ],
	[ 'no server', "PBUF\x10\x01", $REGION ],
	[ 'no host', HTableLiar::meta_znode('', 1), $REGION ],
	[ 'a host with a zero byte', HTableLiar::meta_znode("a\0b", 1), $REGION ],
	[ 'port 0', HTableLiar::meta_znode('127.0.0.1', 0), $REGION ],
	[ 'port 70000', HTableLiar::meta_znode('127.0.0.1', 70000), $REGION ],
	[ 'a varint without end', "PBUF\x0A" . "\xFF" x 11, $REGION ],
	[ 'garbage', join('', map { chr($_ * 7 % 256) } 1 .. 3000), $REGION ],
	[ 'a million bytes', 'x' x 1_000_000, 'HV021|58000' ],
);
$t->htool(map { HTableLiar::znode("$liar->{parent}/znode$_/meta-region-server", $znodes[$_][1]) } 0 .. $#znodes);
for my $i (0 .. $#znodes)
{
	$t->make_server($control, "znode$i", znode_parent => "$liar->{parent}/znode$i", connect_timeout => '5s');
	HTableLiar::declare($control, "znode$i", "znode$i");
	my $db = $t->connect;
	$db->selectall_arrayref(sprintf $query{scan}, 'real_table');
	my $before = memory_kb($db->{pg_pid}, 'VmHWM');
	is(result_of($db, 'scan', "znode$i") =~ /^(?:$znodes[$i][2])$/ ? $znodes[$i][2] : $db->state, $znodes[$i][2], "znode with $znodes[$i][0]")
		or diag($db->errstr);
	cmp_ok(memory_kb($db->{pg_pid}, 'VmHWM') - $before, '<=', MEMORY_KB, '... in little memory');
	is(scalar @{ $db->selectall_arrayref(sprintf $query{scan}, 'real_table') }, 3, '... and the session goes on');
	$db->disconnect;
}

$liar->end;
$control->disconnect;
$t->finish;
done_testing();
