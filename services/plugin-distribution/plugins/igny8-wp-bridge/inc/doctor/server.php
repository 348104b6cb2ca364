<?php
/**
 * What the server gives: PHP, its limits, room on the disk, the database.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Doctor;

use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Media;

const LEAST_PHP    = '7.4';
const LEAST_MEMORY = 128 * MB_IN_BYTES;
const LEAST_UPLOAD = 8 * MB_IN_BYTES;
const LEAST_DISK   = 200 * MB_IN_BYTES;

/** Check PHP's version. */
function check_php(): array {
	/* translators: %s: a version */
	$fix = sprintf( __( 'Ask your host for PHP %s or later.', 'igny8-wp-bridge' ), LEAST_PHP );
	return judged( version_compare( PHP_VERSION, LEAST_PHP, '>=' ), __( 'PHP is new enough.', 'igny8-wp-bridge' ), __( 'PHP is too old.', 'igny8-wp-bridge' ), 'PHP ' . PHP_VERSION . ', ' . PHP_SAPI, $fix );
}

/** Check PHP's extensions. */
function check_extensions(): array {
	$missing = array_values( array_filter( [ 'curl', 'mbstring', 'mysqli' ], static function ( string $name ): bool { return ! extension_loaded( $name ); } ) ); // phpcs:ignore Squiz.Functions -- short.
	$images  = array_values( array_filter( [ 'gd', 'imagick' ], 'extension_loaded' ) );
	$sodium  = extension_loaded( 'sodium' ) ? 'PHP' : ( Identity\can_sign() ? 'WordPress, slowly' : 'nobody' );
	$asked   = array_merge( $missing, $images ? [] : [ 'gd or imagick' ], 'nobody' === $sodium ? [ 'sodium' ] : [] );
	/* translators: %s: names of PHP extensions */
	$fix = sprintf( __( 'Ask your host to switch on these PHP extensions: %s', 'igny8-wp-bridge' ), implode( ', ', $asked ) );
	return judged( ! $asked, __( 'PHP has what is needed.', 'igny8-wp-bridge' ), __( 'PHP lacks extensions.', 'igny8-wp-bridge' ), 'missing: ' . implode( ', ', $missing ) . '; images: ' . implode( ', ', $images ) . "; signatures by $sodium", $fix );
}

/** Check the memory a request may use. */
function check_memory(): array {
	$limit = (string) ini_get( 'memory_limit' );
	$bytes = wp_convert_hr_to_bytes( $limit );
	return judged( $bytes <= 0 || $bytes >= LEAST_MEMORY, __( 'There is enough memory.', 'igny8-wp-bridge' ), __( 'There is little memory: large images cannot be made smaller.', 'igny8-wp-bridge' ), "memory_limit=$limit, WP_MEMORY_LIMIT=" . WP_MEMORY_LIMIT . ', peak=' . memory_get_peak_usage(), __( 'Raise memory_limit to 128M or more.', 'igny8-wp-bridge' ) );
}

/** Check the time a request may take. */
function check_time_limit(): array {
	$seconds = (int) ini_get( 'max_execution_time' );
	return judged( 0 === $seconds || $seconds >= 30, __( 'Requests have enough time.', 'igny8-wp-bridge' ), __( 'Requests have little time.', 'igny8-wp-bridge' ), "max_execution_time=$seconds", __( 'Raise max_execution_time to 30 or more.', 'igny8-wp-bridge' ) );
}

/** Check how large an image may be. */
function check_upload(): array {
	$upload = (string) ini_get( 'upload_max_filesize' );
	$post   = (string) ini_get( 'post_max_size' );
	$bytes  = wp_convert_hr_to_bytes( $post );
	$ok     = Media\max_bytes() >= LEAST_UPLOAD && ( 0 === $bytes || $bytes >= LEAST_UPLOAD );
	return judged( $ok, __( 'Images of a usual size are taken.', 'igny8-wp-bridge' ), __( 'Only small images are taken.', 'igny8-wp-bridge' ), "upload_max_filesize=$upload, post_max_size=$post, max_upload_bytes=" . Media\max_bytes(), __( 'Raise upload_max_filesize and post_max_size to 8M or more; on a network, its largest upload, too.', 'igny8-wp-bridge' ) );
}

/** Check whether images can be stored. */
function check_disk(): array {
	$folder = wp_upload_dir( null, false )['basedir'];
	while ( ! is_dir( $folder ) && dirname( $folder ) !== $folder ) {
		$folder = dirname( $folder ); // It is made when the first file comes.
	}
	$free     = function_exists( 'disk_free_space' ) ? @disk_free_space( $folder ) : false; // phpcs:ignore WordPress.PHP.NoSilencedErrors -- it warns where a host forbids looking.
	$writable = wp_is_writable( $folder );
	$evidence = "$folder, writable=" . ( $writable ? 'yes' : 'no' ) . ', free=' . ( false === $free ? 'unknown' : sprintf( '%.0f', $free ) );
	if ( ! $writable ) {
		return finding( false, __( 'Images cannot be stored.', 'igny8-wp-bridge' ), $evidence, __( 'Let the web server write to the uploads folder.', 'igny8-wp-bridge' ) );
	}
	return judged( false === $free || $free >= LEAST_DISK, __( 'There is room for images.', 'igny8-wp-bridge' ), __( 'The disk is almost full.', 'igny8-wp-bridge' ), $evidence, __( 'Make room on the disk.', 'igny8-wp-bridge' ) );
}

/** Check what texts the database can keep. */
function check_database(): array {
	global $wpdb;
	$charset = (string) $wpdb->get_col_charset( $wpdb->posts, 'post_content' );
	return judged( 'utf8mb4' === $charset, __( 'The database keeps every letter and emoji.', 'igny8-wp-bridge' ), __( 'The database refuses emoji and some letters.', 'igny8-wp-bridge' ), 'MySQL ' . $wpdb->db_version() . ", post_content is $charset", __( 'Convert the tables to utf8mb4.', 'igny8-wp-bridge' ) );
}
