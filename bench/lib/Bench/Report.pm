# Report.pm - the results: a table on the terminal, latest.json and latest.md.
package Bench::Report;
use strict;
use warnings;

use Exporter 'import';
use FindBin;
use JSON::PP;

our @EXPORT_OK = qw(limits side_title place_title);

my %SIDE = (fdw => 'htable_fdw', java => 'Java', java4 => 'Java, 4 threads', phoenix => 'Phoenix');
my @SIDES = qw(fdw java java4 phoenix);
my %PLACE = (near => 'loopback', far => 'proxy');

sub side_title { return $SIDE{ $_[0] } }
sub place_title { return $PLACE{ $_[0] } }

# What is compared, by version.
sub versions
{
	my ($db) = @_;
	my %version = (postgresql => $db->selectrow_array('SHOW server_version') =~ s/ .*//r,
		java => `java -version 2>&1` =~ /"([^"]+)"/ ? $1 : 'unknown');
	for my $jar (glob("$ENV{HBASE_JARS}/*.jar"))
	{
		$version{hbase} = $1 if $jar =~ m{/hbase-server-(\d.*)\.jar$};
		$version{phoenix} = $1 if $jar =~ m{/phoenix-core-server-(\d.*)\.jar$};
	}
	my $commit = `git -C "$FindBin::Bin" describe --always --dirty --abbrev=10 2>/dev/null`;
	chomp $commit;
	$version{commit} = $commit if $commit ne '';
	return %version;
}

sub milliseconds { return sprintf($_[0] < 10 ? '%.3f' : $_[0] < 100 ? '%.1f' : '%.0f', $_[0]) }

sub time_of
{
	my ($spread) = @_;
	return '' if !$spread;
	return sprintf('%s (%s-%s)', map { milliseconds($spread->{$_}) } qw(median min max));
}

sub ratio_of { return $_[0] ? sprintf('%.2f', $_[0]{median}) : '' }

sub number { return abs($_[0]) < 10 ? sprintf('%.2f', $_[0]) : sprintf('%.1f', $_[0]) }

# Every limit of the run, in order: title, place, measured, limit, pass.
sub limits
{
	my ($report) = @_;
	my @limits;
	for my $row (@{ $report->{comparisons} })
	{
		push @limits, map { +{ title => "$row->{name}: $_->{what} / $SIDE{$_->{against}}",
			place => $row->{place}, %$_{qw(measured limit pass)} } } @{ $row->{limits} };
	}
	for my $check (grep { defined $_->{limit} } @{ $report->{checks} })
	{
		push @limits, { title => "$check->{name}: $check->{unit}", place => $check->{place},
			measured => $check->{value}, %$check{qw(limit pass)} };
	}
	return @limits;
}

sub table
{
	my ($head, @rows) = @_;
	return join('', map { '| ' . join(' | ', @$_) . " |\n" } $head, [map { '---' } @$head], @rows) . "\n";
}

sub rows_of
{
	my ($report, $place) = @_;
	return grep { $_->{place} eq $place } @{ $report->{comparisons} };
}

# ---- Markdown ----

sub md_heading
{
	my ($s) = @_;
	my @version = map { $s->{$_->[0]} ? "$_->[1] $s->{$_->[0]}" : () } [ postgresql => 'PostgreSQL' ],
		[ hbase => 'HBase' ], [ phoenix => 'Phoenix' ], [ java => 'Java' ];
	return "Measured $s->{date} by `$s->{command}`"
		. ($s->{commit} ? " at $s->{commit}" : '') . ".\n\n"
		. "$s->{rows} rows x 4 cells in $s->{regions} regions, all in the block cache; HBase's heap $s->{heap}; "
		. join(', ', @version) . ". $s->{cores} cores ($s->{processor}) shared by clients and servers, "
		. "$s->{memory_gb} GB, Linux $s->{kernel}, load $s->{load_at_start} at the start. "
		. "Medians (and extremes) of $s->{rounds} rounds in which the sides take turns, after $s->{warm_up} "
		. "that do not count. A ratio is htable_fdw's time divided by the other's in the same round: "
		. "below 1 htable_fdw is faster. [performance.md](../../docs/performance.md) explains the rows.\n\n";
}

sub md_times
{
	my ($report, $place) = @_;
	my @rows = rows_of($report, $place) or return '';
	my $title = $place eq 'near' ? 'Loopback'
		: "Through a proxy that adds $report->{setting}{delay_ms} ms each way";
	return "## $title\n\nTimes in ms; the point query and LIMIT for one of many.\n\n"
		. table([ 'what', map({ $SIDE{$_} } @SIDES), map({ "/ $SIDE{$_}" } @SIDES[1 .. 3]) ],
			map { my $row = $_;
				[ $row->{name}, map({ time_of($row->{sides}{$_}{ms}) } @SIDES),
					map({ ratio_of($row->{ratio}{$_}) } @SIDES[1 .. 3]) ] } @rows);
}

