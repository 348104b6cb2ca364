<?php
/**
 * The plugin's own tables, one set per blog of a network.
 *
 * Locks need a primary key: of all that WordPress offers, only `INSERT IGNORE` on a unique key has exactly one winner.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Storage;

const VERSION        = '4';
const VERSION_OPTION = 'igny8_bridge_tables';
const TABLES         = [ 'contents', 'operations', 'media', 'requests', 'outbox', 'locks', 'log' ];
const OPTIONS        = [
	VERSION_OPTION,
	'igny8_bridge_settings',
	'igny8_bridge_pairing',
	'igny8_bridge_identity',
	'igny8_bridge_last_test',
	'igny8_bridge_outbound',
	'igny8_bridge_outbound_due',
	'igny8_bridge_rejected',
	'igny8_bridge_structure',
	'igny8_bridge_sync',
	'igny8_bridge_copy',
	'igny8_bridge_reports',
];

/** So many blogs are cleared before the next are asked for. */
const BLOGS_AT_ONCE = 100;

/** Columns that came after the first version of their tables; every other stands in definitions(). */
const LATER_COLUMNS = [
	'contents'   => [ 'base' => 'longtext NULL' ],
	'operations' => [ 'decided' => "varchar(20) NOT NULL DEFAULT ''" ],
	'outbox'     => [ 'post_id' => 'bigint unsigned NOT NULL DEFAULT 0, ADD KEY post_id (post_id)' ],
];

/** Keep the tables of every blog present. */
function bootstrap(): void {
	add_action( 'init', __NAMESPACE__ . '\\make_missing_tables', 1 );
	add_filter( 'wpmu_drop_tables', __NAMESPACE__ . '\\drop_with_the_blog' );
}

/** Name a table of the current blog. */
function table( string $name ): string {
	global $wpdb;
	return $wpdb->prefix . 'igny8_' . $name;
}

/** Tell whether the current blog has its tables. */
function is_ready(): bool {
	return VERSION === get_option( VERSION_OPTION );
}

/** Make the tables where a blog came to be after the activation, or the plugin was updated. */
function make_missing_tables(): void {
	if ( ! is_ready() ) {
		make_tables();
	}
}

/** Make the tables of the current blog and remember the posts an earlier installation left. */
function make_tables(): void {
	global $wpdb;
	$charset = $wpdb->get_charset_collate();
	foreach ( definitions() as $name => $columns ) {
		$wpdb->query( 'CREATE TABLE IF NOT EXISTS `' . table( $name ) . "` ( $columns ) $charset" );
	}
	if ( ! add_later_columns() ) {
		return;
	}
	start_sequence();
	adopt_earlier_posts();
	adopt_earlier_media();
	// What every request asks for has to be there: WordPress looks for an option that is not each time.
	add_option( 'igny8_bridge_outbound_due', 0, '', true );
	update_option( VERSION_OPTION, VERSION, true );
}

/** Add the columns that tables of an earlier version lack; false if the database does not let us. */
function add_later_columns(): bool {
	global $wpdb;
	foreach ( LATER_COLUMNS as $name => $columns ) {
		foreach ( $columns as $column => $definition ) {
			if ( ! has_column( $name, $column ) ) {
				// Another request may be adding it at the same moment; whoever did, it has to be there.
				$shown = $wpdb->suppress_errors();
				$wpdb->query( 'ALTER TABLE `' . table( $name ) . "` ADD COLUMN $column $definition" );
				$wpdb->suppress_errors( $shown );
			}
			if ( ! has_column( $name, $column ) ) {
				return false;
			}
		}
	}
	return true;
}

/** Tell whether a table has a column. */
function has_column( string $name, string $column ): bool {
	global $wpdb;
	return in_array( $column, $wpdb->get_col( 'SHOW COLUMNS FROM `' . table( $name ) . '`' ), true );
}

