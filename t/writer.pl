# writer.pl - what regionclient writes is what HBase's own client reads.
#
# The client is driven by rc_put (regionclient/tests/rc_put.c), without
# PostgreSQL.  Mutations of every kind are compared cell by cell; then rows are
# loaded and counters incremented while regions are split, merged and opened
# anew, and the books must agree.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableTest;
use IPC::Open3 ();
use Test::More;

my $root = "$FindBin::RealBin/..";
system('make', '-s', '-C', $root, 'build-unit/rc_put', 'build-unit/rc_cat', 'regionclient/htable_quorum',
	$ENV{PG_CONFIG} ? "PG_CONFIG=$ENV{PG_CONFIG}" : ()) == 0
	or die "rc_put was not built\n";

my $t = HTableTest->begin('writer', bare => 1);
my $table = $t->table('t');

# Starts a tool; its input is written at once.
sub start
{
	my ($tool, $options, @lines) = @_;
	my $pid = IPC::Open3::open3(my $in, my $out, undef, "$root/build-unit/$tool", $ENV{HTABLE_QUORUM}, $table,
		'--program', "$root/regionclient/htable_quorum", @$options);
	print $in map { "$_\n" } @lines;
	close $in;
	return { pid => $pid, out => $out };
}

sub finish
{
	my ($run) = @_;
	my @printed = readline $run->{out};
	chomp @printed;
	waitpid $run->{pid}, 0;
	return @printed;
}

# Results, by row: those of different rows come in any order.
sub put { return sort { (split ' ', $a)[0] cmp (split ' ', $b)[0] } finish(start('rc_put', [], @_)) }
sub raw { return finish(start('rc_cat', [ '--raw', '--versions', 2147483647, '--keys', join ',', @_ ])) }

# Cells as the dump shows them, without the timestamps of the server.
sub dump_of
{
	my ($row) = @_;
	return map { my @f = split /\t/, $_, -1; $f[3] = 'now' if $f[3] > 1e12; join ' ', @f[ 1, 2, 3, 5 ] }
		grep { /^\Q$row\E\t/ } $t->htool("dump\t$table");
}

$t->htool("create\t$table\tf,VERSIONS=5;g\tm");

# ---- mutations ----

is_deeply([ put('a put f:q=1 f:\x00\xff=\x01 g:x=', 'a put f:q=2@5') ], [], 'a Put needs no result');
is_deeply([ dump_of('a') ], [ 'f \x00\xFF now \x01', 'f q now 1', 'f q 5 2', 'g x now ' ],
	'bytes, empty values and timestamps are stored as they are');

put('b put f:q=1@1 f:q=2@2 f:q=3@3 f:r=1@1 g:x=1@1 g:x=2@9', 'b delete version=f:q@2 column=f:r@1 familyversion=g@9');
is_deeply([ dump_of('b') ], [ 'f q 3 3', 'f q 1 1', 'g x 1 1' ], 'markers of one version and of a column');
put('b delete family=f@3');
is_deeply([ dump_of('b') ], ['g x 1 1'], '... and of a family');
is_deeply([ raw('a', 'b') ],
	[ (grep { /^a / } raw('a')), 'b f:@3(14)= f:q@3=3 f:q@2(8)= f:q@2=2 f:q@1=1 f:r@1(12)= f:r@1=1 g:@9(10)= g:x@9=2 g:x@1=1' ],
	'a raw read of keys shows all markers, among others and alone');
is_deeply([ raw('b') ], [ (raw('a', 'b'))[1] ], '... the same by a single Get');

put('r put f:q=old f:s=old@1', 'r delete family=f@10 put f:q=new@11');
is_deeply([ (dump_of('r'))[0] ], ['f q now old'], 'RowMutations change nothing that is newer');
put('r2 put f:q=old@1 f:s=old@1', 'r2 delete family=f@10 put f:q=new@11');
is_deeply([ dump_of('r2') ], ['f q 11 new'], '... and the Put behind the marker is there');

put('ttl put ttl=3600000 f:q=long', 'ttl put ttl=1 f:s=short');
$t->htool("sleep\t20");
is_deeply([ dump_of('ttl') ], ['f q now long'], 'a time to live ends');

is_deeply([ put('i result increment f:n=5', 'i result increment f:n=-7 g:m=1') ],
	[ 'i applied f:n=5', 'i applied f:n=-2 g:m=1' ], 'Increments give back what they made');

# ---- conditions ----

is_deeply([ put('c if absent f:q result put f:q=5', 'c if absent f:q result put f:q=6') ],
	[ 'c applied', 'c refused' ], 'a row is inserted once');
is_deeply([ put('c if present f:q result put f:r=1', 'c if present f:none result put f:r=2') ],
	[ 'c applied', 'c refused' ], 'present and not');
