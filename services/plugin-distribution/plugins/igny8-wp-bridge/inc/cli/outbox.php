<?php
/**
 * `wp igny8 outbox …` and `sync …`: what goes to the platform.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Cli;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Structure;
use WP_CLI;

const MOST_LISTED = 10000;

/** List the events that wait. */
function outbox_list( array $arguments, array $options ): void {
	$limit = min( MOST_LISTED, max( 1, (int) ( $options['limit'] ?? 100 ) ) );
	$rows  = [];
	foreach ( Outbound\oldest( $limit ) as $event ) {
		$data   = (array) json_decode( (string) $event->data, true );
		$rows[] = [
			'seq'         => (int) $event->seq,
			'type'        => $event->type,
			'post_id'     => (int) ( $data['post_id'] ?? 0 ),
			'status'      => (string) ( $data['post_status'] ?? '' ),
			'occurred_at' => gmdate( 'Y-m-d\TH:i:s\Z', intdiv( (int) $event->occurred_at, 1000 ) ),
		];
	}
	show( $options, $rows, [ 'seq', 'type', 'post_id', 'status', 'occurred_at' ] );
}

/** Send what waits, at once. */
function outbox_send(): void {
	need_connection();
	Outbound\forget_backoff();
	$sent    = Outbound\send_waiting( 15, 60 );
	$waiting = Outbound\backlog()['waiting'];
	if ( $waiting ) {
		WP_CLI::error( "$sent sent, $waiting still wait. " . ( Outbound\state()['reason'] ? Outbound\state()['reason'] : 'Another process is sending, or there was not time enough; run it again.' ) );
	}
	WP_CLI::success( "$sent sent, none waits." );
}

/** Forget the events that the platform would not take. */
function outbox_clear_rejected( array $arguments, array $options ): void {
	$rejected = get_option( Outbound\REJECTED_OPTION );
	$count    = is_array( $rejected ) ? count( $rejected ) : 0;
	if ( $count ) {
		WP_CLI::confirm( "Forget $count rejected events?", $options );
		delete_option( Outbound\REJECTED_OPTION );
	}
	WP_CLI::success( "$count forgotten." );
}

/** Push the structure now. */
function sync_structure(): void {
	need_connection();
	Structure\be_due( time() );
	if ( ! Structure\push_if_due( 20 ) ) {
		$reason = Structure\state()['reason'];
		WP_CLI::error( '' !== $reason ? "IGNY8 did not take it: $reason" : 'It could not be sent now: another process is doing so, or the pairing knows no integration. Test the connection and run it again.' );
	}
	WP_CLI::success( 'IGNY8 knows the structure of this site.' );
}

/** Stop where there is nobody to send to. */
function need_connection(): void {
	if ( Connection\has_moved() ) {
		WP_CLI::error( 'This is a copy of the paired site under another address. Connect it for itself with: wp igny8 connect' );
	}
	if ( ! Connection\is_paired() ) {
		WP_CLI::error( 'The site is not connected. Connect it with: wp igny8 connect' );
	}
}
