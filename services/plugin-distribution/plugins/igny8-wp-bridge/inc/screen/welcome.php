<?php
/**
 * The hint after the activation: what to do next, until it is done.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Screen;

use IGNY8\Bridge\Connection;

/** Show the hint where plugins are looked after, to those who can follow it. */
function show_welcome(): void {
	$screen = get_current_screen();
	if ( ! $screen || ! in_array( $screen->id, [ 'plugins', 'dashboard' ], true ) || ! current_user_can( CAPABILITY ) ) {
		return;
	}
	if ( Connection\is_paired() || Connection\has_moved() ) {
		return;
	}
	echo '<div class="notice notice-info is-dismissible"><p><strong>' . esc_html__( 'IGNY8 is not connected yet.', 'igny8-wp-bridge' ) . '</strong> '
		. esc_html__( 'Make an API key for this site in IGNY8, and enter it here with the site id.', 'igny8-wp-bridge' )
		. '</p><p><a class="button button-primary" href="' . esc_url( page_url( 'connection' ) ) . '">' . esc_html__( 'Connect this site', 'igny8-wp-bridge' ) . '</a></p></div>';
}