for my $op ('<', '<=', '=', '!=', '>=', '>')
{
	my %holds = ('<' => [ 0, 0, 1 ], '<=' => [ 0, 1, 1 ], '=' => [ 0, 1, 0 ], '!=' => [ 1, 0, 1 ], '>=' => [ 1, 1, 0 ], '>' => [ 1, 0, 0 ]);
	is_deeply([ put(map { "c if cell f:q $op $_ result put f:r=x" } 4 .. 6) ],
		[ map { $_ ? 'c applied' : 'c refused' } @{ $holds{$op} } ], "the cell holds 5: $op 4, 5, 6");
	is_deeply([ put("c if cell f:none $op 5 result put f:r=x") ], ['c refused'], '... and no cell is no answer');
}
is_deeply([ put('c if row result put f:r=x', 'none if row result put f:r=x') ], [ 'c applied', 'none refused' ],
	'a row that exists, by a filter');
is_deeply([ put('c if row result delete column=f:q put f:u=1@77 increment g:n=3', 'none if row delete family=f put f:r=x') ],
	[ 'c applied g:n=3', 'none refused' ], 'several mutations under a condition');
is_deeply([ put('e put f:q=', 'e if present f:q result put f:r=x', 'e if absent f:q result put f:r=x') ],
	[ 'e refused', 'e applied' ], 'an empty value counts as absent');

# ---- errors ----

my @errors = put('x result put zz:q=1', 'y result put f:q=1 f:s=v');
like($errors[0], qr/^x failed: RC_FAMILY_MISSING/, 'a family that is not there fails its action');
is($errors[1], 'y applied', '... and no other');
like((put('y result increment f:s=1'))[0], qr/^y failed: RC_SERVER_FINAL/,
	'an Increment of what is no number fails');

# ---- truncation ----

is_deeply([ finish(start('rc_put', ['--truncate', '--preserve-splits'])) ], ['done'], 'a table is truncated');
is_deeply([ $t->htool("dump\t$table") ], [], '... and empty');
is(scalar(grep { /^m\t/ } $t->htool("regions\t$table")), 1, '... and has its regions');
is_deeply([ finish(start('rc_put', ['--truncate'])) ], ['done'], '... or one of them');
is(scalar(my @regions = finish(start('rc_cat', ['--sizes']))), 1, '... as is asked for');
is_deeply([ put('a result put f:q=1') ], ['a applied'], 'a truncated table is written to at once');

# ---- while regions change ----

my $rows = 150_000;
my @changes = ("split\t$table\tr000050000", "move\t$table\tr000000000", "merge\t$table\tr000110000",
	"flush\t$table", "move\t$table\tr000120000", "split\t$table\tr000080000", "move\t$table\tr000000000");

sub counts { return { "@_" =~ /(\w+) (\d+)/g } }

for my $how ([], ['--conditional'])
{
	$t->htool("create\t$table\tf;g\tr000070000\tr000110000\tr000130000");
	my $run = start('rc_put', [ '--load', $rows, '--stats', '--batch-bytes', 200_000, @$how ]);
	$t->htool($_) for @changes;
	my @printed = finish($run);
	my $c = counts(grep { /^added/ } @printed);
	@printed = grep { !/^added/ } @printed;
	is($c->{applied} + $c->{refused} + $c->{failed} + $c->{unknown}, $rows, "(@$how) each action has an outcome") or diag explain $c;
	is($c->{failed} + $c->{refused}, 0, '... and no change of regions is an error') or diag "@printed";
	my ($count) = $t->htool("count\t$table");
	cmp_ok($count, '>=', $c->{applied}, '... no row is lost');
	cmp_ok($count, '<=', $c->{applied} + $c->{unknown}, '... and none is there that nobody reported');
	note "unknown $c->{unknown}, retries $c->{retries}";
}

$t->htool("create\t$table\tf;g\tk25\tk40");
my @keys = map { sprintf 'k%02d', $_ } 1 .. 50;
my $run = start('rc_put', [ '--batch-actions', 40, '--stats' ], map { my $n = $_; map { "$_ result increment f:n=1" } @keys } 1 .. 400);
$t->htool("move\t$table\tk01", "split\t$table\tk10", "move\t$table\tk30", "merge\t$table\tk25");
my @printed = finish($run);
my $c = counts(grep { /^added/ } @printed);
my %unknown;
$unknown{ (split)[0] }++ for grep { / unknown/ } @printed;
is($c->{added}, 20_000, 'counters');
my %value = map { my @f = split /\t/, $_, -1; ($f[0] => unpack 'Q>', unescape($f[5])) } $t->htool("dump\t$table");
my @wrong = grep { $value{$_} > 400 || $value{$_} < 400 - ($unknown{$_} // 0) } @keys;
is("@wrong", '', '... count each Increment once') or diag explain \%value;

sub unescape { my ($s) = @_; $s =~ s/\\x([0-9A-F]{2})/chr hex $1/ge; return $s }

$t->finish;
done_testing;
