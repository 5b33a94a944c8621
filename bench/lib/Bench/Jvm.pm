# Jvm.pm - the sides in Java: a warm JVM each, commands on its standard input (see
# tools/java/BenchSide.java).
package Bench::Jvm;
use strict;
use warnings;
use parent 'Bench::Side';

use IPC::Open2;

use Bench::Measure qw(process_cpu);

sub java { return ('java', '-Xmx1g', split(' ', $ENV{JAVA_OPTS}), @_, '-cp', $ENV{HBASE_CLASSPATH}, 'HTool') }

# A command of HTool that is done when it ends.
sub run
{
	my $command = join(' ', map { quotemeta } java(), @_);
	system("$command >&2") == 0 or die "HTool @_ failed\n";
}

# PROGRAM is a command of HTool; through a proxy it finds HBase's name elsewhere.
sub start
{
	my ($class, $program, $table, $rows, $proxy, @more) = @_;
	my @option = $proxy ? ('-Djdk.net.hosts.file=' . $proxy->hosts_file) : ();
	my $self = $class->new(name => $program, proxy => $proxy);
	$self->{pid} = open2($self->{out}, $self->{in}, java(@option), $program, $table, $rows, @more);
	my $ready = readline($self->{out}) // '';
	die "$program did not start\n" if $ready ne "ready\n";
	return $self;
}

sub client_pid { return $_[0]{pid} }
sub client_cpu { return process_cpu($_[0]{pid}) }

# "N COMMAND ...": ms for all N by its own clock, and what the last of them found.
sub perform
{
	my ($self, $command) = @_;
	my ($in, $out) = @$self{qw(in out)};
	print $in "$command\n";
	my $line = <$out> // die "$self->{name} ended in \"$command\"\n";
	chomp $line;
	return split(/\t/, $line);
}

sub stop
{
	my ($self) = @_;
	close $self->{in};
	waitpid($self->{pid}, 0);
}

1;
