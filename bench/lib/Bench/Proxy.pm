# Proxy.pm - runs bench/proxy.c between the clients and HBase.
#
# HBase publishes itself as "localhost"; clients that are to be far away resolve
# that name to 127.0.0.2, where the proxy listens on the same ports.
package Bench::Proxy;
use strict;
use warnings;

use IPC::Open2;
use Sys::Hostname;

use Bench::Measure qw(process_cpu);

use constant { NAME => 'localhost', NEAR => '127.0.0.1', FAR => '127.0.0.2' };

sub address { return $_[0] eq 'near' ? NEAR : FAR }

sub start
{
	my ($class, $delay_us) = @_;
	my @port = map { /:(\d+)$/ } @ENV{qw(HTABLE_QUORUM HTABLE_MASTER_ADDRESS HTABLE_RS_ADDRESS)};
	my $self = bless {}, $class;
	$self->{pid} = open2($self->{out}, $self->{in}, "$ENV{HTABLE_SANDBOX}/proxy",
		$delay_us, FAR, NEAR, @port);
	my $ready = readline($self->{out}) // '';
	die "the proxy did not start\n" if $ready ne "ready\n";
	return $self;
}

# Bytes that went to the clients so far.
sub bytes
{
	my ($self) = @_;
	my ($in, $out) = @$self{qw(in out)};
	print $in "\n";
	my (undef, $to_clients) = split(' ', scalar(<$out>) // die "the proxy ended\n");
	return $to_clients;
}

sub cpu { return process_cpu($_[0]{pid}) }

# For a JVM, which then resolves by this file alone.
sub hosts_file
{
	my $file = "$ENV{HTABLE_SANDBOX}/proxy.hosts";
	open(my $f, '>', $file) or die "$file: $!\n";
	print $f FAR, ' ', NAME, "\n", NEAR, ' ', hostname(), "\n";
	close $f;
	return $file;
}

sub stop
{
	my ($self) = @_;
	close $self->{in};
	waitpid($self->{pid}, 0);
}

1;
