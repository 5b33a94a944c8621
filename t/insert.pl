# insert.pl - what INSERT and COPY promise: a row that was inserted is there,
# whatever was deleted before it and by whom; of many that insert a key one
# wins, and its row is whole; what a failing statement wrote is told.
#
# TAP_ROUNDS (200) and TAP_KEYS (2000) make it longer.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableTest qw(put sqlstate_of descriptors wait_for);
use List::Util qw(shuffle sum0);
use POSIX ();
use Test::More;

use constant SESSIONS => 4;
use constant FUTURE => 4_102_444_800_000;

END
{
	my $status = $?;
	kill 'CONT', $ENV{HBASE_PID} if $ENV{HBASE_PID};
	$? = $status;
}
$SIG{$_} = sub { exit 1 } for qw(INT TERM HUP);

BAIL_OUT('HBASE_PID is not set or not running') unless $ENV{HBASE_PID} && kill 0, $ENV{HBASE_PID};
my $rounds = $ENV{TAP_ROUNDS} // 200;
my $keys = $ENV{TAP_KEYS} // 2000;

my $t = HTableTest->begin('insert');
my $db = $t->connect;
my $table = $t->table('rows');
$t->htool("create\t$table\tcf,VERSIONS=1\tk1000\tk3000");

sub foreign_table
{
	my ($name, $columns, %options) = (@_, table_name => $table, family => 'cf');
	my $list = join ', ', map { "$_ " . $db->quote($options{$_}) } sort keys %options;
	$db->do("CREATE FOREIGN TABLE $name (k text OPTIONS (column ':key') COLLATE \"C\", $columns)"
		. " SERVER $HTableTest::SERVER OPTIONS ($list)");
}

foreign_table('marked', 'a text, b text, c text', row_marker => 'cf:_');
foreign_table('upserted', 'a text, b text, m jsonb OPTIONS (column \'cf:m_*\')', insert_mode => 'upsert');
foreign_table('bare', 'a text');

# ---- rows after deletes ----

# Another program deletes the row at its servers' time, which hides puts of that millisecond.
sub rounds_after_delete
{
	my ($what, $into, $delete) = @_;
	my ($refused, $missing) = (0, 0);
	my $insert = $db->prepare("INSERT INTO $into (k, a) VALUES (\$1, \$2)");
	my $select = $db->prepare("SELECT a FROM $into WHERE k = \$1");
	for my $round (1 .. $rounds)
	{
		$t->htool($delete->());
		$refused++ if !eval { $insert->execute('again', $round); 1 };
		$select->execute('again');
		my ($found) = $select->fetchrow_array;
		$select->finish;
		$missing++ if !defined $found or $found ne $round;
	}
	is("$refused refused, $missing missing", '0 refused, 0 missing', $what);
}

rounds_after_delete('a row inserted after a delete is there', 'marked', sub { "delete\t$table\tagain\tcf\t-\t-" });
rounds_after_delete('... without a row marker, too', 'bare', sub { "delete\t$table\tagain\tcf\t-\t-" });
{
	my $now = FUTURE;
	rounds_after_delete('... and when cells and markers are in the future', 'marked',
		sub { $now += 10; put($table, 'again', 'cf', 'a', 'x', $now - 1) . "\ndelete\t$table\tagain\tcf\t-\t$now" });
}

# ---- cells after NULL ----

