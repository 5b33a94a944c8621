# ledger.pl - while the cluster has trouble, nothing that was acknowledged is lost,
# nothing is written that nobody meant to write, no row is torn and nothing is
# added twice; what nobody knows is what 40003 and 08006 said.
#
# Regions are split, merged and moved, region servers and masters are killed and
# come back, while sessions write: COPY in mode upsert and in mode insert, INSERT ...
# ON CONFLICT DO NOTHING of the same rows, UPDATE of the same rows and counters by
# four sessions, DELETE and INSERT.  Each keeps a ledger of what it meant to write
# and what it was told.  In the end these are held against all versions and
# markers that HBase's own client finds.
#
#	LEDGER_EVENTS	how many events (14); SIGINT makes the next one the last
#	LEDGER_ROWS		rows that are written again and again by COPY (5000)
#	LEDGER_SEED		of the random choices
#	LEDGER_KEEP		a directory for the ledgers and the dumps
use strict;
use warnings;

use File::Temp;
use FindBin;
use List::Util qw(any first min shuffle sum0);
use POSIX ();
use lib "$FindBin::RealBin/../lib";

use HTableCluster;
use HTableEvents qw(ms);
use HTableLedger qw(open_log carry_out read_logs judge amount_of FAULTS FIRST);
use HTableTest qw(put);
use Test::More;
use Time::HiRes qw(sleep);

my $events_wanted = $ENV{LEDGER_EVENTS} // 14;
my $rows = $ENV{LEDGER_ROWS} // 5_000;
my $seed = $ENV{LEDGER_SEED} // 20_261_121;
# What makes writes doubtful comes more often.
my @mixture = qw(server move split crowd move server master split crowd move merge crowd);
my @kinds = qw(split move server crowd master);

use constant UPDATED => 300;
use constant COUNTERS => 100;
use constant REPLACED => 300;
use constant UPDATERS => 4;
use constant PIECE => 100;			# rows of a COPY that come together
use constant PIECE_PAUSE => 0.1;	# s after each
use constant BLOCK => 400;			# rows inserted by one statement
use constant WINDOW_MS => 2000;		# in which two sessions insert the same blocks
use constant WINDOW_BLOCKS => 4;
use constant PAUSE => 0.02;			# s between small statements

srand $seed;
note("seed $seed");

my $cluster = HTableCluster->new;
my $t = HTableTest->begin('ledger');
my $db = $t->connect;
my $temporary = File::Temp->newdir;
my $dir = $ENV{LEDGER_KEEP} // "$temporary";

# ---- the tables ----

# Rows of each kind are all over the regions.
sub key_of { return sprintf '%03d%s%06d', $_[1] * 379 % 1000, $_[0], $_[1] }
sub random_key { return sprintf '%03dm', 1 + int rand 998 }

# All versions are kept, also those that are deleted.
my $table = $t->table('rows');
my $keep = 'VERSIONS=1000000,KEEP_DELETED_CELLS=TRUE';
$t->htool(join("\t", 'create', $table, "a,$keep;b,$keep", map { sprintf '%03d', $_ * 125 } 1 .. 7));
$t->make_server($db, 'patient', operation_timeout => '120s', batch_size => 100);
my $columns = "(k text OPTIONS (column ':key') COLLATE \"C\", w text OPTIONS (column 'a:w'), w2 text OPTIONS (column 'b:w'),"
	. " p text OPTIONS (column 'b:p'), n bigint OPTIONS (column 'a:n', encoding 'binary'))";
$db->do("CREATE FOREIGN TABLE rows $columns SERVER patient OPTIONS (table_name '$table', row_marker 'a:_')");
$db->do("CREATE FOREIGN TABLE rows_upsert $columns SERVER patient OPTIONS (table_name '$table', row_marker 'a:_', insert_mode 'upsert')");
{
	my $first = FIRST;
	my @updated = map { key_of('u', $_) } 1 .. UPDATED;
	$t->copy_rows($db, 'rows (k, w, w2)', [ map { [ $_, $first, $first ] } @updated ]);
	$t->copy_rows($db, 'rows (k, n)', [ map { [ key_of('c', $_), 0 ] } 1 .. COUNTERS ]);
}

# ---- sessions: each in a process of its own, with a ledger ----

my $stop = 0;
my (@sessions, @names, $session, $log, $number);
my $began = ms();

# Runs code again and again until it is told to stop.
sub start_session
{
	my ($name, $code) = @_;
	$number++;
	push @names, $name;
	my $pid = fork() // die "cannot fork: $!\n";
	if ($pid)
	{
		push @sessions, $pid;
		return;
	}
	$SIG{TERM} = sub { $stop = 1 };
	$SIG{INT} = 'IGNORE';
	srand($seed + $number);
	my $good = eval {
		$log = open_log("$dir/$name");
		$session = $t->connect;
		$code->() until $stop;
		$session->disconnect;
		1;
	};
	warn "$name: $@" if !$good;
	POSIX::_exit($good ? 0 : 1);
}

my $statements = 0;

