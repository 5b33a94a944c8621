# HTableEvents - trouble for one table of the cluster, in a random order.
#
#	$e = HTableEvents->new(cluster => $c, count => 100, mixture => [ kinds ], ...)
#										$c watches the table (HTableCluster); no master balances from now on
#	$e->planned						the kinds to come
#	$e->happen($kind, $key, $before)	makes one event at the region of a key
#	$e->settle							waits until all parts are back and serve
#	$e->events / made / failures		those that were made, how many of each kind, what went wrong
#
# Kinds: split, merge, move (of the region), server (kill -9 of its region server),
# crowd (the same while it does what has waited during a stall), master (of the
# active one), zookeeper.
package HTableEvents;

use strict;
use warnings;

use Exporter 'import';
use List::Util qw(shuffle);
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(ms one_line);

use constant TAKE_OVER_MS => 120_000;

sub ms { return int(time * 1000) }

sub one_line { return $_[0] =~ s/\s+/ /gr }

sub new
{
	my ($class, %given) = @_;
	my $self = bless {
		least_regions => 5, most_regions => 12,
		%given,
		debt => { split => 0, merge => 0 },
		events => [],
		began => ms(),
	}, $class;
	my @mixture = @{ $self->{mixture} };
	$self->{plan} = [ shuffle(map { $mixture[ $_ % @mixture ] } 0 .. $given{count} - 1) ];
	$self->{cluster}->faults('balance');
	return $self;
}

sub planned { return @{ $_[0]{plan} } }

sub events { return @{ $_[0]{events} } }

# A split is a merge and a merge a split where the number of regions would leave
# its bounds.
sub _choose
{
	my ($self, $kind) = @_;
	my $debt = $self->{debt};
	return $kind unless exists $debt->{$kind};
	my $regions = $self->{cluster}->faults('regions');
	my $other = $kind eq 'split' ? 'merge' : 'split';
	my $bound = $kind eq 'split' ? $regions >= $self->{most_regions} : $regions <= $self->{least_regions};
	my $free = $kind eq 'split' ? $regions > $self->{least_regions} : $regions < $self->{most_regions};
	return $kind unless $bound || ($debt->{$kind} > 0 && $free);
	# what was put off is made up for later
	$bound ? $debt->{$other}++ : $debt->{$kind}--;
	return $other;
}

# Servers and masters die when there are two, the former when all regions are
# served.  What else happens may happen meanwhile.
sub _get_ready
{
	my ($self, $kind) = @_;
	my $cluster = $self->{cluster};
	return if $kind !~ /^(?:server|crowd|master)$/;
	$cluster->revive;
	return if $kind eq 'master';
	$cluster->faults('settle', 2);
	$cluster->faults('balance');
	$cluster->faults('settle', 2);
}

sub _kill_server
{
	my ($cluster, $key, $kill) = @_;
	my $part = $cluster->part_at($cluster->faults('server', $key));
	# one that comes back at once is noticed by its new self
	my $at_once = rand() < 0.4;
	$kill->($part);
	if (!$at_once)
	{
		$cluster->faults('settle', 1);
		$cluster->start_part($part);
	}
	else
	{
		$cluster->start_part_begin($part);
	}
}

sub _kill_master
{
	my ($cluster) = @_;
	my $old = $cluster->faults('master');
	my $part = $cluster->part_at($old);
	$cluster->kill_part($part);
	my $limit = ms() + TAKE_OVER_MS;
	while ($cluster->faults('master') eq $old)
	{
		die "no other master took over\n" if ms() > $limit;
		sleep 0.2;
	}
	$cluster->start_part_begin($part);
}

sub _restart_zookeeper
{
	my ($cluster) = @_;
	$cluster->kill_part('zookeeper');
	sleep 0.1 + rand 2;
	$cluster->start_part('zookeeper');
}

# How to make each kind of event, given a key of the region it happens to.
my %make = (
	(map { my $kind = $_; $kind => sub { $_[0]->faults($kind, $_[1]) } } qw(split merge move)),
	server => sub { my ($cluster, $key) = @_; _kill_server($cluster, $key, sub { $cluster->kill_part($_[0]) }) },
	crowd => sub { my ($cluster, $key) = @_; _kill_server($cluster, $key, sub { $cluster->stall_part($_[0], 0.5, rand 0.03) }) },
	master => \&_kill_master,
	zookeeper => \&_restart_zookeeper,
);

# Calls $before just before the event is made, if it is given.  The event:
# { kind, key, fired, done (ms), failed (the reason, if it was not made) }.
sub happen
{
	my ($self, $planned, $key, $before) = @_;
	my $kind = $self->_choose($planned);
	my %event = (kind => $kind, key => $key);
	eval { $self->_get_ready($kind); 1 } or diag("the cluster does not settle: $@");
	$before->() if $before;
	$event{fired} = ms();
	eval { $make{$kind}->($self->{cluster}, $key); 1 } or $event{failed} = one_line($@);
	$event{done} = ms();
	push @{ $self->{events} }, \%event;
	note(sprintf '%.1f s: %d. %s at %s took %.1f s%s', ($event{fired} - $self->{began}) / 1000, scalar $self->events, $kind, $key,
		($event{done} - $event{fired}) / 1000, $event{failed} ? ": $event{failed}" : '');
	return \%event;
}

sub settle
{
	my ($self) = @_;
	$self->{cluster}->start_wait;
	$self->{cluster}->faults('settle', 2);
}

sub made
{
	my ($self) = @_;
	my %made;
	$made{ $_->{kind} }++ for $self->events;
	return \%made;
}

# The reasons of those that were not made, a line each.
sub failures
{
	my ($self) = @_;
	return join "\n", map { "$_->{kind} at $_->{key}: $_->{failed}" } grep { $_->{failed} } $self->events;
}

1;
