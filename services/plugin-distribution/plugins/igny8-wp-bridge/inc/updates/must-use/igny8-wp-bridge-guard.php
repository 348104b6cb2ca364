<?php
/**
 * Plugin Name: IGNY8 WordPress Bridge: guard
 * Description: Puts the previous build of the IGNY8 WordPress Bridge back if an update of it makes requests fail. It comes with an update, and removes itself when the new build has proven itself.
 *
 * It runs before the plugin, and knows nothing of it but its folder. Its notes lie in a folder beside the plugins:
 *
 *   notes.php   `from` and `to` (versions), `begun_at`, `seen_at` (the new build was first seen), `good` (requests), `counted_at`,
 *               `strikes`, `error`, and `phase`: `watching`, `restoring`, `undone`, or `stuck` where the folder cannot be renamed
 *   previous/   the build that was there before
 *   failed/     the build that was taken away, until it is deleted
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge_Guard;

defined( 'ABSPATH' ) || exit;

const PLUGIN = 'igny8-wp-bridge';

/** So many requests have to be served well, counting one in three seconds; or an hour has to pass, with one at least. */
const GOOD_REQUESTS    = 20;
const COUNT_EVERY      = 3;
const PROVEN_SECONDS   = 3600;
const LONGEST_SECONDS  = 86400;

/** WordPress is done with replacing the folder by then. */
const REPLACED_SECONDS = 600;

/** Memory and time run out for other reasons too: only so many times count. */
const STRIKES = 3;

const FATAL = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;

begin();

/** Find out how the update stands, before the plugin is loaded. */
function begin(): void {
	$notes = notes();
	$now   = time();
	if ( ! $notes || $now - $notes['begun_at'] > LONGEST_SECONDS ) {
		go();
		return;
	}
	if ( 'restoring' === $notes['phase'] ) {
		put_back( $notes );
		$notes = notes();
	}
	if ( 'undone' === ( $notes['phase'] ?? '' ) ) {
		add_action( 'init', __NAMESPACE__ . '\\hand_over', 0 );
		return;
	}
	if ( 'watching' !== ( $notes['phase'] ?? '' ) ) {
		return;
	}
	$installed = installed_version();
	if ( $installed === $notes['to'] ) {
		watch( $notes, $now );
	} elseif ( '' === $installed && ! $notes['seen_at'] ) {
		if ( $now - $notes['begun_at'] > REPLACED_SECONDS ) {
			put_back( [ 'error' => 'The update was cut off.' ] + $notes );
		}
	} elseif ( $installed === $notes['from'] && '' !== $notes['error'] ) {
		// WordPress tried the new build, saw it fail as we did, and has put the old one back itself.
		note( [ 'phase' => 'undone' ] + $notes );
	} elseif ( $installed !== $notes['from'] || $notes['seen_at'] || $now - $notes['begun_at'] > REPLACED_SECONDS ) {
		go(); // A person has put another build there, or no update came about.
	}
}

/** Watch this request, unless the new build has proven itself. */
function watch( array $notes, int $now ): void {
	if ( $notes['good'] >= GOOD_REQUESTS || ( $notes['good'] && $notes['seen_at'] && $now - $notes['seen_at'] > PROVEN_SECONDS ) ) {
		go();
		return;
	}
	if ( ! $notes['seen_at'] ) {
		change( [ 'seen_at' => $now ] );
	}
	// Where the error is seen first: what runs later may leave notices over which it is forgotten, or die itself and end it all.
	add_filter( 'wp_php_error_args', __NAMESPACE__ . '\\look_at_the_error_page', 10, 2 );
	add_action( 'shutdown', __NAMESPACE__ . '\\look_at_the_end', PHP_INT_MIN, 0 );
	register_shutdown_function( __NAMESPACE__ . '\\look_after_the_end' );
}

/** Look at the error WordPress' own handler is about to show. */
function look_at_the_error_page( $args, $error ) {
	judge( is_array( $error ) ? $error : null );
	return $args;
}

