<?php
/**
 * Updates in the tab "Status": the channel, and what is offered. Everything the screen, Site Health and the commands know of updates, they know from here.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Screen;

use IGNY8\Bridge\Updates;

/** Tell whether this build updates itself. */
function updates_itself(): bool {
	return function_exists( 'IGNY8\\Bridge\\Updates\\offered' );
}

/** Tell whether this person may say which versions are installed: on a network, that is the network's business. */
function may_choose_updates(): bool {
	return current_user_can( is_multisite() ? 'manage_network_plugins' : 'update_plugins' );
}

/** Show what is known of updates, and the buttons. */
function show_updates(): void {
	if ( ! updates_itself() ) {
		return;
	}
	show_facts( __( 'Updates', 'igny8-wp-bridge' ), update_facts() );
	if ( ! may_choose_updates() ) {
		return;
	}
	begin_form( 'choose_channel' );
	echo '<label for="igny8-channel">' . esc_html__( 'Update channel', 'igny8-wp-bridge' ) . '</label> <select id="igny8-channel" name="channel">';
	foreach ( channel_names() as $channel => $name ) {
		echo '<option value="' . esc_attr( $channel ) . '"' . selected( Updates\channel(), $channel, false ) . '>' . esc_html( $name ) . '</option>';
	}
	echo '</select> ';
	submit_button( __( 'Save channel', 'igny8-wp-bridge' ), 'secondary', 'submit', false, [ 'id' => 'igny8-choose_channel' ] );
	echo '</form>';
	show_button( 'check_update', __( 'Check for updates', 'igny8-wp-bridge' ) );
}

/** Name the channels. */
function channel_names(): array {
	return [
		'stable' => __( 'Stable', 'igny8-wp-bridge' ),
		'beta'   => __( 'Beta: early versions', 'igny8-wp-bridge' ),
	];
}

/** List what is known of updates. */
function update_facts(): array {
	$offered = Updates\offered();
	$facts   = [
		__( 'Channel', 'igny8-wp-bridge' )      => channel_names()[ Updates\channel() ] ?? Updates\channel(),
		__( 'Offer', 'igny8-wp-bridge' )        => offer_in_words( $offered ),
		__( 'Last asked', 'igny8-wp-bridge' )   => when( (int) ( $offered['checked_at'] ?? 0 ) ),
		__( 'Update guard', 'igny8-wp-bridge' ) => guard_in_words( Updates\guard_state() ),
	];
	if ( ! empty( $offered['error'] ) ) {
		$facts[ __( 'Last problem', 'igny8-wp-bridge' ) ] = (string) $offered['error'];
	}
	return $facts;
}

/** Word what is offered. */
function offer_in_words( array $offered ): string {
	$version = (string) ( $offered['version'] ?? '' );
	if ( '' === $version ) {
		return __( 'not known yet', 'igny8-wp-bridge' );
	}
	if ( ! empty( $offered['failed'] ) ) {
		/* translators: %s: a version */
		return sprintf( __( 'Version %s failed on this site and was undone.', 'igny8-wp-bridge' ), $version );
	}
	if ( ! empty( $offered['update_available'] ) ) {
		/* translators: %s: a version */
		return sprintf( __( 'Version %s can be installed under Dashboard > Updates.', 'igny8-wp-bridge' ), $version );
	}
	switch ( (string) ( $offered['reason'] ?? '' ) ) {
		case 'requires_wp':
			/* translators: 1: a version of the plugin, 2: a version of WordPress */
			return sprintf( __( 'Version %1$s needs WordPress %2$s.', 'igny8-wp-bridge' ), $version, $offered['requires'] );
		case 'requires_php':
			/* translators: 1: a version of the plugin, 2: a version of PHP */
			return sprintf( __( 'Version %1$s needs PHP %2$s.', 'igny8-wp-bridge' ), $version, $offered['requires_php'] );
		case 'rollout':
			/* translators: %s: a version */
			return sprintf( __( 'Version %s is being released step by step and has not reached this site yet.', 'igny8-wp-bridge' ), $version );
		case 'paused':
			/* translators: %s: a version */
			return sprintf( __( 'The release of version %s is paused.', 'igny8-wp-bridge' ), $version );
		default:
			return __( 'This is the newest version.', 'igny8-wp-bridge' );
	}
}

/** Word how the guard stands. */
function guard_in_words( array $guard ): string {
	switch ( $guard['state'] ) {
		case 'watching':
			/* translators: %s: a version */
			return sprintf( __( 'watches version %s and would put the previous one back', 'igny8-wp-bridge' ), $guard['version'] );
		case 'ready':
			return __( 'ready: an update that fails is undone', 'igny8-wp-bridge' );
		default:
			return (string) $guard['reason'];
	}
}

/** Ask for updates now. */
function handle_check_update(): void {
	guard_updates( 'igny8_bridge_check_update' );
	return_to( 'status', is_wp_error( Updates\check_now() ) ? 'not_checked' : 'checked' );
}

/** Choose the channel, and ask what it offers. */
function handle_choose_channel(): void {
	guard_updates( 'igny8_bridge_choose_channel' );
	// phpcs:ignore WordPress.Security.NonceVerification.Missing -- guard_updates() has checked it.
	$channel = isset( $_POST['channel'] ) && is_string( $_POST['channel'] ) ? sanitize_key( wp_unslash( $_POST['channel'] ) ) : '';
	if ( ! Updates\set_channel( $channel ) ) {
		return_to( 'status', 'channel_kept' );
	}
	Updates\check_now();
	return_to( 'status', 'channel' );
}

/** Stop whoever may not choose what is installed. */
function guard_updates( string $action ): void {
	guard( $action );
	if ( ! updates_itself() || ! may_choose_updates() ) {
		wp_die( esc_html__( 'You may not choose which versions are installed here. On a network, its administrators do.', 'igny8-wp-bridge' ), 403 );
	}
}
