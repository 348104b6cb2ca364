<?php
/**
 * The tab "Doctor": what may be wrong here, seen from here and from IGNY8's side.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Screen;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Doctor;

/** Show the tab. */
function show_doctor(): void {
	echo '<h2>' . esc_html__( 'From here', 'igny8-wp-bridge' ) . '</h2><p>' . esc_html__( 'Looks at this server, WordPress and the bridge. Nothing leaves the site.', 'igny8-wp-bridge' ) . '</p>';
	echo '<form method="post" action="' . esc_url( page_url( 'doctor' ) ) . '#igny8-findings"><input type="hidden" name="examine" value="1">';
	wp_nonce_field( 'igny8_bridge_examine' );
	submit_button( __( 'Run the checks', 'igny8-wp-bridge' ), 'primary', 'submit', false, [ 'id' => 'igny8-examine' ] );
	echo '</form><div id="igny8-findings" role="status" aria-live="polite" tabindex="-1" style="outline:0">';
	show_asked_findings();
	echo '</div><h2>' . esc_html__( 'From IGNY8\'s side', 'igny8-wp-bridge' ) . '</h2><p>' . esc_html__( 'IGNY8 calls this site as it does to publish, and says what it found.', 'igny8-wp-bridge' ) . '</p>';
	show_button( 'test', __( 'Test from IGNY8\'s side', 'igny8-wp-bridge' ) );
	show_last_test();
}

/** Run the checks if the button was pressed. */
function show_asked_findings(): void {
	if ( ! isset( $_POST['examine'] ) ) {
		return;
	}
	$nonce = isset( $_POST['_wpnonce'] ) && is_string( $_POST['_wpnonce'] ) ? sanitize_key( $_POST['_wpnonce'] ) : '';
	if ( ! wp_verify_nonce( $nonce, 'igny8_bridge_examine' ) ) {
		show_notice( 'error', __( 'This page was open for too long. Press the button once more.', 'igny8-wp-bridge' ) );
		return;
	}
	show_findings( Doctor\findings() );
}

/** Show what the checks found. */
function show_findings( array $checks ): void {
	$problems = count( array_filter( $checks, static function ( array $check ): bool { return ! $check['ok']; } ) ); // phpcs:ignore Squiz.Functions -- short.
	if ( $problems ) {
		/* translators: %s: number of problems */
		show_notice( 'error', sprintf( _n( '%s problem found. What to do stands beside it.', '%s problems found. What to do stands beside them.', $problems, 'igny8-wp-bridge' ), number_format_i18n( $problems ) ) );
	} else {
		show_notice( 'success', __( 'Nothing is wrong here.', 'igny8-wp-bridge' ) );
	}
	usort( $checks, static function ( array $a, array $b ): int { return [ $a['ok'], '' === $a['fix'] ] <=> [ $b['ok'], '' === $b['fix'] ]; } ); // phpcs:ignore Squiz.Functions -- short.
	show_checks( __( 'What the checks found', 'igny8-wp-bridge' ), $checks );
}

/** Let the platform test the connection. */
function handle_test(): void {
	guard( 'igny8_bridge_test' );
	return_to( 'doctor', is_wp_error( Connection\test() ) ? 'not_connected' : 'connected' );
}
