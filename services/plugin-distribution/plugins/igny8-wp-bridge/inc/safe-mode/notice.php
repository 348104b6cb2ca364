<?php
/**
 * The question to a person, and its two answers.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Safe_Mode;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Screen;

/** Ask on every page of the admin area; once answered, only remind where plugins are looked after. */
function show_notice(): void {
	if ( ! current_user_can( Screen\CAPABILITY ) || ! is_on() ) {
		return;
	}
	if ( is_settled_copy() ) {
		$screen = get_current_screen();
		if ( $screen && in_array( $screen->id, [ 'plugins', 'settings_page_' . Screen\PAGE ], true ) ) {
			echo '<div class="notice notice-info"><p>' . esc_html( reminder() ) . '</p>';
			show_choice( 'igny8_bridge_moved_here', __( 'This site moved here: pair it anew', 'igny8-wp-bridge' ), 'button-link' );
			echo '</div>';
		}
		return;
	}
	echo '<div class="notice notice-warning"><p><strong>' . esc_html__( 'IGNY8 is in safe mode', 'igny8-wp-bridge' ) . '</strong></p><p>' . esc_html( question() ) . '</p>';
	show_choice( 'igny8_bridge_stay_copy', __( 'This is a copy: stay in safe mode', 'igny8-wp-bridge' ), 'button' );
	show_choice( 'igny8_bridge_moved_here', __( 'This site moved here: pair it anew', 'igny8-wp-bridge' ), 'button' );
	echo '</div>';
}

/** Word the question. */
function question(): string {
	/* translators: 1: an address, 2: another address */
	$text = sprintf( __( 'This site was paired with IGNY8 as %1$s, and it is %2$s now. Nothing is sent to IGNY8 and nothing is taken from it until you decide.', 'igny8-wp-bridge' ), Connection\paired_address(), Connection\site_address() );
	$kind = wp_get_environment_type();
	if ( 'production' !== $kind ) {
		/* translators: %s: development, staging or local */
		$text .= ' ' . sprintf( __( 'WordPress says that this is a %s environment, so it is probably a copy.', 'igny8-wp-bridge' ), $kind );
	}
	return $text;
}

/** Word the reminder. */
function reminder(): string {
	/* translators: %s: an address */
	return sprintf( __( 'This is a copy of %s, and IGNY8 stays in safe mode here.', 'igny8-wp-bridge' ), Connection\paired_address() );
}

/** Show the button of one answer. */
function show_choice( string $action, string $label, string $looks ): void {
	echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '" style="display:inline-block;margin:0 1em 1em 0"><input type="hidden" name="action" value="' . esc_attr( $action ) . '">';
	wp_nonce_field( $action );
	echo '<button class="' . esc_attr( $looks ) . '">' . esc_html( $label ) . '</button></form>';
}

/** Stay a copy, and return. */
function handle_stay(): void {
	Screen\guard( 'igny8_bridge_stay_copy' );
	if ( is_on() ) {
		stay();
	}
	wp_safe_redirect( Screen\page_url() );
	exit;
}

/** Pair anew, and show how that went. */
function handle_moved(): void {
	Screen\guard( 'igny8_bridge_moved_here' );
	Connection\test();
	wp_safe_redirect( Screen\page_url( 'connection' ) );
	exit;
}