# A statement on rows; $code gets its token.
sub write_rows
{
	my ($kind, $keys, $code, $amount) = @_;
	my $token = "$number." . ++$statements;
	return carry_out($session, $log, { token => $token, kind => $kind, keys => $keys, amount => $amount }, sub { $code->($token) });
}

# Rows that come slowly keep the statement open for long.
sub copy_rows
{
	my ($into, $keys, $token, $pause) = @_;
	my @left = @$keys;
	$session->do("COPY $into (k, w, w2) FROM STDIN");
	while (my @piece = splice @left, 0, PIECE)
	{
		$session->pg_putcopydata(join '', map { "$_\t$token\t$token\n" } @piece);
		sleep $pause;
	}
	$session->pg_putcopyend;
	return scalar @$keys;
}

# Different keys of a kind, so many at most.
sub some_of
{
	my ($kind, $all, $most) = @_;
	my %some = map { 1 + int(rand $all) => 1 } 1 .. 1 + int rand $most;
	return map { key_of($kind, $_) } sort { $a <=> $b } keys %some;
}

sub list_of { return join ',', map { "'$_'" } @_ }

# Two sessions meet in the blocks of a window of time.
sub block
{
	my $block = int((ms() - $began) / WINDOW_MS) * WINDOW_BLOCKS + int rand WINDOW_BLOCKS;
	return map { key_of('i', $block * BLOCK + $_) } shuffle(1 .. BLOCK);
}

start_session(upsert => sub {
	# small ones are nearly always on their way; large ones are several Multis
	my ($from, $n) = (int rand $rows, rand() < 0.02 ? $rows : 1 + int rand 60);
	my @keys = map { key_of('s', ($from + $_) % $rows) } 1 .. $n;
	write_rows('upsert', \@keys, sub { copy_rows('rows_upsert', \@keys, $_[0], 0) });
	sleep PAUSE;
});

start_session(insert => sub {
	my @keys = block();
	write_rows('insert', \@keys, sub { copy_rows('rows', \@keys, $_[0], PIECE_PAUSE) });
});

start_session(nothing => sub {
	my @keys = block();
	my $list = join ',', @keys;
	write_rows('nothing', \@keys, sub { $session->do("INSERT INTO rows (k, w, w2) SELECT k, '$_[0]', '$_[0]' FROM unnest('{$list}'::text[]) AS k ON CONFLICT DO NOTHING") });
	sleep 5 * PIECE_PAUSE;
});

start_session(replace => sub {
	my @keys = some_of('r', REPLACED, 5);
	write_rows('delete', \@keys, sub { $session->do('DELETE FROM rows WHERE k IN (' . list_of(@keys) . ')') });
	# what was there before shows whether the DELETE did what it said
	write_rows('insert', \@keys, sub { $session->do('INSERT INTO rows (k, w, w2) VALUES ' . join ',', map { "('$_', '$_[0]', '$_[0]')" } @keys) });
	sleep PAUSE;
});

for my $updater (1 .. UPDATERS)
{
	start_session("update$updater" => sub {
		my @keys = some_of('u', UPDATED, 8);
		write_rows('update', \@keys, sub { $session->do("UPDATE rows SET p = w, w = '$_[0]', w2 = '$_[0]' WHERE k IN (" . list_of(@keys) . ')') });
		my @counters = some_of('c', COUNTERS, 5);
		my $amount = amount_of($updater - 1);
		write_rows('add', \@counters, sub { $session->do("UPDATE rows SET n = n + $amount WHERE k IN (" . list_of(@counters) . ')') }, $amount);
		sleep PAUSE;
	});
}

# ---- events ----

