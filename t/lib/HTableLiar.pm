# HTableLiar - a region server that lies (regionclient/tests/liar.c), and a znode
# parent of its own in the sandbox's ZooKeeper that leads to it.
#
#	my $liar = HTableLiar->new($t)
#	$liar->server($db, $name, %options)		a foreign server that finds it, and tables
#	$liar->table($rows, $regions)			tells the truth
#	$liar->lie($name, $kind, $times, $argument)
#	$liar->asked							hash of requests by kind
#	$liar->store($rows, $regions, $there)	takes what is written
#	$liar->fault($name, $times, $number, $class, $text)
#	$liar->stored							[times, n, q] by row: see liar.c
package HTableLiar;

use strict;
use warnings;

use FindBin;
use IPC::Open2 ();
use HTableTest qw(escape);

# MetaRegionServer, with the magic in front.
sub meta_znode
{
	my ($host, $port) = @_;
	my $name = "\x0A" . chr(length $host) . $host . "\x10" . varint($port);
	return "PBUF\x0A" . chr(length $name) . $name;
}

sub varint
{
	my ($n) = @_;
	my $out = '';
	while ($n > 0x7F)
	{
		$out .= chr($n & 0x7F | 0x80);
		$n >>= 7;
	}
	return $out . chr $n;
}

sub new
{
	my ($class, $t) = @_;
	my $root = "$FindBin::RealBin/..";
	my $program = "$root/build-unit/liar";
	system('make', '-s', '-C', $root, 'build-unit/liar', $ENV{PG_CONFIG} ? "PG_CONFIG=$ENV{PG_CONFIG}" : ()) == 0
		or die "liar was not built\n";
	my $self = bless { t => $t, parent => "/liar-$t->{name}" }, $class;
	$self->{pid} = IPC::Open2::open2($self->{out}, $self->{in}, $program);
	$self->{in}->autoflush(1);
	chomp($self->{port} = readline $self->{out});
	$t->htool(znode("$self->{parent}/meta-region-server", meta_znode('127.0.0.1', $self->{port})));
	return $self;
}

# A line of HTool that writes a znode.
sub znode
{
	my ($path, $data) = @_;
	return "znode\t$path\t" . escape($data);
}

sub server
{
	my ($self, $db, $name, %options) = @_;
	# a lie is for the scan to hear, not for its estimate
	$self->{t}->make_server($db, $name, znode_parent => $self->{parent}, use_remote_estimate => 'off', %options);
	declare($db, $name, $name);
}

# The liar's table, as seen through a foreign server.
sub declare
{
	my ($db, $table, $server) = @_;
	$db->do("CREATE FOREIGN TABLE $table (k text OPTIONS (column ':key') COLLATE \"C\", q text)"
		. " SERVER $server OPTIONS (table_name 't', family 'f')");
}

sub say
{
	my ($self, @words) = @_;
	print { $self->{in} } join(' ', grep { defined } @words) . "\n";
	my $line = readline $self->{out} // die "the liar has ended\n";
	chomp $line;
	return $line;
}

sub order
{
	my ($self, @words) = @_;
	my $answer = $self->say(@words);
	die "liar: $answer\n" if $answer ne 'ok';
}

sub table { my ($self, $rows, $regions) = @_; $self->order('table', $rows, $regions) }
sub lie { my ($self, @words) = @_; $self->order('lie', @words) }

sub store { my ($self, @words) = @_; $self->order('store', @words) }
sub fault { my ($self, @words) = @_; $self->order('fault', @words) }

sub stored
{
	my ($self) = @_;
	return map { /^(\w+)=(\d+),(-?\d+),(.*)$/ ? ($1 => [ $2, $3, $4 ]) : die "liar: $_\n" } split / /, $self->say('stored');
}

sub asked
{
	my ($self) = @_;
	return map { split /=/ } split / /, $self->say('asked');
}

sub end
{
	my ($self) = @_;
	my $pid = delete $self->{pid} or return;
	close $self->{in};
	close $self->{out};
	waitpid $pid, 0;
	$self->{t}->htool("drop-znode\t$self->{parent}");
}

1;