{
	my ($wrong, $wrong_map) = (0, 0);
	for my $round (1 .. $rounds)
	{
		$db->do('INSERT INTO upserted (k, a, b, m) VALUES ($1, NULL, $2, NULL)', undef, 'cell', 'b');
		$db->do('INSERT INTO upserted (k, a, b, m) VALUES ($1, $2, $2, $3)', undef, 'cell', $round, qq({"m_x": "$round"}));
		my ($a, $m) = $db->selectrow_array("SELECT a, m->>'m_x' FROM upserted WHERE k = 'cell'");
		$wrong++ if ($a // '') ne $round;
		$wrong_map++ if ($m // '') ne $round;
	}
	is("$wrong cells, $wrong_map maps", '0 cells, 0 maps', 'a cell written after NULL is there');
	# the second does not look what is there, and comes within the same millisecond now and then
	$db->do('CREATE TABLE lost (round int)');
	$db->do("DO \$\$ DECLARE found text; BEGIN FOR i IN 1 .. 10 * $rounds LOOP"
		. " INSERT INTO upserted (k, a, b) VALUES ('plain', NULL, 'b'); INSERT INTO upserted (k, a, b) VALUES ('plain', i::text, 'b');"
		. " SELECT a INTO found FROM upserted WHERE k = 'plain'; IF found IS DISTINCT FROM i::text THEN INSERT INTO lost VALUES (i); END IF;"
		. ' END LOOP; END $$');
	$wrong = $db->selectrow_array('SELECT count(*) FROM lost');
	is($wrong, 0, '... also without a look');
}

# ---- several sessions, the same keys ----

# Runs code in so many processes at once, each with a session; what each printed, as numbers.
sub in_sessions
{
	my ($code) = @_;
	my @pipes;
	for my $number (1 .. SESSIONS)
	{
		pipe my $read, my $write or BAIL_OUT("no pipe: $!");
		my $pid = fork() // BAIL_OUT("cannot fork: $!");
		if (!$pid)
		{
			close $read;
			my @numbers = eval { $code->($t->connect, $number) };
			print $write $@ ? "died: $@" : join ' ', @numbers;
			close $write;
			POSIX::_exit(0);
		}
		close $write;
		push @pipes, [ $pid, $read ];
	}
	my @results;
	for my $pipe (@pipes)
	{
		my ($pid, $read) = @$pipe;
		local $/;
		my $line = readline $read;
		waitpid $pid, 0;
		$line =~ /^[\d ]+$/ or fail("a session ended: $line");
		push @results, [ split / /, $line ];
	}
	return @results;
}

sub sum_of
{
	my ($place, @results) = @_;
	return sum0(map { $_->[$place] // 0 } @results);
}

# Rows that are not whole from one session.
sub torn
{
	my ($prefix) = @_;
	return $db->selectrow_array(
		"SELECT count(*) FROM marked WHERE k LIKE '$prefix%' AND (a IS DISTINCT FROM b OR b IS DISTINCT FROM c)");
}

my @results = in_sessions(sub {
	my ($session, $number) = @_;
	my ($won, $lost, $other) = (0, 0, 0);
	for my $key (shuffle(1 .. $keys))
	{
		my $state = sqlstate_of($session, sub { $session->do("INSERT INTO marked VALUES ('one$key', '$number', '$number', '$number')") });
		$state eq '' ? $won++ : $state eq '23505' ? $lost++ : $other++;
	}
	return ($won, $lost, $other);
});
is(sum_of(0, @results), $keys, 'each key is won once');
is(sum_of(1, @results), $keys * (SESSIONS - 1), '... and all others are told so by 23505');
is(sum_of(2, @results), 0, '... and nothing else');
is($db->selectrow_array("SELECT count(*) FROM marked WHERE k LIKE 'one%'"), $keys, '... and is there');
is(torn('one'), 0, '... as one session wrote it');

@results = in_sessions(sub {
	my ($session, $number) = @_;
	my $won = 0;
	my @mine = shuffle(1 .. $keys);
	while (my @some = splice @mine, 0, 150)
	{
		my $values = join ', ', map { "('many$_', '$number', '$number', '$number')" } @some;
		$won += $session->do("INSERT INTO marked VALUES $values ON CONFLICT DO NOTHING");
	}
	return ($won);
});
is(sum_of(0, @results), $keys, 'of batches with DO NOTHING each key is counted once');
is($db->selectrow_array("SELECT count(*) FROM marked WHERE k LIKE 'many%'"), $keys, '... and is there');
is(torn('many'), 0, '... as one session wrote it');
is(sum0(map { $db->selectrow_array("SELECT count(*) FROM marked WHERE k LIKE 'many%' AND a = '$_'") == $results[ $_ - 1 ][0] ? 1 : 0 } 1 .. SESSIONS),
	SESSIONS, '... and each session was told which were its own');

# ---- what a failing statement says ----

{
	my @warnings;
	local $SIG{__WARN__} = sub { push @warnings, join '', @_ };
	local $db->{PrintWarn} = 1;
	my $state = sqlstate_of($db, sub { $db->do("INSERT INTO marked SELECT 'fail' || i, (1 / (4500 - i))::text FROM generate_series(1, 10000) AS i") });
	is($state, '22012', 'a statement fails while it writes');
	my ($written, $unknown) = join('', @warnings) =~ /Rows written: (\d+), unknown: (\d+)/;
	ok(defined $written, '... and says what stays written') or diag(@warnings);
	my $stored = $db->selectrow_array("SELECT count(*) FROM marked WHERE k LIKE 'fail%'");
	cmp_ok($stored, '>=', $written // 0, '... which is there');
	cmp_ok($stored, '<=', ($written // 0) + ($unknown // 0), '... and not more than it may be');

	$db->do("INSERT INTO marked VALUES ('late', 'x', 'x', 'x')");
	@warnings = ();
	is(sqlstate_of($db, sub { $db->do("INSERT INTO marked SELECT 'early' || i, 'x' FROM generate_series(1, 30000) AS i UNION ALL VALUES ('late', 'x')") }),
		'23505', 'a statement is refused while its rows are on their way');
	($written, $unknown) = join('', @warnings) =~ /Rows written: (\d+), unknown: (\d+)/;
	is($unknown, 0, '... and waits until it knows of each whether it was written') or diag(@warnings);
	is($db->selectrow_array("SELECT count(*) FROM marked WHERE k LIKE 'early%'"), $written, '... which it says');

	@warnings = ();
	$db->do("INSERT INTO marked VALUES ('last', 'x', 'x', 'x')");
	is(sqlstate_of($db, sub { $db->do("INSERT INTO marked SELECT 'refused' || i, 'x' FROM generate_series(1, 500) AS i UNION ALL VALUES ('last', 'x')") }),
		'23505', 'a statement of one batch is refused');
	is("@warnings", '', '... and has written nothing');
	is($db->selectrow_array("SELECT count(*) FROM marked WHERE k LIKE 'refused%'"), 0, '... indeed');
}

# ---- cancelled, failed, and what they leave ----

{
	my $pid = $db->{pg_pid};
	sqlstate_of($db, sub { $db->do("INSERT INTO marked VALUES ('last', 'x', 'x', 'x')") });
	my $before = descriptors($pid);
	my $bytes = "SELECT sum(used_bytes) FROM pg_backend_memory_contexts WHERE name LIKE 'htable_fdw%' OR parent LIKE 'htable_fdw%'";
	my $warm = $db->selectrow_array($bytes);
	local $SIG{__WARN__} = sub { };
	$db->do("SET statement_timeout = '30ms'");
	my %states;
	$states{ sqlstate_of($db, sub { $db->do("INSERT INTO marked SELECT 'cancel' || i || '-$_', 'x' FROM generate_series(1, 1000000) AS i") }) }++ for 1 .. 20;
	$db->do('RESET statement_timeout');
	is(join(' ', sort keys %states), '57014', 'a statement that writes is cancelled');
	sqlstate_of($db, sub { $db->do("INSERT INTO marked VALUES ('last', 'x', 'x', 'x')") }) for 1 .. 200;
	is(descriptors($pid), $before, 'statements that fail leave no descriptors') if defined $before;
	ok(wait_for(5, sub { $db->selectrow_array($bytes) < 2 * $warm + 1024 * 1024 }), '... and no memory');
	is($db->do("INSERT INTO marked VALUES ('after', 'x', 'x', 'x')"), 1, '... and the session goes on');
}

# ---- a statement that reads what it writes to ----

{
	# so that most is read after the first rows could have been written
	$t->make_server($db, 'slow', fetch_bytes => '16kB', scan_window => 0);
	$db->do("CREATE FOREIGN TABLE selfish (k text OPTIONS (column ':key') COLLATE \"C\", a text) SERVER slow"
		. " OPTIONS (table_name '$table', family 'cf', row_marker 'cf:_', key_prefix 'self', batch_size '10')");
	$db->do("INSERT INTO selfish SELECT lpad(i::text, 6, '0'), repeat('x', 100) FROM generate_series(1, 3000) AS i");
	$db->do("SET work_mem = '64kB'");
	is($db->do("INSERT INTO selfish SELECT k || '+', a FROM selfish"), 3000, 'a table is doubled by itself');
	is($db->do("INSERT INTO selfish SELECT k || '-', a FROM selfish ON CONFLICT DO NOTHING"), 6000, '... and with DO NOTHING');
	$db->do('RESET work_mem');
	is($db->selectrow_array('SELECT count(*) FROM selfish'), 12000, '... once');
}

# ---- no answer ----

# HBase stands while a row is on its way: afterwards it is there, or not, and nobody could tell.
{
	my $hbase = $ENV{HBASE_PID};
	$t->make_server($db, 'hasty', rpc_timeout => '500ms', operation_timeout => '2s');
	$db->do("CREATE FOREIGN TABLE $_ (k text OPTIONS (column ':key') COLLATE \"C\", a text) SERVER hasty"
		. " OPTIONS (table_name '$table', family 'cf', row_marker 'cf:_', insert_mode '$_')") for 'insert', 'upsert';
	$db->do(qq(INSERT INTO "$_" VALUES ('hasty $_', 'x'))) for 'insert', 'upsert';
	my ($upsert, $insert, $message);
	kill 'STOP', $hbase;
	$upsert = sqlstate_of($db, sub { $db->do("INSERT INTO upsert VALUES ('hasty unknown', 'x')") });
	$message = $db->errstr;
	$insert = sqlstate_of($db, sub { $db->do(q(INSERT INTO "insert" VALUES ('hasty not sent', 'x'))) });
	kill 'CONT', $hbase;
	is($upsert, '40003', 'a row that has no answer is unknown');
	like($message, qr/Rows acknowledged: 0, unknown: 1, not written: 0\./, '... and counted so');
	is($insert, '08006', 'a row that could not be looked up is not written');
	is(wait_for(10, sub { eval { $db->do(q(INSERT INTO "insert" VALUES ('hasty not sent', 'x'))) } }), 1, '... nor there');
}

$db->disconnect;
$t->finish;
done_testing();
