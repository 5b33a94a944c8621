# writefaults.pl - whatever a server says to a statement that writes, or does not
# say: the statement ends with success and each row written once, or with an error
# that counts the rows acknowledged, unknown and not written, and what the server
# has agrees with the counts.  It ends within the time-outs and in little memory,
# and the session goes on.
#
# The server is regionclient/tests/liar.c, which takes what is written (fake_write.c).
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableLiar;
use HTableTest qw(put sqlstate_of memory_kb now_ms);
use Test::More;

use constant ROWS => 5;
use constant SOME => 40;
use constant MANY => 600;
use constant MEMORY_KB => 8 * 1024;		# what all faults together may make a session grow by
use constant LIMIT_MS => 900;			# operation_timeout
use constant HANG_MS => LIMIT_MS + 3000;

my $t = HTableTest->begin('writefaults');
my $control = $t->connect;
my $liar = HTableLiar->new($t);

my $real = $t->table('real');
$t->htool("create\t$real\tf", map { put($real, "k$_", 'f', 'q', "v$_") } 1 .. 3);
$control->do("CREATE FOREIGN TABLE real_table (k text OPTIONS (column ':key') COLLATE \"C\", q text)"
	. " SERVER hbase OPTIONS (table_name '$real', family 'f')");
$liar->server($control, 'fake', operation_timeout => LIMIT_MS . 'ms', rpc_timeout => '250ms');

# Foreign tables of the liar's table.
sub declare
{
	my ($name, $options) = @_;
	$control->do("CREATE FOREIGN TABLE $name (k text OPTIONS (column ':key') COLLATE \"C\", q text,"
		. " n bigint OPTIONS (encoding 'binary')) SERVER fake OPTIONS (table_name 't', family 'f'$options)");
}
declare('exact', ", row_marker 'f:_'");
declare('looked', '');
declare('small', ", batch_size '20'");
declare('upserted', ", insert_mode 'upsert'");

# ---- statements ----

# Rows i of 0 .. n - 1, in SQL.
sub keys_of { my ($n) = @_; return "SELECT 'r' || lpad(i::text, 4, '0') AS k, 'new' AS q FROM generate_series(0, $n - 1) AS i" }

sub copy
{
	my ($table) = @_;
	return sub {
		my ($db, $n) = @_;
		$t->copy_rows($db, $table, [ map { [ sprintf('r%04d', $_), 'new', undef ] } 0 .. $n - 1 ]);
		return $n;
	};
}

# Is the row [times, n, q] as the statement makes it?
my $is_new = sub { $_[0][2] eq 'new' };

# there: the rows are there before.  alone: each is an action of its own for the
# server, under a condition.  again: it may be sent again after its answer was
# lost; twice: and is done again then, with the same outcome.
my %statements = (
	'INSERT' => { run => sub { $_[0]->do('INSERT INTO exact (k, q) ' . keys_of($_[1])) }, alone => 1, made => $is_new },
	'INSERT without sentinel' => { run => sub { $_[0]->do('INSERT INTO looked (k, q) ' . keys_of($_[1])) }, made => $is_new },
	'INSERT in mode upsert' => { run => sub { $_[0]->do('INSERT INTO upserted (k, q) ' . keys_of($_[1])) }, made => $is_new },
	'COPY' => { run => copy('exact (k, q, n)'), alone => 1, made => $is_new },
	'COPY in mode upsert' => { run => copy('upserted (k, q, n)'), made => $is_new },
	'UPDATE' => { run => sub { $_[0]->do("UPDATE exact SET q = 'new'") }, there => 1, alone => 1, made => $is_new },
	'UPDATE to NULL' => { run => sub { $_[0]->do('UPDATE looked SET q = NULL') }, there => 1, alone => 1, again => 1, twice => 1,
		made => sub { $_[0][2] eq '-' && $_[0][1] == 0 } },
	'DELETE' => { run => sub { $_[0]->do('DELETE FROM exact') }, there => 1, alone => 1, again => 1,
		made => sub { $_[0][2] eq '-' && $_[0][1] == -1 } },
	'Increment' => { run => sub {
			my ($db, $n) = @_;
			$db->do('UPDATE exact SET n = n + 1 WHERE k IN (' . join(', ', map { sprintf "'r%04d'", $_ } 0 .. $n - 1) . ')');
		}, there => 1, alone => 1, again => 1, made => sub { $_[0][1] == 1 } },
);