/** Look at the request when it ends, before anything else does. */
function look_at_the_end(): void {
	judge( error_get_last() );
}

/** Look at the request when nothing of WordPress is to come, and count it if it went well. */
function look_after_the_end(): void {
	$served = did_action( 'wp_loaded' ) && (int) http_response_code() < 500;
	if ( ! judge( error_get_last() ) && $served && defined( 'IGNY8\\Bridge\\VERSION' ) && ! defined( 'WP_SANDBOX_SCRAPING' ) ) {
		count_good();
	}
}

/**
 * Judge how the request ended.
 *
 * @return bool Whether it ended in an error, whosever.
 */
function judge( ?array $error ): bool {
	static $failed = false;
	if ( $failed || ! $error || ! ( $error['type'] & FATAL ) ) {
		return $failed;
	}
	$failed = true;
	if ( is_the_plugins( $error ) ) {
		answer_failure( $error );
	}
	return true;
}

/** Do what an error of the plugin calls for. */
function answer_failure( array $error ): void {
	$said  = substr( strtok( $error['message'], "\n" ) . ' in ' . basename( $error['file'] ) . ':' . $error['line'], 0, 500 );
	$notes = notes();
	if ( ! $notes || 'watching' !== $notes['phase'] || installed_version() !== $notes['to'] ) {
		return; // Another request was first.
	}
	if ( defined( 'WP_SANDBOX_SCRAPING' ) && WP_SANDBOX_SCRAPING ) {
		change( [ 'error' => $said ] ); // WordPress is trying the build itself, and knows what to do.
	} elseif ( preg_match( '/\A(Allowed memory size|Maximum execution time|Out of memory)/', $error['message'] ) && $notes['strikes'] + 1 < STRIKES ) {
		change( [ 'strikes' => $notes['strikes'] + 1 ] );
	} else {
		put_back( [ 'error' => $said ] + $notes );
	}
}

/** Tell whether an error lies in the plugin's folder, or names one of its functions. */
function is_the_plugins( array $error ): bool {
	$file = str_replace( '\\', '/', (string) $error['file'] );
	foreach ( [ folder(), (string) realpath( folder() ) ] as $folder ) {
		if ( '' !== $folder && 0 === strpos( $file, str_replace( '\\', '/', $folder ) . '/' ) ) {
			return true;
		}
	}
	return defined( 'IGNY8\\Bridge\\VERSION' ) && false !== strpos( (string) strtok( $error['message'], "\n" ), 'IGNY8\\Bridge\\' );
}

/** Count a request that ended well, where nobody else is counting; the one that updates the plugin is still the old build's. */
function count_good(): void {
	$notes = notes();
	if ( $notes && constant( 'IGNY8\\Bridge\\VERSION' ) === $notes['to'] && time() - $notes['counted_at'] >= COUNT_EVERY ) {
		change( [ 'good' => $notes['good'] + 1, 'counted_at' => time() ] ); // phpcs:ignore WordPress.Arrays
	}
}

/**
 * Put the previous build back: two renames, by one process, that the next request finishes if this one dies in between.
 *
 * Whoever finds the lock taken leaves it to the other, who holds it for a moment.
 */
function put_back( array $notes ): void {
	$lock = lock();
	$then = notes();
	if ( ! $lock || ! $then || 'undone' === $then['phase'] || 'stuck' === $then['phase'] ) {
		return;
	}
	$previous = home() . '/previous';
	$failed   = home() . '/failed';
	if ( ! is_dir( $previous ) && 'restoring' !== $then['phase'] ) {
		return;
	}
	note( [ 'phase' => 'restoring' ] + $notes );
	if ( is_dir( $previous ) ) {
		delete( $failed );
		if ( is_dir( folder() ) && ! @rename( folder(), $failed ) ) {
			note( [ 'phase' => 'stuck' ] + $notes );
			return;
		}
		if ( ! @rename( $previous, folder() ) ) {
			@rename( $failed, folder() );
			note( [ 'phase' => 'stuck' ] + $notes );
			return;
		}
	}
	note( [ 'phase' => 'undone' ] + $notes );
	forget_compiled();
	delete( $failed );
}

