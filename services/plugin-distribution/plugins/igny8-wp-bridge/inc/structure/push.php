<?php
/**
 * The push: one at a time, patient while the platform is away.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Structure;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Log;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Storage;

const PUSH_PATH          = '/api/v1/integration/integrations/%d/update-structure/';
const PUSH_LEASE_SECONDS = 90;

/**
 * Push the structure if it is due.
 *
 * @param int $timeout How long to wait for the platform, in seconds.
 * @return bool Whether the platform took it.
 */
function push_if_due( int $timeout ): bool {
	$due = due_at();
	if ( ! $due || time() < $due || ! Storage\is_ready() || ! can_push() ) {
		return false;
	}
	$lock  = [ 'name' => 'structure' ];
	$owner = Storage\new_owner();
	if ( ! Storage\take_lease( 'locks', $lock, $owner, [], PUSH_LEASE_SECONDS ) ) {
		return false;
	}
	try {
		return push( $timeout );
	} finally {
		Storage\give_back_lease( 'locks', $lock, $owner );
	}
}

/** Tell whether there is somebody to push to; if not, another look is due tomorrow, or when the site is paired. */
function can_push(): bool {
	if ( Connection\is_paired() && ! Connection\has_moved() && (int) Connection\pairing()['integration_id'] > 0 ) {
		return true;
	}
	update_option( STATE_OPTION, [ 'due_at' => time() + DAY_IN_SECONDS ] + state(), false );
	return false;
}

/**
 * Push the structure, and note how it went.
 *
 * What changes meanwhile may be too late for this push, and lets another be due, which stays.
 */
function push( int $timeout ): bool {
	$begun = [
		'due_at'  => time() + 2 * PUSH_LEASE_SECONDS,
		'sent_at' => time(),
	];
	update_option( STATE_OPTION, $begun + state(), false );
	$body     = (string) wp_json_encode( describe(), JSON );
	$response = wp_remote_post(
		Connection\api_url() . sprintf( PUSH_PATH, Connection\pairing()['integration_id'] ),
		[
			'timeout'     => $timeout,
			'redirection' => 0,
			'headers'     => Connection\key_headers() + Identity\signed_headers( $body ) + [
				'Content-Type' => 'application/json',
				'Accept'       => 'application/json, application/problem+json',
			],
			'body'        => $body,
		]
	);
	$status   = is_wp_error( $response ) ? 0 : (int) wp_remote_retrieve_response_code( $response );
	$answer   = 200 === $status ? json_decode( (string) wp_remote_retrieve_body( $response ), true ) : null;
	if ( ! is_array( $answer ) || empty( $answer['success'] ) ) {
		$reason = is_wp_error( $response ) ? $response->get_error_message() : 'HTTP ' . $status;
		Log\note( 'failed', 'structure', $status ? "HTTP $status" : '', 0 === $status ? $reason : '' );
		note_failure( $reason, (string) wp_remote_retrieve_header( $response, 'retry-after' ) );
		return false;
	}
	if ( isset( $answer['data']['sync'] ) && is_array( $answer['data']['sync'] ) ) {
		remember_sync( $answer['data']['sync'] );
	}
	wp_cache_delete( STATE_OPTION, 'options' );
	$state = [
		'due_at'   => state()['due_at'] === $begun['due_at'] ? time() + DAY_IN_SECONDS : state()['due_at'],
		'failures' => 0,
		'reason'   => '',
	];
	update_option( STATE_OPTION, $state + state(), false );
	Log\note( 'sent', 'structure', "HTTP $status" );
	return true;
}

/** Wait as the sender of events does. */
function note_failure( string $reason, string $retry_after ): void {
	$state             = state();
	$state['failures'] = $state['failures'] + 1;
	$state['due_at']   = time() + max( 1, Outbound\waiting_time( $state['failures'], $retry_after, time() ) );
	$state['reason']   = sanitize_text_field( $reason );
	update_option( STATE_OPTION, $state, false );
}