# What else was measured of each side; small figures are below the kernel's ticks.
sub md_costs
{
	my ($report, $place) = @_;
	my @rows = rows_of($report, $place) or return '';
	my @figure = ([ client_cpu_s => 'client CPU', 1000 ], [ server_cpu_s => 'server CPU', 1000 ],
		[ peak_mb => 'peak memory', 1 ], $place eq 'far' ? [ received_mb => 'received', 1 ] : ());
	my @lines;
	for my $row (@rows)
	{
		for my $name (@{ $row->{order} })
		{
			push @lines, [ $row->{name}, $SIDE{$name}, map { my ($key, undef, $unit) = @$_;
				my $figure = $row->{sides}{$name}{$key};
				$figure ? number($unit * $figure->{median}) : '' } @figure ];
		}
	}
	return "### Processor time (ms), memory and bytes (MB), $PLACE{$place}\n\n"
		. table([ 'what', 'side', map { $_->[1] } @figure ], @lines);
}

# What a check's value was made of; plans and single runs are in the JSON only.
sub parts_of
{
	my ($detail) = @_;
	my @parts;
	for my $key (grep { ref $detail->{$_} ne 'ARRAY' } sort keys %$detail)
	{
		my ($what, $unit) = $key =~ /^(.*)_([a-z]+)$/;
		my $value = $detail->{$key};
		push @parts, "$what " . (ref $value ? time_of($value) : number($value))
			. ' ' . ($unit eq 'mb' ? 'MB' : $unit);
	}
	return join(', ', @parts);
}

sub md_checks
{
	my ($report) = @_;
	my @checks = @{ $report->{checks} } or return '';
	return "## htable_fdw alone\n\n"
		. table([ 'what', 'over', 'measured', '', 'of' ],
			map { [ $_->{name}, $PLACE{ $_->{place} }, number($_->{value}), $_->{unit},
				parts_of($_->{detail} // {}) ] } @checks);
}

sub md_limits
{
	my ($report) = @_;
	my @limits = limits($report) or return '';
	return "## Limits\n\n"
		. table([ 'what', 'over', 'measured', 'limit', '' ],
			map { [ $_->{title}, $PLACE{ $_->{place} }, number($_->{measured}), $_->{limit},
				$_->{pass} ? 'pass' : '**miss**' ] } @limits);
}

sub md_failures
{
	my ($report) = @_;
	my @failures = @{ $report->{failures} } or return '';
	return "## Not measured\n\n" . join('', map { "- $_->{what}: $_->{reason}\n" } @failures) . "\n";
}

sub markdown
{
	my ($report) = @_;
	my $md = md_heading($report->{setting}) . "![ratios](latest.svg)\n\n" . md_limits($report)
		. md_times($report, 'near') . md_times($report, 'far') . md_checks($report)
		. md_costs($report, 'near') . md_costs($report, 'far') . md_failures($report);
	return $md =~ s/\n+\z/\n/r;
}

# ---- the terminal ----

sub print_terminal
{
	my ($report) = @_;
	for my $row (@{ $report->{comparisons} })
	{
		printf "%-28s %-9s %s\n", $row->{name}, $PLACE{ $row->{place} },
			join('  ', map { my $side = $row->{sides}{$_};
				$_ eq 'fdw' ? milliseconds($side->{ms}{median}) . ' ms'
					: sprintf('%s %s (%s)', $SIDE{$_}, milliseconds($side->{ms}{median}),
						ratio_of($row->{ratio}{$_})) } @{ $row->{order} });
	}
	printf "%-28s %-9s %s %s\n", $_->{name}, $PLACE{ $_->{place} }, number($_->{value}), $_->{unit}
		for @{ $report->{checks} };
	print "\n";
	printf "%-4s  %-58s %-9s %7s  limit %s\n", $_->{pass} ? 'pass' : 'MISS', $_->{title},
		$PLACE{ $_->{place} }, number($_->{measured}), $_->{limit} for limits($report);
	print "not measured: $_->{what}: $_->{reason}\n" for @{ $report->{failures} };
}

sub write_file
{
	my ($file, $text) = @_;
	open(my $out, '>', $file) or die "$file: $!\n";
	print $out $text;
	close $out or die "$file: $!\n";
}

sub write_all
{
	my ($report, $dir) = @_;
	mkdir $dir;
	write_file("$dir/latest.json", JSON::PP->new->canonical->pretty->indent_length(1)->encode(rounded($report)));
	write_file("$dir/latest.md", markdown($report));
	print_terminal($report);
}

# Six digits are more than was measured.
sub rounded
{
	my ($v) = @_;
	return { map { $_ => rounded($v->{$_}) } keys %$v } if ref $v eq 'HASH';
	return [map { rounded($_) } @$v] if ref $v eq 'ARRAY';
	return defined $v && $v =~ /^-?\d+(\.\d+)?(e[-+]?\d+)?$/ ? 0 + sprintf('%.6g', $v) : $v;
}

1;