$cluster->watch_table($table, "$temporary/faults.err");
my $trouble = HTableEvents->new(cluster => $cluster, count => $events_wanted, mixture => \@mixture, least_regions => 6);
my $enough = 0;
local $SIG{INT} = sub { $enough = 1 };
for my $planned ($trouble->planned)
{
	last if $enough;
	$trouble->happen($planned, random_key());
	sleep 1 + rand 2;
}
$trouble->settle;
sleep 2;
note(sprintf '%d events in %.0f s', scalar $trouble->events, (ms() - $began) / 1000);
kill TERM => @sessions;
my @died;
for my $i (0 .. $#sessions)
{
	waitpid $sessions[$i], 0;
	push @died, $names[$i] if $? != 0;
}

is("@died", '', 'the sessions lived');
is($trouble->failures, '', 'every event was made');
my $made = $trouble->made;
my $all_kinds = @kinds == grep { $made->{$_} } @kinds;
ok($all_kinds || $events_wanted < @mixture, join ', ', 'all kinds of events', map { "$made->{$_} $_" } sort keys %$made);

# ---- what was told ----

my @told = read_logs(map { "$dir/$_" } @names);
is(join(' ', map { $_->{token} } grep { !defined $_->{state} } @told), '', scalar(@told) . ' statements: each has an end');
my %states;
for my $statement (@told)
{
	my $sum = $states{ $statement->{kind} }{ $statement->{state} || 'done' } //= [ 0, 0, 0, 0 ];
	my @add = (1, scalar @{ $statement->{keys} }, @$statement{qw(acked unknown)});
	$sum->[$_] += $add[$_] for 0 .. 3;
}
for my $kind (sort keys %states)
{
	note("$kind: " . join '; ', map { sprintf '%s %d statements, %d rows intended, %d acknowledged, %d unknown', $_, @{ $states{$kind}{$_} } } sort keys %{ $states{$kind} });
}
is(join("\n", map { "$_->{kind}: $_->{state} $_->{error}" } grep { $_->{state} !~ /^(|40001|40003|08...)$/ && !($_->{state} eq '23505' && $_->{kind} eq 'insert') } @told), '',
	'a statement that fails does so with a clear error');
is(join("\n", map { "$_->{kind}: $_->{state} $_->{error}" } grep { $_->{unknown} > 0 && $_->{state} !~ /^(40003|08006)$/ } @told), '',
	'unknown rows are reported by 40003 or 08006');
is(join(' ', grep { !$states{$_}{done} } qw(upsert insert nothing update add delete)), '', 'statements of each kind succeed');
my $doubtful = sum0(map { $_->{unknown} } @told);

# ---- what is there ----

my @raw = $t->htool("dump-raw\t$table");
my @visible = $t->htool("dump\t$table");
if ($ENV{LEDGER_KEEP})
{
	for my $dump ([ raw => \@raw ], [ visible => \@visible ])
	{
		open my $out, '>', "$dir/$dump->[0].dump" or die "cannot write: $!\n";
		print $out map { "$_\n" } @{ $dump->[1] };
		close $out or die "cannot write: $!\n";
	}
}
my $verdict = judge(\@told, \@raw, \@visible);
my %promise = (lost => 'no acknowledged row is lost', phantom => 'nothing is there that nobody wrote', torn => 'no row is torn', doubled => 'nothing is written or added twice');
for my $fault (FAULTS)
{
	my @found = @{ $verdict->{$fault} };
	is(join("\n", @found[ 0 .. min($#found, 20) ]), '', $promise{$fault});
}
note(sprintf '%d rows in %d versions, %d increments: %s; %d rows unknown, %d of them written', $verdict->{rows}, $verdict->{versions}, sum0(values %{ $verdict->{added} }),
	join(', ', map { scalar(@{ $verdict->{$_} }) . " $_" } FAULTS), $doubtful, $verdict->{unknown_found});

# ---- would the ledger see it? ----

# A statement that is done, of a kind.
sub one_done
{
	my ($kind) = @_;
	my ($one) = grep { $_->{kind} eq $kind && $_->{state} eq '' && $_->{acked} > 0 } reverse @told;
	return $one // die "no $kind was done\n";
}

# The faults that are found in dumps that were changed.
sub faults_in
{
	my ($raw, $visible) = @_;
	my $verdict = judge(\@told, $raw, $visible);
	return grep { @{ $verdict->{$_} } } FAULTS;
}

{
	my ($copied, $updated, $added) = map { one_done($_) } qw(upsert update add);
	my $row = $copied->{keys}[0];
	my $version = qr/^\Q$row\E\t.*\tPut\t\Q$copied->{token}\E$/;
	ok((any { $_ eq 'lost' } faults_in([ grep { !/$version/ } @raw ], \@visible)), 'an acknowledged row that is dropped counts as lost');
	$row = $updated->{keys}[0];
	ok((any { $_ eq 'lost' } faults_in(\@raw, [ grep { !/^\Q$row\E\t/ } @visible ])), 'so does one that a delete marker hides');
	my $read = first { $raw[$_] =~ /^[^\t]*\tb\tp\t/ } 0 .. $#raw;
	my @chain = @raw;
	$chain[$read] =~ s/[^\t]*$/9.9/;
	ok((any { $_ eq 'lost' } faults_in(\@chain, \@visible)), 'and one that an UPDATE hides which did not read it');
	my @other = map { s/^(\Q$row\E\tb\tw\t\d+\tPut\t).*$/${1}9.9/r } @raw;
	ok((any { $_ eq 'torn' } faults_in(\@other, \@visible)), 'a row with cells of two writes counts as torn');
	my @more = map { ($_, s/^(\Q$row\E\t[ab]\tw\t)\d+(\tPut\t).*$/${1}1${2}9.9/r) } @raw;
	ok((any { $_ eq 'phantom' } faults_in(\@more, \@visible)), 'a version that nobody wrote counts as phantom');
	$row = $added->{keys}[0];
	my @doubled = map {
		s{^(\Q$row\E\ta\tn\t\d+\tPut\t)(.*)$}{
			my ($head, $shown) = ($1, $2);
			my $value = unpack 'q>', $shown =~ s/\\x([0-9A-F]{2})/chr hex $1/ger;
			$head . join '', map { sprintf '\\x%02X', ord } split //, pack 'q>', $value + 1000 * $added->{amount};
		}er;
	} @visible;
	ok((any { $_ eq 'doubled' } faults_in(\@raw, \@doubled)), 'increments that nobody asked for count as doubled');
}

$cluster->finish;
$db->disconnect;
$t->finish;
done_testing();
