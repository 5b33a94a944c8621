# dump.pl - declarations survive pg_dump, show in psql, and go away with the
# extension; what a plain role may do with them.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableTest qw(put sqlstate_of);
use Test::More;

my $t = HTableTest->begin('dump');
my $db = $t->connect;
my $copy = 'tap_dump_copy';
my @roles = ('tap_dump_plain', 'tap_dump_user');

END { clean_up() if $t }

sub clean_up
{
	my $status = $?;
	my $admin = eval { $t->connect(database => $ENV{PGDATABASE}) };
	if ($admin)
	{
		eval { $admin->do("DROP DATABASE IF EXISTS $copy WITH (FORCE)") };
		eval { $_->disconnect for grep { defined } $db; $t->finish };
		eval { $admin->do("DROP ROLE IF EXISTS $_") } for @roles;
		$admin->disconnect;
	}
	$? = $status;
}

# Output of a program of PostgreSQL; dies with its errors.
sub run
{
	my (@command) = @_;
	my $pid = open(my $out, '-|') // die "fork: $!";
	if (!$pid)
	{
		open STDERR, '>&', \*STDOUT;
		exec @command or exit 127;
	}
	local $/;
	my $text = readline $out;
	close $out or die "$command[0]: $text";
	return $text;
}

sub psql
{
	my ($database, @commands) = @_;
	return run('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $database, map { ('-c', $_) } @commands);
}

# Without what differs from dump to dump.
sub dump_of
{
	my ($database) = @_;
	my $text = run('pg_dump', '-d', $database, '--schema-only');
	return join "\n", grep { !/^--|^\s*$|^\\(?:un)?restrict / } split /\n/, $text;
}

# ---- declarations with every option ----

my $table = $t->table('people');
$t->htool("create\t$table\tcf,VERSIONS=5;attr", put($table, 'p1', 'cf', 'name', 'Ada', 1000), put($table, 'p1', 'cf', 'name', 'Ada L.', 2000),
	put($table, 'p1', 'attr', 'x', '{"a": 1}', 1000), put($table, 'p1', 'attr', 'r', "\xE7\xE6\xBA\x9B", 1000),
	put($table, 'p2', 'cf', 'age', pack('l>', 36), 1000));

$t->make_server($db, 'complete', znode_parent => '/hbase', hosts => 'one=127.0.0.1,two=::1', connect_timeout => '5s', rpc_timeout => '30s',
	operation_timeout => '1min', max_response_size => '64MB', fetch_bytes => '1MB', keep_connections => 'off', full_scan => 'warn',
	scan_window => '4MB', scan_concurrency => 2, past_reads => 'warn', use_remote_estimate => 'off', analyze_size => '16MB', async_capable => 'off',
	updatable => 'on', truncatable => 'off', batch_size => 500);
$db->do("ALTER USER MAPPING FOR CURRENT_USER SERVER complete OPTIONS (ADD user 'it''s me')");
$db->do(<<"SQL");
CREATE FOREIGN TABLE "People of ""HBase""" (
	id text OPTIONS (column ':key') COLLATE "C" NOT NULL,
	name varchar(20) DEFAULT 'nobody',
	"Age" int OPTIONS (column 'cf:age', encoding 'binary', on_bad_value 'null'),
	extra jsonb OPTIONS (column 'attr:x'),
	rank numeric OPTIONS (column 'attr:r', encoding 'ordered', "order" 'desc'),
	seen timestamptz OPTIONS (column ':timestamp'),
	attrs jsonb OPTIONS (column 'attr:', map_encoding 'hex'),
	lives interval OPTIONS (column ':ttl'),
	CONSTRAINT grown CHECK ("Age" > 17)
) SERVER complete OPTIONS (table_name '$table', family 'cf', row_marker 'cf:name', cache_blocks 'on', full_scan 'allow', on_bad_key 'skip',
	as_of '2024-05-31 12:00:00+02', past_reads 'allow', map_encoding 'text', parallel_workers '3', async_capable 'on',
	scan_window '16MB', scan_concurrency '8', use_remote_estimate 'on', analyze_size '1MB',
	updatable 'off', truncatable 'off', batch_size '100', insert_mode 'upsert', durability 'async_wal')
SQL
$db->do(<<"SQL");
CREATE FOREIGN TABLE history (id text OPTIONS (column ':key'), name text, at int8 OPTIONS (column ':timestamp'))
SERVER $HTableTest::SERVER OPTIONS (table_name '$table', family 'cf', shape 'versions', max_versions '3', encoding 'text', on_bad_value 'error')
SQL
$t->make_server($db, 'other_way', bootstrap => '127.0.0.1:16020');
$db->do(<<"SQL");
CREATE FOREIGN TABLE in_parts (a text OPTIONS (column ':key', length '4') COLLATE "C", b text OPTIONS (column ':key', terminator '#') COLLATE "C",
	c int OPTIONS (column ':key', encoding 'binary'), name text)
SERVER other_way OPTIONS (table_name '$table', family 'cf', key_prefix 'u#')
SQL
$db->do(<<"SQL");
CREATE FOREIGN TABLE all_cells (k bytea OPTIONS (column ':key'), f text OPTIONS (column ':family'), ty text OPTIONS (column ':type'))
SERVER $HTableTest::SERVER OPTIONS (table_name '$table', shape 'cells', raw 'on')
SQL
$db->do("COMMENT ON FOREIGN TABLE history IS 'all of it'");
$db->do('CREATE VIEW names AS SELECT DISTINCT name FROM history');
$db->do('CREATE TABLE parted (id text COLLATE "C", name text, at int8) PARTITION BY RANGE (id)');
$db->do("CREATE FOREIGN TABLE part (id text OPTIONS (column ':key') COLLATE \"C\", name text, at int8 OPTIONS (column ':timestamp'))"
	. " SERVER $HTableTest::SERVER OPTIONS (table_name '$table', family 'cf', shape 'versions')");
$db->do("ALTER TABLE parted ATTACH PARTITION part FOR VALUES FROM ('a') TO ('z')");

# Each option of the reference is in the dump, so none can be forgotten here.
my $dump = dump_of('tap_dump');
{
	my %given = map { $_ => 1 } $dump =~ /(?:^|[(,])\s*"?(\w+)"? '/mg;
	my @missing = grep { !$given{$_} } map { $_->[0] } @{ $db->selectall_arrayref(q{SELECT DISTINCT option FROM htable_fdw_options() WHERE context <> 'import' ORDER BY 1}) };
	is("@missing", '', 'every option is dumped');
	like($dump, qr/CREATE EXTENSION IF NOT EXISTS htable_fdw/, 'the extension is dumped as such');
	unlike($dump, qr/htable_fdw_handler|htable_get_connections/, 'its functions are not dumped one by one');
}

# ---- restore ----

{
	my $admin = $t->connect(database => $ENV{PGDATABASE});
	$admin->do("DROP DATABASE IF EXISTS $copy WITH (FORCE)");
	$admin->do("CREATE DATABASE $copy TEMPLATE template0");
	$admin->disconnect;
	my $file = "/tmp/tap_dump.$$.sql";
	run('pg_dump', '-d', 'tap_dump', '-f', $file);
	my $said = eval { run('psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-d', $copy, '-f', $file) };
	is($said, '', 'the dump is restored without a word') or diag($@);
	unlink $file;
	is(dump_of($copy), $dump, 'a dump of the restored database is the same');

	my $restored = $t->connect(database => $copy);
	is_deeply($restored->selectall_arrayref('SELECT * FROM history ORDER BY at DESC'), [ [ 'p1', 'Ada L.', 2000 ], [ 'p1', 'Ada', 1000 ] ],
		'restored tables read the same rows');
	is_deeply($restored->selectall_arrayref('SELECT * FROM history ORDER BY at DESC'),
		$restored->selectall_arrayref('SELECT id, name, at FROM parted ORDER BY at DESC'), 'as a partition too');
	$restored->disconnect;
}

# ---- psql ----

like(psql('tap_dump', '\d "People of ""HBase"""'), qr/Age.*encoding 'binary'.*\n(?:.*\n)*.*FDW options: .*table_name '$table'/, '\d shows the options');
like(psql('tap_dump', '\det+'), qr/history.*shape 'versions'.*all of it/, '\det+ shows the options');
like(psql('tap_dump', '\des+'), qr/complete.*fetch_bytes '1MB'/, '\des+ shows the options');
like(psql('tap_dump', '\dx+ htable_fdw'), qr/foreign-data wrapper htable_fdw/, '\dx+ shows what belongs to the extension');
like(psql('tap_dump', '\dx'), qr/htable_fdw\s*\|\s*1\.0\b/, '\dx shows the version');
is($db->selectrow_array('SELECT htable_fdw_version()'), $db->selectrow_array("SELECT extversion FROM pg_extension WHERE extname = 'htable_fdw'"),
	'the library and the extension have the same version');

# ---- roles ----

{
	for my $role (@roles)
	{
		$db->do("DROP ROLE IF EXISTS $role");
		$db->do("CREATE ROLE $role LOGIN");
	}
	my ($plain, $user) = map { $t->connect(user => $_) } @roles;
	my $state = sub { my ($handle, $sql) = @_; return sqlstate_of($handle, sub { $handle->do($sql) }) };
	my $server = $HTableTest::SERVER;
	my $create = "CREATE FOREIGN TABLE %s (id text OPTIONS (column ':key'), name text) SERVER $server OPTIONS (table_name '$table', family 'cf')";

	$db->do("GRANT CREATE ON SCHEMA public TO $_") for @roles;
	is($state->($plain, "CREATE SERVER mine FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'x')"), '42501', 'a server needs USAGE on the wrapper');
	is($state->($plain, sprintf $create, 'mine'), '42501', 'a foreign table needs USAGE on the server');
	is($state->($plain, "CREATE USER MAPPING FOR CURRENT_USER SERVER $server"), '42501', 'a user mapping needs USAGE on the server');
	is($state->($plain, "SELECT htable_disconnect('$server')"), '42501', 'htable_disconnect needs USAGE on the server');
	is($state->($plain, 'SELECT * FROM history'), '42501', 'reading needs SELECT');

	$db->do("GRANT USAGE ON FOREIGN SERVER $server TO tap_dump_user");
	is($state->($user, sprintf $create, 'of_user'), '', 'with USAGE a role makes its foreign table');
	is($state->($user, 'SELECT * FROM of_user'), '42704', 'without a user mapping it cannot be read');
	is($state->($user, "CREATE USER MAPPING FOR CURRENT_USER SERVER $server OPTIONS (user 'hbase')"), '42501', 'the option user is for superusers');
	is($state->($user, "CREATE USER MAPPING FOR CURRENT_USER SERVER $server"), '', 'a mapping without it is not');
	is($state->($user, "ALTER USER MAPPING FOR CURRENT_USER SERVER $server OPTIONS (ADD user 'hbase')"), '42501', 'nor can it be added later');
	my $rows = eval { $user->selectall_arrayref('SELECT * FROM of_user ORDER BY 1') };
	is_deeply($rows, [ [ 'p1', 'Ada L.' ], [ 'p2', undef ] ], 'then the table is read') or diag($@);
	is_deeply([ $user->selectrow_array('SELECT user_name, hbase_user FROM htable_get_connections()') ], [ 'tap_dump_user', 'tap_dump_user' ],
		'as the HBase user of the same name');
	is($state->($user, "SELECT htable_disconnect('$server')"), '', 'and its connection can be closed');

	$db->do("ALTER USER MAPPING FOR tap_dump_user SERVER $server OPTIONS (ADD user 'somebody')");
	$user->selectall_arrayref('SELECT * FROM of_user');
	is_deeply([ map { $_->[0] } @{ $user->selectall_arrayref('SELECT hbase_user FROM htable_get_connections() WHERE valid') } ], [ 'somebody' ],
		'a superuser gives the role another HBase user');
	# a view is read with the rights of its owner
	$db->do('GRANT SELECT ON names TO tap_dump_plain');
	is_deeply($plain->selectall_arrayref('SELECT name FROM names ORDER BY 1'), [ ['Ada'], ['Ada L.'] ], 'a view gives a role what its owner may read');
	$_->disconnect for $plain, $user;
}

# ---- the end ----

{
	my $state = sqlstate_of($db, sub { $db->do('DROP EXTENSION htable_fdw') });
	is($state, '2BP01', 'the extension is not dropped while it is used');
	$db->do('DROP EXTENSION htable_fdw CASCADE');
	my %left = map { $_ => scalar $db->selectrow_array("SELECT count(*) FROM $_") }
		qw(pg_foreign_data_wrapper pg_foreign_server pg_user_mapping pg_foreign_table);
	is(join(' ', map { "$_ $left{$_}" } grep { $left{$_} } sort keys %left), '', 'DROP EXTENSION CASCADE removes servers, mappings and tables');
	is($db->selectrow_array("SELECT count(*) FROM pg_proc WHERE proname LIKE 'htable\\_%'"), 0, 'and functions');
	is($db->selectrow_array("SELECT count(*) FROM pg_class WHERE relname = 'parted'"), 1, 'and leaves the rest');
	$db->do('CREATE EXTENSION htable_fdw');
	$t->make_server($db, 'again');
	$db->do("CREATE FOREIGN TABLE again (id text OPTIONS (column ':key'), name text) SERVER again OPTIONS (table_name '$table', family 'cf')");
	is($db->selectrow_array('SELECT count(*) FROM again'), 2, 'the same session makes it again');
}

$db->disconnect;
$t->finish;
done_testing();