# What comes of a statement: "ok" and the rows that it says, or the SQLSTATE with
# its counts: a/u/n of 40003, or those of the WARNING, a/u.
sub outcome
{
	my ($db, $statement, $n) = @_;
	my ($rows, @warnings);
	local $SIG{__WARN__} = sub { push @warnings, join '', @_ };
	local $db->{PrintWarn} = 1;
	my $state = sqlstate_of($db, sub { $rows = $statement->{run}->($db, $n) });
	my @counts = ("@warnings" . ($db->errstr // '')) =~ /Rows acknowledged: (\d+), unknown: (\d+), not written: (\d+)\./;
	@counts = "@warnings" =~ /Rows written: (\d+), unknown: (\d+)\./ unless @counts;
	return "ok $rows" if !$state && !@warnings;
	return join ' ', $state || "ok $rows, but @warnings", @counts ? join '/', @counts : ();
}

# How many rows are as the statement makes them, and how often one was written.
sub stored
{
	my ($statement) = @_;
	my %stored = $liar->stored;
	my @made = grep { $statement->{made}->($_) } values %stored;
	my ($most) = sort { $b <=> $a } map { $_->[0] } values %stored;
	return (scalar @made, $most // 0);
}

sub begin
{
	my ($statement, $n, $regions) = @_;
	$liar->store($n, $regions, $statement->{there} ? $n : 0);
}

# What is looked up now is not looked up under a fault.
sub know_regions
{
	my ($db, $statement, $n, $regions) = @_;
	begin($statement, $n, $regions);
	outcome($db, $statement, $n);
}

sub session_goes_on
{
	my ($db, $statement, $n, $regions) = @_;
	begin($statement, $n // ROWS, $regions // 1);
	return join ' ', outcome($db, $statement, $n // ROWS), stored($statement),
		map { $_->[1] } @{ $db->selectall_arrayref('SELECT k, q FROM real_table ORDER BY k') };
}
sub goes_on { my ($n) = @_; return "ok $n $n 1 v1 v2 v3" }

# ---- faults ----

my %db;
my %before;

# One fault in one statement: what must come of it, and what the server must have.
sub check
{
	my ($of, $name, $expected, $made, $tell, %more) = @_;
	my $statement = $statements{$of};
	my $n = $more{rows} // ROWS;
	my $regions = $more{regions} // 1;
	my $db = $db{$of} //= $t->connect;
	$before{$of} //= do { session_goes_on($db, $statement); memory_kb($db->{pg_pid}, 'VmHWM') };
	know_regions($db, $statement, $n, $regions);
	begin($statement, $n, $regions);
	$tell->();
	my $began = now_ms();
	my $got = outcome($db, $statement, $n);
	my $ms = now_ms() - $began;
	my ($there, $most) = stored($statement);
	my $agree = agree($got, $n, $there, $most, $more{twice});
	ok($got =~ /^(?:$expected)$/ && $agree && (!defined $made || $there == $made),
		"$of, $name: $got; $there of $n rows are so, written $most times at most") or diag($db->errstr // '');
	my $after = session_goes_on($db, $statement, $n, $regions);
	ok($ms <= ($more{within} // HANG_MS) && $after eq goes_on($n), sprintf '... after %.0f ms, and the session goes on', $ms)
		or diag($after);
}

# Do the counts agree with each other, and with what is there?
sub agree
{
	my ($got, $n, $there, $most, $twice) = @_;
	return 0 if $most > 1 && !$twice;
	return $there == $n && $1 == $n if $got =~ /^ok (\d+)$/;
	my ($acknowledged, $unknown, $not_written) = $got =~ m{ (\d+)/(\d+)(?:/(\d+))?$} or return $there == 0;
	if ($got =~ /^40003/)
	{
		# a statement of many rows ends before it has taken them all
		my $sum = $acknowledged + $unknown + ($not_written // return 0);
		return 0 unless $unknown > 0 && ($n == MANY ? $sum <= $n : $sum == $n);
	}
	return $acknowledged <= $there && $there <= $acknowledged + $unknown;
}

# A fault in every statement.  Expected: what comes of it, by kind of statement:
# alone (else plain), again (else as the former).
sub fault
{
	my ($name, $fault, $times, $number, $class, $text, %expected) = @_;
	for my $of (sort keys %statements)
	{
		my $statement = $statements{$of};
		my $wanted = $expected{$of} // ($statement->{again} ? $expected{again} : undef) //
			$expected{ $statement->{alone} ? 'alone' : 'plain' } // $expected{all} // next;
		my ($outcome, $made) = @$wanted;
		check($of, $name, $outcome, $made, sub { $liar->fault($fault, $times, $number // 0, $class, $text) }, %expected,
			twice => $statement->{twice});
	}
}

my @ALL = ('ok 5', 5);
my $JAVA = 'org.apache.hadoop.hbase';
my $FINAL = "$JAVA.DoNotRetryIOException";
my $IO = 'java.io.IOException';

# What passes is tried again, and each row is written once.
for my $passing (
	[ 'a full queue', 'exception', "$JAVA.CallQueueTooBigException" ],
	[ 'a throttled call', 'exception', "$JAVA.quotas.RpcThrottlingException", 'write size limit exceeded - wait 100ms' ],
	[ 'a server that starts', 'exception', "$JAVA.ipc.ServerNotRunningYetException" ],
	[ 'a server that stops', 'exception', "$JAVA.regionserver.RegionServerStoppedException" ],
	[ 'a throttled region', 'region_exception', "$JAVA.quotas.RpcThrottlingException", 'wait 100ms' ],
	[ 'a busy region', 'region_exception', "$JAVA.RegionTooBusyException" ],
	[ 'a region that is opened', 'region_exception', "$JAVA.exceptions.RegionOpeningException" ],
	[ 'a region that is not there', 'region_exception', "$JAVA.NotServingRegionException" ],
	[ 'a region that moved', 'region_exception', "$JAVA.exceptions.RegionMovedException",
		"Region moved to: hostname=127.0.0.1 port=$liar->{port} startCode=1. As of locationSeqNum=5." ],
	[ 'rows of a region that closes', 'odd_exception', "$JAVA.NotServingRegionException" ],
	[ 'row locks', 'odd_exception', $IO, 'Timed out waiting for lock for row: r0001 in region t' ],
	[ 'a result that grew too large', 'tail_exception', "$JAVA.MultiActionResultTooLarge" ])
{
	fault($passing->[0], $passing->[1], 1, 0, $passing->[2], $passing->[3] // 'fake', all => \@ALL, again => \@ALL);
}
fault('requests too big above two rows', 'too_big', -1, 2, undef, undef, all => \@ALL, again => \@ALL);
fault('every request too big', 'too_big', -1, 0, undef, undef, all => [ '54000', 0 ], again => [ '54000', 0 ]);
fault('a queue that stays full', 'exception', -1, 0, "$JAVA.CallQueueTooBigException", 'fake', map { $_ => [ '08006', 0 ] } 'INSERT', 'INSERT in mode upsert', 'DELETE', 'Increment');

# Regions that are cut and joined, as the statement begins to write.
for my $of (sort keys %statements)
{
	check($of, "regions moved from $_->[0] to $_->[1]", @ALL, sub { $liar->order('move', $_->[1]) }, regions => $_->[0])
		for [ 1, 1 ], [ 1, 4 ], [ 5, 2 ];
}

# What is final is an error; the others of the request are written.
fault('a final exception', 'exception', 1, 0, $FINAL, 'no', all => [ 'HV000', 0 ], again => [ 'HV000', 0 ]);
fault('a final exception of some rows', 'odd_exception', -1, 0, $FINAL, 'no', all => [ 'HV000 3/0', 3 ], again => [ 'HV000 3/0', 3 ]);
fault('a final exception of all rows but one', 'tail_exception', -1, 0, $FINAL, 'no', all => [ 'HV000 1/0', 1 ], again => [ 'HV000 1/0', 1 ]);
fault('rows that must not be written', 'odd_exception', -1, 0, "$JAVA.security.AccessDeniedException", 'no',
	all => [ '42501 3/0', 3 ], again => [ '42501 3/0', 3 ]);
fault('final exceptions and a missing result', 'odd_and_missing', -1, 0, $FINAL, 'no', all => [ '40003 2/1/2', 3 ], again => [ '40003 2/1/2', 3 ]);

# What leaves open whether a row was written is unknown, unless it may be sent again.
fault('trouble of the server', 'exception', -1, 0, $IO, 'log', all => [ '40003 0/5/0', 0 ], again => [ '40003 0/5/0', 0 ]);
fault('trouble with some rows', 'odd_exception', 1, 0, $IO, 'log', all => [ '40003 3/2/0', 3 ], again => \@ALL);
fault('trouble with all rows but one, each time', 'tail_exception', -1, 0, $IO, 'log', all => [ '40003 1/4/0', 1 ], again => \@ALL);
fault('a cut before anything', 'cut', 1, 0, undef, undef, all => [ '40003 0/5/0', 0 ], again => \@ALL);
fault('cuts before anything', 'cut', -1, 0, undef, undef, all => [ '40003 0/5/0', 0 ], again => [ '40003 0/5/0', 0 ]);
my %done = (all => [ '40003 0/5/0', 5 ], DELETE => [ '40003 0/5/0', 5 ], again => \@ALL);
fault('a cut before the answer', 'cut_applied', 1, 0, undef, undef, %done);
fault('a cut in the answer', 'cut_answer', 1, 9, undef, undef, %done);
fault('no answer', 'silence', 1, 0, undef, undef, all => [ '40003 0/5/0', 0 ], again => \@ALL);
fault('no answer to what was done', 'silence_applied', 1, 0, undef, undef, %done);

# An answer that lies: what it does not tell is unknown.
my $ONE = [ '40003 4/1/0', 5 ];
my $NONE = [ '40003 0/5/0', 5 ];
fault('a missing result', 'missing', 1, 0, undef, undef, all => $ONE, again => $ONE);
fault('two results of a row', 'twice', 1, 0, undef, undef, plain => $ONE);
fault('a result of no row', 'index', 1, 0, undef, undef, all => $NONE, again => $NONE);
fault('neither result nor exception', 'neither', 1, 0, undef, undef, all => $ONE, again => $ONE);
fault('conditions without an answer', 'no_processed', 1, 0, undef, undef, alone => $NONE, again => $NONE);
fault('a missing region', 'no_region', 1, 0, undef, undef, plain => $NONE, alone => $ONE, again => $ONE);
fault('the second region missing', 'no_region', 1, 0, undef, undef, plain => [ '40003 2/3/0', 5 ], regions => 2);
fault('a region too many', 'extra_region', 1, 0, undef, undef, all => $NONE, again => $NONE);
fault('cells of nothing', 'extra_cells', 1, 0, undef, undef, all => $NONE, again => $NONE);
fault('an answer that does not parse', 'garbage', 1, 0, undef, undef, all => $NONE, again => $NONE);
fault('numbers of seven bytes', 'short_amount', 1, 0, undef, undef, Increment => $NONE);

# Frames that lie, after everything was done.
for my $lie ([ 'frame_length', '0xFFFFFFFF' ], [ 'frame_length', '0x7FFFFFFF' ], [ 'frame_length', 0 ], [ 'frame_length_off', 9 ],
	[ 'header_varint' ], [ 'header_garbage' ], [ 'header_empty' ], [ 'message_length', 1_000_000 ], [ 'message_garbage' ],
	[ 'message_cut' ], [ 'message_empty' ], [ 'frame_garbage', 5000 ], [ 'cells_length', 1_000_000 ], [ 'call_id', -1 ],
	[ 'call_id_off', 1 ], [ 'exception_garbage' ])
{
	check($_, join(' ', @$lie), @$NONE, sub { $liar->lie($lie->[0], 'write', 1, $lie->[1]) })
		for 'INSERT', 'INSERT in mode upsert';
}
check($_, 'answers to nobody', @ALL, sub { $liar->lie('answer_foreign_first', 'write', -1) }) for sort keys %statements;
check($_, 'every answer twice', @ALL, sub { $liar->lie('answer_twice', 'write', -1) }) for sort keys %statements;

# ---- cuts everywhere ----

# After each byte of the answer.
for my $of ('INSERT', 'INSERT in mode upsert', 'DELETE')
{
	my (@wrong, $bytes);
	know_regions($db{$of}, $statements{$of}, 2, 1);
	for ($bytes = 0; $bytes < 400; $bytes++)
	{
		begin($statements{$of}, 2, 1);
		$liar->lie('reset_at', 'write', 1, $bytes);
		my $got = join ' ', outcome($db{$of}, $statements{$of}, 2), stored($statements{$of});
		last if $got eq 'ok 2 2 1';
		push @wrong, "$bytes: $got" if $got ne '40003 0/2/0 2 1';
	}
	is("@wrong", '', "$of, a reset after each of $bytes bytes of the answer");
	cmp_ok($bytes, '>', 20, '... which were all of them');
}

# In the middle of a request, of which the server surely did nothing.
for my $of ('INSERT', 'INSERT in mode upsert')
{
	my $statement = { %{ $statements{$of} }, made => sub { $_[0][2] =~ /^x+$/ } };
	my $table = $of eq 'INSERT' ? 'exact' : 'upserted';
	$statement->{run} = sub { $_[0]->do("INSERT INTO $table (k, q) VALUES ('r0000', repeat('x', 9000000))") };
	begin($statement, 1, 1);
	$liar->order('cut', 100_000, 1);
	is(join(' ', outcome($db{$of}, $statement, 1), stored($statement)), 'ok 1 1 1', "$of, a cut in the request: sent again");
	is(session_goes_on($db{$of}, $statements{$of}), goes_on(ROWS), '... and the session goes on');
	delete $before{$of};
	(delete $db{$of})->disconnect;
}

# ---- many requests at a time ----

for my $rows (SOME, MANY)
{
	for my $of (sort keys %statements)
	{
		my %may = (rows => $rows, within => 20_000, twice => $statements{$of}{twice});
		my $again = $statements{$of}{again} ? "|ok $rows" : '';
		check($of, "a missing result among $rows rows", $rows == SOME ? '40003 39/1/0' : '40003 \d+/1/\d+', undef,
			sub { $liar->fault('missing', 1) }, %may);
		check($of, "final exceptions among $rows rows", 'HV000 \d+/0', undef,
			sub { $liar->fault('odd_exception', 1, 0, $FINAL, 'no') }, %may);
		check($of, "a cut among $rows rows", "40003 \\d+/\\d+/\\d+$again", undef, sub { $liar->fault('cut', 1) }, %may);
		check($of, "a cut before the answer among $rows rows", "40003 \\d+/\\d+/\\d+$again", undef, sub { $liar->fault('cut_applied', 1) }, %may);
		check($of, "a full queue among $rows rows", "ok $rows", $rows,
			sub { $liar->fault('exception', 1, 0, "$JAVA.CallQueueTooBigException", 'fake') }, %may) if $rows == MANY;
		check($of, "requests too big among $rows rows", "ok $rows", $rows, sub { $liar->fault('too_big', -1, 7) }, %may);
	}
}

for my $of (sort keys %db)
{
	my $grown = memory_kb($db{$of}{pg_pid}, 'VmHWM') - ($before{$of} // next);
	cmp_ok($grown, '<=', MEMORY_KB, "$of, all faults together: $grown kB more");
	$db{$of}->disconnect;
}

$liar->end;
$control->disconnect;
$t->finish;
done_testing();