/** Let PHP read the files anew that it has compiled. */
function forget_compiled(): void {
	clearstatcache( true );
	if ( ! function_exists( 'opcache_invalidate' ) || ! is_dir( folder() ) ) {
		return;
	}
	foreach ( new \RecursiveIteratorIterator( new \RecursiveDirectoryIterator( folder(), \FilesystemIterator::SKIP_DOTS ) ) as $file ) {
		if ( 'php' === $file->getExtension() ) {
			@opcache_invalidate( $file->getPathname(), true );
		}
	}
}

/** Tell the plugin what was undone, and go; while it is not loaded, as in a blog of a network that has it switched off, wait. */
function hand_over(): void {
	$notes = notes();
	if ( $notes && function_exists( 'IGNY8\\Bridge\\Updates\\note_undone' ) ) {
		\IGNY8\Bridge\Updates\note_undone( $notes['to'], $notes['error'] );
		go();
	}
}

/** Remove what was kept, and this file. */
function go(): void {
	if ( is_dir( home() ) ) {
		delete( home() );
	}
	@unlink( __FILE__ );
}

/** Read the version in the plugin's folder, '' if there is none. */
function installed_version(): string {
	$file = folder() . '/' . PLUGIN . '.php';
	$head = is_file( $file ) ? (string) file_get_contents( $file, false, null, 0, 8192 ) : '';
	return preg_match( '/^[ \t\/*#@]*Version:(.*)$/mi', $head, $match ) ? trim( $match[1] ) : '';
}

/** Read the notes; empty if there are none. */
function notes(): array {
	$text  = (string) @file_get_contents( home() . '/notes.php' ); // Another request may remove them at any moment.
	$notes = json_decode( substr( $text, (int) strpos( $text, "\n" ) ), true );
	return is_array( $notes ) && isset( $notes['from'], $notes['to'], $notes['begun_at'], $notes['phase'] ) ? $notes + [
		'seen_at'    => 0,
		'good'       => 0,
		'counted_at' => 0,
		'strikes'    => 0,
		'error'      => '',
	] : [];
}

/** Change some of the notes, where nobody else is at it. */
function change( array $what ): void {
	$lock  = lock();
	$notes = $lock ? notes() : [];
	if ( $notes && 'watching' === $notes['phase'] ) {
		note( $what + $notes );
	}
}

/** Write the notes, as a whole. */
function note( array $notes ): void {
	$file = home() . '/notes.php';
	if ( false !== @file_put_contents( "$file.new", "<?php exit; ?>\n" . json_encode( $notes, JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE ) ) ) {
		@rename( "$file.new", $file );
	}
}

/**
 * Take the lock, until the returned handle is dropped.
 *
 * @return resource|false
 */
function lock() {
	$handle = is_dir( home() ) ? @fopen( home() . '/lock', 'c' ) : false;
	return $handle && flock( $handle, LOCK_EX | LOCK_NB ) ? $handle : false;
}

/** Delete a folder of ours with all that is in it, of a link only the link; another request may be doing the same. */
function delete( string $path ): void {
	if ( is_dir( $path ) && ! is_link( $path ) ) {
		foreach ( array_diff( (array) @scandir( $path ), [ '.', '..', false ] ) as $name ) {
			delete( "$path/$name" );
		}
		@rmdir( $path );
	} else {
		@unlink( $path );
	}
}

/** Name the plugin's folder. */
function folder(): string {
	return WP_PLUGIN_DIR . '/' . PLUGIN;
}

/** Name the folder beside the plugins. */
function home(): string {
	return WP_CONTENT_DIR . '/upgrade-' . PLUGIN;
}
