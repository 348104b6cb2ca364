<?php
/**
 * The guard: placed before an update of this plugin, with a copy of the build that works; must-use/ has the guard itself.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use FilesystemIterator;
use RecursiveDirectoryIterator;
use RecursiveIteratorIterator;
use const IGNY8\Bridge\FILE;

/** How large a build may be that is copied. */
const MOST_COPIED_BYTES = MOST_UNPACKED_BYTES;

/**
 * Place the guard when WordPress is about to replace this plugin. The update goes on without where it cannot be placed.
 *
 * @param mixed $response   True, or another's refusal.
 * @param array $hook_extra What is being updated.
 * @return mixed The response as it came.
 */
function prepare_guard( $response, $hook_extra ) {
	if ( ! is_wp_error( $response ) && is_update_of_ours( $hook_extra ) && '' !== verified_version() ) {
		update_site_option( GUARD_OPTION, place_guard( verified_version() ) );
	}
	return $response;
}

/**
 * Place the guard.
 *
 * @param string $next The version that is about to come.
 * @return string Why it could not be placed, '' if it was.
 */
function place_guard( string $next ): string {
	$reason = obstacle();
	if ( '' !== $reason ) {
		return $reason;
	}
	$folder = guard_folder();
	remove_guard();
	$notes = [
		'from'     => installed_version(),
		'to'       => $next,
		'begun_at' => time(),
		'phase'    => 'watching',
	];
	$done  = wp_mkdir_p( $folder )
		&& copy_folder( dirname( FILE ), "$folder/previous.new" )
		&& rename( "$folder/previous.new", "$folder/previous" )
		&& write( "$folder/index.php", "<?php\n// Nothing to see here.\n" )
		&& write( "$folder/.htaccess", "<IfModule mod_authz_core.c>\nRequire all denied\n</IfModule>\n<IfModule !mod_authz_core.c>\nDeny from all\n</IfModule>\n" )
		&& write( "$folder/notes.php", "<?php exit; ?>\n" . wp_json_encode( $notes ) )
		&& wp_mkdir_p( WPMU_PLUGIN_DIR )
		&& write( WPMU_PLUGIN_DIR . '/' . GUARD_FILE, (string) file_get_contents( __DIR__ . '/must-use/' . GUARD_FILE ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- a local file.
	if ( ! $done ) {
		remove_guard();
		return 'copy_failed';
	}
	return '';
}

/** Tell what is in the guard's way, '' if nothing is. */
function obstacle(): string {
	$must_use = is_dir( WPMU_PLUGIN_DIR ) ? WPMU_PLUGIN_DIR : dirname( WPMU_PLUGIN_DIR );
	if ( ! wp_is_writable( $must_use ) ) {
		return 'must_use_not_writable';
	}
	if ( ! wp_is_writable( is_dir( guard_folder() ) ? guard_folder() : WP_CONTENT_DIR ) || ! wp_is_writable( WP_PLUGIN_DIR ) ) {
		return 'content_not_writable';
	}
	return is_link( WP_PLUGIN_DIR . '/' . SLUG ) || SLUG !== basename( dirname( FILE ) ) ? 'folder_is_another' : '';
}

/**
 * Tell how the guard stands, for Site Health and the settings page.
 *
 * @return array{state:string,version:string,reason:string} `state` is `watching` (since an update to `version`), `ready`, or
 *                                                          `impossible`, for the `reason`, a sentence.
 */
function guard_state(): array {
	$notes = guard_notes();
	if ( $notes ) {
		return [
			'state'   => 'watching',
			'version' => (string) $notes['to'],
			'reason'  => '',
		];
	}
	$obstacle = obstacle();
	$obstacle = '' !== $obstacle ? $obstacle : (string) get_site_option( GUARD_OPTION );
	return [
		'state'   => '' === $obstacle ? 'ready' : 'impossible',
		'version' => '',
		'reason'  => '' === $obstacle ? '' : obstacle_in_words( $obstacle ),
	];
}

/** Say what is in the guard's way. */
function obstacle_in_words( string $obstacle ): string {
	switch ( $obstacle ) {
		case 'must_use_not_writable':
			return __( 'The folder mu-plugins cannot be written by PHP, so a failing update cannot be undone by itself.', 'igny8-wp-bridge' );
		case 'content_not_writable':
			return __( 'The folders wp-content and plugins cannot be written by PHP, so a failing update cannot be undone by itself.', 'igny8-wp-bridge' );
		case 'folder_is_another':
			return __( 'The plugin lies in a folder of another name or behind a link, so a failing update cannot be undone by itself.', 'igny8-wp-bridge' );
		default:
			return __( 'The previous build could not be copied at the last update, so it could not have been put back.', 'igny8-wp-bridge' );
	}
}

/** Read the guard's notes, empty if it is not there. */
function guard_notes(): array {
	$file  = guard_folder() . '/notes.php';
	$text  = is_file( WPMU_PLUGIN_DIR . '/' . GUARD_FILE ) && is_file( $file ) ? (string) @file_get_contents( $file ) : ''; // phpcs:ignore WordPress.WP.AlternativeFunctions,WordPress.PHP.NoSilencedErrors -- the guard may remove it at any moment.
	$notes = json_decode( substr( $text, (int) strpos( $text, "\n" ) ), true );
	return is_array( $notes ) && isset( $notes['to'] ) ? $notes : [];
}

/** Copy a folder with all that is in it. */
function copy_folder( string $from, string $to ): bool {
	$bytes = 0;
	$done  = wp_mkdir_p( $to );
	$files = new RecursiveIteratorIterator( new RecursiveDirectoryIterator( $from, FilesystemIterator::SKIP_DOTS ), RecursiveIteratorIterator::SELF_FIRST );
	foreach ( $files as $file ) {
		$target = $to . '/' . $files->getSubPathname();
		$bytes += $file->isFile() ? $file->getSize() : 0;
		$done   = $done && $bytes <= MOST_COPIED_BYTES && ( $file->isDir() ? wp_mkdir_p( $target ) : copy( $file->getPathname(), $target ) );
	}
	return $done;
}

/** Write a file, as a whole or not at all. */
function write( string $file, string $text ): bool {
	return strlen( $text ) === file_put_contents( "$file.new", $text ) && rename( "$file.new", $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- it has to be there before any request, whatever access WordPress' own layer has.
}
