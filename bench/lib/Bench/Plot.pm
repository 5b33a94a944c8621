# Plot.pm - latest.svg: a bar for every ratio of the run, with its limit.
#
# One group of bars a comparison, one bar for each other side, loopback and
# pale below it the proxy.  Written by hand: a few rectangles need no plotter.
# Colours follow the reader's light or dark scheme.
package Bench::Plot;
use strict;
use warnings;

use List::Util qw(uniqstr);

use Bench::Report qw(side_title);

use constant {
	WIDTH => 860, LEFT => 190, RIGHT => 70, TOP => 84,
	BAR => 9, BAR_GAP => 2, GROUP_GAP => 14,
	SCALE_END => 1.2,			# longer bars are cut, with their figure beside
};

my @OTHERS = qw(java java4 phoenix);

my $STYLE = <<'CSS';
text { font: 12px system-ui, sans-serif; fill: #24292f }
.small { font-size: 10px; fill: #57606a }
.grid { stroke: #d0d7de; stroke-width: 1 }
.even { stroke: #57606a; stroke-width: 1.5 }
.limit { stroke: #cf222e; stroke-width: 2 }
.java { fill: #0969da } .java4 { fill: #1a7f37 } .phoenix { fill: #bf8700 }
.far { opacity: .55 }
@media (prefers-color-scheme: dark) {
 text { fill: #e6edf3 } .small { fill: #9198a1 }
 .grid { stroke: #30363d } .even { stroke: #9198a1 } .limit { stroke: #ff7b72 }
 .java { fill: #388bfd } .java4 { fill: #3fb950 } .phoenix { fill: #d29922 }
}
CSS

sub x_of
{
	my ($ratio) = @_;
	my $end = $ratio > SCALE_END ? SCALE_END : $ratio;
	return LEFT + (WIDTH - LEFT - RIGHT) * $end / SCALE_END;
}

sub text
{
	my ($x, $y, $text, $more) = @_;
	$text =~ s/&/&amp;/g;
	$text =~ s/</&lt;/g;
	return sprintf("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", $x, $y, $more // '', $text);
}

sub line
{
	my ($class, $x1, $y1, $x2, $y2) = @_;
	return sprintf("<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
		$class, $x1, $y1, $x2, $y2);
}

# { side, place, ratio, limit } of one comparison, in the order of the bars.
sub bars_of
{
	my ($report, $name) = @_;
	my @bars;
	for my $side (@OTHERS)
	{
		for my $row (grep { $_->{name} eq $name && $_->{ratio}{$side} } @{ $report->{comparisons} })
		{
			my ($limit) = grep { $_->{against} eq $side && $_->{what} eq 'time' } @{ $row->{limits} };
			push @bars, { side => $side, place => $row->{place},
				ratio => $row->{ratio}{$side}{median}, limit => $limit ? $limit->{limit} : undef };
		}
	}
	return @bars;
}

sub bar
{
	my ($bar, $y) = @_;
	my $end = x_of($bar->{ratio});
	my $svg = sprintf("<rect class=\"%s %s\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n",
		$bar->{side}, $bar->{place}, LEFT, $y, $end - LEFT, BAR);
	my $after = $end;
	if (defined $bar->{limit})
	{
		my $x = x_of($bar->{limit});
		$svg .= line('limit', $x, $y - 1, $x, $y + BAR + 1);
		$after = $x if $x > $end && $x - $end < 30;
	}
	return $svg . text($after + 5, $y + BAR - 0.5, sprintf('%.2f', $bar->{ratio}), 'class="small"');
}

sub scale
{
	my ($bottom) = @_;
	my $svg = '';
	for my $tenth (map { 2 * $_ } 0 .. SCALE_END * 5)
	{
		my $x = x_of($tenth / 10);
		$svg .= line($tenth == 10 ? 'even' : 'grid', $x, TOP - 6, $x, $bottom)
			. text($x, TOP - 12, sprintf('%.1f', $tenth / 10), 'class="small" text-anchor="middle"');
	}
	return $svg;
}

sub legend
{
	my ($setting) = @_;
	my $svg = text(12, 22, 'Time of htable_fdw divided by that of the others (shorter is faster)',
		'font-weight="600"');
	my $x = 12;
	my @entry = map { [ "$_ near", 'divided by ' . side_title($_) ] } @OTHERS;
	push @entry, [ 'java far', "pale: $setting->{delay_ms} ms further each way" ] if $setting->{delay_ms};
	for my $entry (@entry)
	{
		$svg .= sprintf("<rect class=\"%s\" x=\"%d\" y=\"36\" width=\"12\" height=\"12\"/>\n", $entry->[0], $x)
			. text($x + 17, 46, $entry->[1]);
		$x += 45 + 6.4 * length($entry->[1]);
	}
	return $svg . line('limit', $x, 35, $x, 49) . text($x + 7, 46, 'limit');
}

sub write_svg
{
	my ($report, $file) = @_;
	my ($body, $y) = ('', TOP);
	for my $name (uniqstr(map { $_->{name} } @{ $report->{comparisons} }))
	{
		my @bars = bars_of($report, $name) or next;
		my $height = @bars * (BAR + BAR_GAP);
		$body .= text(LEFT - 10, $y + $height / 2 + 3, $name, 'text-anchor="end"');
		for my $bar (@bars)
		{
			$body .= bar($bar, $y);
			$y += BAR + BAR_GAP;
		}
		$y += GROUP_GAP;
	}
	open(my $out, '>', $file) or die "$file: $!\n";
	printf $out "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
		. "<style>\n%s</style>\n%s%s%s</svg>\n",
		WIDTH, $y + 6, WIDTH, $y + 6, $STYLE, legend($report->{setting}), scale($y - GROUP_GAP + 4), $body;
	close $out or die "$file: $!\n";
}

1;
