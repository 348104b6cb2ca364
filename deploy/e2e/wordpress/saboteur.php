<?php
/**
 * Plugin Name: Saboteur
 * Description: Kills one process, once, when the bridge plugin reaches a named step. Only for end-to-end tests.
 */

// A killed request holds its content for two minutes otherwise.
define( 'IGNY8_LEASE_SECONDS', 3 );

add_action(
	'igny8_step',
	function ( $step ) {
		$order = WP_CONTENT_DIR . '/sabotage.json';
		if ( ! is_file( $order ) ) {
			return;
		}
		$sabotage = json_decode( (string) file_get_contents( $order ), true );
		if ( $step !== $sabotage['step'] || ! rename( $order, $order . '.done' ) ) {
			return;
		}
		if ( ! $sabotage['pid'] && false === strpos( (string) file_get_contents( '/proc/' . posix_getppid() . '/cmdline' ), 'php' ) ) {
			exit( 1 ); // The parent of all workers: killed, it would take the whole web server with it.
		}
		posix_kill( $sabotage['pid'] ? $sabotage['pid'] : getmypid(), 9 );
		// Whoever was killed must be gone before this request goes on.
		usleep( 300000 );
	}
);
