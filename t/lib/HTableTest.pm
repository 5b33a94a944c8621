# HTableTest - what the TAP tests share: a database of their own, one HTool per
# file, and small readers of EXPLAIN and /proc.
#
# A test file says `HTableTest->begin('name')` first.  That waits for other runs
# of the same file, makes the database tap_<name> anew, and gives an object:
#
#	$t->connect(%attributes)	DBI handle; text comes as bytes, errors die
#	$t->htool(@lines)			runs script lines of tools/java (see Script.java) and waits
#	$t->htool_send / htool_wait	the same in two steps, for work in the background
#	$t->table($name)			an HBase table name of this file; dropped at its end
#
# Values are Perl byte strings everywhere; escape() makes them arguments of HTool.
package HTableTest;

use strict;
use warnings;

use DBI;
use Exporter 'import';
use IPC::Open2 ();
use Test::More;
use Time::HiRes ();

our @EXPORT_OK = qw(
	escape put quote_copy sqlstate_of now_ms wait_for
	explain_text explain_values memory_kb descriptors child_processes
);

our $SERVER = 'hbase';

sub _need
{
	my ($name) = @_;
	defined $ENV{$name} or BAIL_OUT("$name is not set: run these tests with ./sandbox test");
	return $ENV{$name};
}

sub begin
{
	my ($class, $name, %options) = @_;
	my $self = bless {
		name => $name,
		database => "tap_$name",
		tables => {},
		pid => $$,
	}, $class;

	$SIG{PIPE} = 'IGNORE';
	_need($_) for qw(PGHOST PGPORT PGUSER HTABLE_QUORUM HBASE_CLASSPATH);
	$self->{guard} = $self->connect(database => $ENV{PGDATABASE} // 'postgres');

	# The same file may be run twice at a time; the tables have fixed names.
	$self->{guard}->do("SELECT pg_advisory_lock(hashtext('htable_fdw tap'), hashtext('$name'))");
	$self->{guard}->do("DROP DATABASE IF EXISTS $self->{database} WITH (FORCE)");
	$self->{guard}->do("CREATE DATABASE $self->{database} TEMPLATE template0");
	unless ($options{bare})
	{
		my $db = $self->connect;
		$db->do('CREATE EXTENSION htable_fdw');
		$self->make_server($db, $SERVER);
		$db->disconnect;
	}
	return $self;
}

# A foreign server for the sandbox's HBase, with a mapping for the current user.
sub make_server
{
	my ($self, $db, $name, %options) = @_;
	$options{quorum} //= _need('HTABLE_QUORUM') unless $options{bootstrap};
	my $list = join ', ', map { "$_ " . $db->quote($options{$_}) } sort keys %options;
	$db->do("CREATE SERVER $name FOREIGN DATA WRAPPER htable_fdw OPTIONS ($list)");
	$db->do("CREATE USER MAPPING FOR CURRENT_USER SERVER $name");
}

sub connect
{
	my ($self, %attributes) = @_;
	my $database = delete $attributes{database} // $self->{database};
	my $user = delete $attributes{user} // _need('PGUSER');
	return DBI->connect(
		"dbi:Pg:dbname=$database;host=$ENV{PGHOST};port=$ENV{PGPORT};application_name=tap_$self->{name}",
		$user, '',
		{
			RaiseError => 1, PrintError => 0, PrintWarn => 0, AutoCommit => 1,
			AutoInactiveDestroy => 1, pg_enable_utf8 => 0, pg_expand_array => 0,
			pg_server_prepare => 0, pg_placeholder_dollaronly => 1,
			%attributes
		});
}

sub finish
{
	my ($self) = @_;
	return if $self->{pid} != $$ or $self->{finished}++;
	if (%{ $self->{tables} })
	{
		eval { $self->htool(map { "drop\t$_" } sort keys %{ $self->{tables} }); 1 }
			or diag("tables were not dropped: $@");
	}
	$self->htool_end;
	if ($self->{guard})
	{
		local $@;
		eval { $self->{guard}->do("DROP DATABASE IF EXISTS $self->{database} WITH (FORCE)") };
		$self->{guard}->disconnect;
	}
}

sub DESTROY
{
	my ($self) = @_;
	return if $self->{pid} != $$;
	local ($@, $!, $?);
	$self->finish;
}

# ---- HTool ----

# The name of an HBase table that belongs to this file.
sub table
{
	my ($self, $name) = @_;
	my $full = "tap_$self->{name}_$name";
	$self->{tables}{$full} = 1;
	return $full;
}

sub _htool_start
{
	my ($self) = @_;
	return if $self->{htool_pid};
	my @options = split ' ', $ENV{JAVA_OPTS} // '';
	my $class_path = _need('HBASE_CLASSPATH');
	$self->{htool_pid} = IPC::Open2::open2(my $out, my $in, 'java', '-Xmx384m', @options,
		'-cp', $class_path, 'HTool', 'run', '-');
	binmode $in;
	binmode $out;
	$in->autoflush(0);
	@$self{qw(htool_in htool_out)} = ($in, $out);
}

# Lines begin to run; htool_wait gives what they print.
sub htool_send
{
	my ($self, @lines) = @_;
	$self->_htool_start;
	# hbase:meta has one region: its line tells that all before it are done.
	print { $self->{htool_in} } map { "$_\n" } @lines, "regions\thbase:meta";
	$self->{htool_in}->flush;
	$self->{htool_waiting}++;
}

sub htool_wait
{
	my ($self) = @_;
	my @printed;
	while ($self->{htool_waiting})
	{
		my $line = readline $self->{htool_out};
		if (!defined $line)
		{
			$self->htool_end;
			$self->{htool_waiting} = 0;
			die "HTool ended early\n";
		}
		chomp $line;
		if ($line =~ /^\t\t[^\t]+,\d+,\d+$/)
		{
			$self->{htool_waiting}--;
			next;
		}
		push @printed, $line;
	}
	return @printed;
}

sub htool
{
	my ($self, @lines) = @_;
	$self->htool_send(@lines);
	return $self->htool_wait;
}

sub htool_end
{
	my ($self) = @_;
	my $pid = delete $self->{htool_pid} or return;
	close $self->{htool_in};
	close $self->{htool_out};
	waitpid $pid, 0;
}

# Bytes as HTool reads them (Bytes.toBytesBinary).
sub escape
{
	my ($bytes) = @_;
	$bytes =~ s/([^0-9A-Za-z_.:,;#@ +-])/sprintf '\\x%02X', ord $1/ge;
	return $bytes;
}

# A line that puts one cell; without a time the server's clock.
sub put
{
	my ($table, $row, $family, $qualifier, $value, $time) = @_;
	return join "\t", 'put', $table, escape($row), escape($family), escape($qualifier),
		$time // '-', escape($value);
}

# ---- SQL ----

# A value in COPY's text format.
sub quote_copy
{
	my ($value) = @_;
	return '\\N' unless defined $value;
	$value =~ s/([\\\t\n\r])/{ "\\" => '\\\\', "\t" => '\\t', "\n" => '\\n', "\r" => '\\r' }->{$1}/ge;
	return $value;
}

# Loads rows (array references of bytes or undef) into a table.
sub copy_rows
{
	my ($self, $db, $table, $rows) = @_;
	$db->do("COPY $table FROM STDIN");
	$db->pg_putcopydata(join("\t", map { quote_copy($_) } @$_) . "\n") for @$rows;
	$db->pg_putcopyend;
}

# Runs code; the SQLSTATE of its failure, or '' when it did not fail.
sub sqlstate_of
{
	my ($db, $code) = @_;
	local $@;
	return '' if eval { $code->(); 1 };
	return $db->state || "no SQLSTATE: $@";
}

sub explain_text
{
	my ($db, $sql, $options) = @_;
	$options //= 'VERBOSE, COSTS OFF';
	return join "\n", map { $_->[0] } @{ $db->selectall_arrayref("EXPLAIN ($options) $sql") };
}

# All values of one property, in plan order: explain_values($text, 'Row Existence').
sub explain_values
{
	my ($text, $property) = @_;
	return $text =~ /^\s*\Q$property\E: (.*)$/mg;
}

# ---- clock and processes ----

sub now_ms { return Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC()) * 1000 }

# Calls code until it gives something true; that, or undef after so many seconds.
sub wait_for
{
	my ($seconds, $code) = @_;
	my $end = now_ms() + $seconds * 1000;
	while (1)
	{
		my $result = $code->();
		return $result if $result;
		return if now_ms() > $end;
		Time::HiRes::sleep(0.01);
	}
}

# A field of /proc/PID/status in kB: VmRSS, VmHWM...
sub memory_kb
{
	my ($pid, $field) = @_;
	open my $file, '<', "/proc/$pid/status" or return;
	while (my $line = <$file>)
	{
		return $1 if $line =~ /^\Q$field\E:\s*(\d+) kB/;
	}
	return;
}

# How many descriptors a process has open; undef when we may not look.
sub descriptors
{
	my ($pid) = @_;
	opendir my $dir, "/proc/$pid/fd" or return;
	return scalar grep { /^\d+$/ } readdir $dir;
}

# Pids of the children of a process whose command is this.  Ended ones that
# nobody waited for count only with zombies => 1.
sub child_processes
{
	my ($parent, $command, %options) = @_;
	my @found;
	opendir my $dir, '/proc' or return;
	for my $pid (grep { /^\d+$/ } readdir $dir)
	{
		open my $file, '<', "/proc/$pid/stat" or next;
		my $line = <$file> // next;
		my ($name, $state, $ppid) = $line =~ /^\d+ \((.*)\) (\S) (\d+)/ or next;
		push @found, $pid if $ppid == $parent && index($name, $command) == 0 && ($state ne 'Z' || $options{zombies});
	}
	return @found;
}

1;