/** List the columns of each table. */
function definitions(): array {
	return [
		'contents'   => "content_id bigint unsigned NOT NULL, post_id bigint unsigned NOT NULL DEFAULT 0, operation_id varchar(36) NOT NULL DEFAULT '',
			state varchar(10) NOT NULL, owner varchar(32) NOT NULL DEFAULT '', lease_until bigint unsigned NOT NULL DEFAULT 0,
			PRIMARY KEY  (content_id), KEY post_id (post_id)",
		'operations' => 'operation_id varchar(36) NOT NULL, content_id bigint unsigned NOT NULL, body_hash varchar(64) NOT NULL,
			state varchar(12) NOT NULL, answer longtext NULL, began_at bigint unsigned NOT NULL,
			PRIMARY KEY  (operation_id), KEY content_id (content_id), KEY began_at (began_at)',
		'media'      => "sha256 varchar(64) NOT NULL, attachment_id bigint unsigned NOT NULL DEFAULT 0,
			owner varchar(32) NOT NULL DEFAULT '', lease_until bigint unsigned NOT NULL DEFAULT 0, PRIMARY KEY  (sha256)",
		'requests'   => 'id_hash varchar(64) NOT NULL, expires_at bigint unsigned NOT NULL, PRIMARY KEY  (id_hash), KEY expires_at (expires_at)',
		'outbox'     => 'seq bigint unsigned NOT NULL AUTO_INCREMENT, id varchar(36) NOT NULL, type varchar(40) NOT NULL, state varchar(10) NOT NULL,
			occurred_at bigint unsigned NOT NULL, data longtext NOT NULL, PRIMARY KEY  (seq), UNIQUE KEY id (id), KEY state_seq (state,seq)',
		'log'        => 'id bigint unsigned NOT NULL AUTO_INCREMENT, at bigint unsigned NOT NULL, kind varchar(10) NOT NULL, subject varchar(100) NOT NULL,
			outcome varchar(60) NOT NULL, detail varchar(190) NOT NULL, PRIMARY KEY  (id), KEY kind_id (kind,id)',
		'locks'      => "name varchar(40) NOT NULL, owner varchar(32) NOT NULL DEFAULT '', lease_until bigint unsigned NOT NULL DEFAULT 0, PRIMARY KEY  (name)",
	];
}

/** Let the event numbers begin at the present Unix time in milliseconds. */
function start_sequence(): void {
	global $wpdb;
	$now = now_ms();
	$wpdb->query(
		$wpdb->prepare(
			'INSERT IGNORE INTO `' . table( 'outbox' ) . "` (seq, id, type, state, occurred_at, data) VALUES (%d, 'beginning', '', 'sent', %d, '')",
			$now,
			$now
		)
	);
}

/** Enter the posts an earlier installation made, so that they are not made again. */
function adopt_earlier_posts(): void {
	global $wpdb;
	$wpdb->query(
		'INSERT IGNORE INTO `' . table( 'contents' ) . "` (content_id, post_id, operation_id, state, lease_until)
		SELECT CAST(c.meta_value AS UNSIGNED), c.post_id, COALESCE(LEFT(o.meta_value, 36), ''), 'made', " . FOREVER . " FROM {$wpdb->postmeta} c
		JOIN {$wpdb->posts} p ON p.ID = c.post_id AND p.post_status <> 'auto-draft'
		LEFT JOIN {$wpdb->postmeta} o ON o.post_id = c.post_id AND o.meta_key = '_igny8_operation_id'
		WHERE c.meta_key = '_igny8_content_id' AND CAST(c.meta_value AS UNSIGNED) > 0"
	);
}

/** Enter the images an earlier installation took in. */
function adopt_earlier_media(): void {
	global $wpdb;
	$wpdb->query(
		'INSERT IGNORE INTO `' . table( 'media' ) . "` (sha256, attachment_id, lease_until)
		SELECT m.meta_value, m.post_id, " . FOREVER . " FROM {$wpdb->postmeta} m JOIN {$wpdb->posts} p ON p.ID = m.post_id AND p.post_type = 'attachment'
		WHERE m.meta_key = '_igny8_sha256' AND CHAR_LENGTH(m.meta_value) = 64"
	);
}

/** Remove tables, options and the schedule of the current blog; posts and images stay. */
function remove_everything(): void {
	global $wpdb;
	foreach ( TABLES as $name ) {
		$wpdb->query( 'DROP TABLE IF EXISTS `' . table( $name ) . '`' );
	}
	foreach ( OPTIONS as $option ) {
		delete_option( $option );
	}
	wp_clear_scheduled_hook( 'igny8_bridge_every_minute' );
}

/** Remove everything from every blog, some at a time: a network may have more than fit into memory. */
function remove_from_every_blog(): void {
	if ( ! is_multisite() ) {
		remove_everything();
		return;
	}
	$offset = 0;
	do {
		$blogs = get_sites(
			[
				'fields'                 => 'ids',
				'orderby'                => 'id',
				'number'                 => BLOGS_AT_ONCE,
				'offset'                 => $offset,
				'update_site_meta_cache' => false,
			]
		);
		foreach ( $blogs as $blog ) {
			switch_to_blog( (int) $blog );
			remove_everything();
			restore_current_blog();
		}
		$offset += BLOGS_AT_ONCE;
	} while ( count( $blogs ) === BLOGS_AT_ONCE );
}

/** Add our tables to those that go when a blog of the network is deleted. */
function drop_with_the_blog( array $tables ): array {
	return array_merge( $tables, array_map( __NAMESPACE__ . '\\table', TABLES ) );
}

/** Tell the time in Unix milliseconds. */
function now_ms(): int {
	return (int) floor( microtime( true ) * 1000 );
}
