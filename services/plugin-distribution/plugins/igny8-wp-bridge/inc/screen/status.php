<?php
/**
 * The tab "Status": how it is, at a glance.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Screen;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Log;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Structure;
use const IGNY8\Bridge\VERSION;

/** Show the tab. */
function show_status(): void {
	show_state();
	show_facts( __( 'Connection', 'igny8-wp-bridge' ), connection_facts() );
	show_facts( __( 'What is on its way to IGNY8', 'igny8-wp-bridge' ), outbound_facts() );
	if ( Connection\is_paired() && Outbound\backlog()['waiting'] ) {
		show_button( 'send_now', __( 'Send now', 'igny8-wp-bridge' ) );
	}
	show_updates();
}

/** Show in one line whether the site is connected. */
function show_state(): void {
	if ( Connection\is_key_unreadable() ) {
		show_notice( 'error', __( 'The salts in wp-config.php have changed, so the stored API key cannot be opened. Enter it once more.', 'igny8-wp-bridge' ) );
	} elseif ( Connection\has_moved() ) {
		return; // The notice above says so, and asks.
	} elseif ( Connection\is_paired() ) {
		/* translators: %s: name of the site on the platform */
		show_notice( 'success', sprintf( __( 'Connected as "%s".', 'igny8-wp-bridge' ), Connection\pairing()['site_name'] ) );
	} else {
		show_notice( 'info', __( 'Not connected. Copy the site id and the API key from IGNY8 and enter them in the tab Connection.', 'igny8-wp-bridge' ) );
	}
}

/** List what is known of the connection. */
function connection_facts(): array {
	$pairing = Connection\pairing();
	$signed  = '' !== Connection\platform_public_key();
	return [
		__( 'IGNY8', 'igny8-wp-bridge' )             => Connection\api_url(),
		__( 'Site id', 'igny8-wp-bridge' )           => Connection\site_id() ? (string) Connection\site_id() : __( 'none', 'igny8-wp-bridge' ),
		__( 'Paired', 'igny8-wp-bridge' )            => when( (int) ( $pairing['paired_at'] ?? 0 ) ),
		__( 'Requests from IGNY8', 'igny8-wp-bridge' ) => $signed ? __( 'signed', 'igny8-wp-bridge' ) : __( 'not signed', 'igny8-wp-bridge' ),
		__( 'Versions', 'igny8-wp-bridge' )          => 'IGNY8 ' . VERSION . ', WordPress ' . get_bloginfo( 'version' ) . ', PHP ' . PHP_VERSION,
	];
}

/** List how sending goes. */
function outbound_facts(): array {
	$backlog  = Outbound\backlog();
	$state    = Outbound\state();
	$waiting  = $backlog['waiting'];
	$rejected = get_option( Outbound\REJECTED_OPTION );
	$rejected = is_array( $rejected ) ? count( $rejected ) : 0;
	/* translators: %s: number of events */
	$facts = [ __( 'Waiting', 'igny8-wp-bridge' ) => sprintf( _n( '%s event', '%s events', $waiting, 'igny8-wp-bridge' ), number_format_i18n( $waiting ) ) ];
	if ( $waiting ) {
		$facts[ __( 'The oldest since', 'igny8-wp-bridge' ) ] = when( intdiv( $backlog['oldest_ms'], 1000 ) );
	}
	if ( $state['failures'] ) {
		/* translators: 1: technical reason, 2: a date with a time */
		$facts[ __( 'Tried again', 'igny8-wp-bridge' ) ] = sprintf( __( '%1$s; the next attempt: %2$s', 'igny8-wp-bridge' ), $state['reason'], when( $state['not_before'] ) );
	}
	/* translators: %s: number of events */
	$facts[ __( 'Rejected', 'igny8-wp-bridge' ) ]               = sprintf( _n( '%s event', '%s events', $rejected, 'igny8-wp-bridge' ), number_format_i18n( $rejected ) );
	$facts[ __( 'Last success', 'igny8-wp-bridge' ) ]           = newest_in_words( 'sent' );
	$facts[ __( 'Last failure', 'igny8-wp-bridge' ) ]           = newest_in_words( 'failed' );
	$facts[ __( 'Structure told', 'igny8-wp-bridge' ) ]         = when( Structure\state()['sent_at'] );
	$facts[ __( 'Types in two-way sync', 'igny8-wp-bridge' ) ] = Structure\synced_types() ? implode( ', ', Structure\synced_types() ) : __( 'none', 'igny8-wp-bridge' );
	return $facts;
}

/** Word the newest entry of a kind in the log. */
function newest_in_words( string $kind ): string {
	$newest = Log\newest( 1, $kind );
	if ( ! $newest ) {
		return __( 'none in the log', 'igny8-wp-bridge' );
	}
	return when( (int) $newest[0]->at ) . ': ' . trim( "{$newest[0]->subject} {$newest[0]->outcome} {$newest[0]->detail}" );
}

/** Send what waits, at once. */
function handle_send_now(): void {
	guard( 'igny8_bridge_send_now' );
	Outbound\forget_backoff();
	Outbound\send_waiting( 15, 20 );
	return_to( 'status', Outbound\backlog()['waiting'] ? 'still_waiting' : 'sent' );
}
