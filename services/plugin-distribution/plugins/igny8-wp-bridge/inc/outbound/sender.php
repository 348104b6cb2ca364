<?php
/**
 * The sender: one at a time, oldest first, patient while the platform is away.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Outbound;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Log;
use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use IGNY8\Bridge\Structure;
use IGNY8\Bridge\Updates;

const EVENTS_PATH   = '/api/v1/integration/webhooks/wordpress/events/';
const BATCH         = 100;
const LEASE_SECONDS = 90;

/** How soon a queue without an address is looked at again. */
const LOOK_AGAIN_SECONDS = 300;

/** Send what is due when the response has gone out; without a way to part from the client, wait for the platform only briefly. */
function send_after_the_response(): void {
	if ( ! did_action( 'plugins_loaded' ) ) {
		return; // The request died before WordPress was all there, and this would hide why.
	}
	if ( has_grown( false ) ) {
		drop_excess();
	}
	$due = (int) get_option( DUE_OPTION );
	if ( ! $due || time() < $due ) {
		return;
	}
	$parted = false;
	foreach ( [ 'fastcgi_finish_request', 'litespeed_finish_request' ] as $finish ) {
		if ( ! $parted && function_exists( $finish ) ) {
			$finish();
			$parted = true;
		}
	}
	send_waiting( $parted ? 15 : 3, $parted ? 25 : 4 );
	Structure\push_if_due( $parted ? 20 : 3 );
	Updates\report_if_due( $parted ? 10 : 2 );
	set_due();
}

/** Send what is due from WP-Cron. */
function send_in_background(): void {
	send_waiting( 15, 45 );
	Structure\push_if_due( 20 );
	Updates\report_if_due( 10 );
	set_due();
}

/**
 * Send waiting events until none is left, the platform is away, or the time is up.
 *
 * @return int How many left the queue.
 */
function send_waiting( int $timeout, int $budget ): int {
	if ( ! Storage\is_ready() || time() < state()['not_before'] ) {
		return 0;
	}
	if ( '' === Connection\webhook_url() ) {
		set_due();
		return 0;
	}
	$lock  = [ 'name' => 'sender' ];
	$owner = Storage\new_owner();
	if ( ! Storage\take_lease( 'locks', $lock, $owner, [], LEASE_SECONDS ) ) {
		return 0;
	}
	$sent = 0;
	$end  = time() + $budget;
	try {
		do {
			$left  = send_batch( $timeout );
			$sent += max( 0, $left );
		} while ( $left > 0 && time() < $end && Storage\keep_lease( 'locks', $lock, $owner, LEASE_SECONDS ) );
		delete_sent();
	} finally {
		set_due();
		Storage\give_back_lease( 'locks', $lock, $owner );
	}
	return $sent;
}

/**
 * Send one batch.
 *
 * @return int How many events left the queue; -1 if the platform is away.
 */
function send_batch( int $timeout ): int {
	$events = take_batch( state()['batch'] );
	if ( ! $events ) {
		return 0;
	}
	$body     = '[' . implode( ',', array_map( __NAMESPACE__ . '\\written', $events ) ) . ']';
	$response = wp_remote_post(
		Connection\webhook_url() . EVENTS_PATH,
		[
			'timeout'     => $timeout,
			'redirection' => 0,
			'headers'     => Connection\key_headers() + Identity\signed_headers( $body ) + [
				'Content-Type' => 'application/json',
				'Accept'       => 'application/json',
			],
			'body'        => $body,
		]
	);
	$status   = is_wp_error( $response ) ? 0 : (int) wp_remote_retrieve_response_code( $response );
	$answer   = 200 === $status ? json_decode( (string) wp_remote_retrieve_body( $response ), true ) : null;
	$left     = is_array( $answer ) && isset( $answer['data']['acks'] ) && is_array( $answer['data']['acks'] ) ? apply_acks( $events, $answer['data']['acks'] ) : 0;
	if ( 0 === $left ) {
		$reason = is_wp_error( $response ) ? $response->get_error_message() : 'HTTP ' . $status;
		if ( is_surely_untaken( $status, $reason ) ) {
			put_back();
		}
		Log\note( 'failed', 'events: ' . count( $events ), $status ? "HTTP $status" : '', 0 === $status ? $reason : '' );
		back_off( $status, (string) wp_remote_retrieve_header( $response, 'retry-after' ), $reason );
		return -1;
	}
	Log\note( 'sent', "events: $left", "HTTP $status" );
	forget_backoff();
	return $left;
}

/** Tell whether an attempt surely brought nothing: the platform refused all of it, or no connection came about. */
function is_surely_untaken( int $status, string $reason ): bool {
	return ( $status >= 300 && ! in_array( $status, [ 502, 504 ], true ) ) || ( 0 === $status && preg_match( '/cURL error (5|6|7|35|51|58|60|77):/', $reason ) );
}

/** Write an event as the protocol does. */
function written( object $event ): string {
	$event = [
		'id'          => $event->id,
		'seq'         => (int) $event->seq,
		'type'        => $event->type,
		'occurred_at' => Rest\rfc3339( (int) $event->occurred_at ),
		'data'        => json_decode( $event->data, true ),
	];
	return (string) wp_json_encode( $event );
}

/**
 * Take the events out of the queue that the platform answers for.
 *
 * @return int How many.
 */
function apply_acks( array $events, array $acks ): int {
	$by_id = array_column( $events, null, 'id' );
	$left  = 0;
	foreach ( $acks as $ack ) {
		$id     = is_array( $ack ) && isset( $ack['id'] ) && is_string( $ack['id'] ) ? $ack['id'] : '';
		$status = $ack['status'] ?? '';
		if ( ! isset( $by_id[ $id ] ) || ! in_array( $status, [ 'accepted', 'duplicate', 'rejected' ], true ) ) {
			continue;
		}
		if ( 'rejected' === $status ) {
			remember_rejected( $by_id[ $id ], (string) ( $ack['code'] ?? '' ), (string) ( $ack['detail'] ?? '' ) );
		}
		mark_sent( $id );
		unset( $by_id[ $id ] );
		++$left;
	}
	return $left;
}

/** Note when the queue, the structure or a report wants to be looked at again, where every request can see it for nothing. */
function set_due(): void {
	$dues = array_filter( [ due_at(), Structure\due_at(), Updates\due_at() ] );
	$due  = $dues ? min( $dues ) : 0;
	if ( (int) get_option( DUE_OPTION ) !== $due ) {
		update_option( DUE_OPTION, $due, true );
	}
}

/** Tell when the queue wants to be looked at, 0 if it is empty. */
function due_at(): int {
	if ( ! backlog()['waiting'] ) {
		return 0;
	}
	return '' === Connection\webhook_url() ? time() + LOOK_AGAIN_SECONDS : max( 1, time(), state()['not_before'] );
}
