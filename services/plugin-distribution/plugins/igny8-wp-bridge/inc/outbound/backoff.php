<?php
/**
 * Patience: how long to wait for a platform that is away.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Outbound;

const STATE_OPTION  = 'igny8_bridge_outbound';
const FIRST_WAIT    = 10;
const LONGEST_WAIT  = HOUR_IN_SECONDS;
const LONGEST_ASKED = DAY_IN_SECONDS;

/** Wait as long as the platform asks, else ten seconds doubling to an hour; send less at once if it was too much. */
function back_off( int $status, string $retry_after, string $reason ): void {
	$state    = state();
	$failures = $state['failures'] + 1;
	$wait     = waiting_time( $failures, $retry_after, time() );
	$batch    = 413 === $status ? max( 1, intdiv( $state['batch'], 2 ) ) : $state['batch'];
	$reason   = sanitize_text_field( $reason );
	$state    = [
		'failures'   => $failures,
		'not_before' => time() + $wait,
		'batch'      => $batch,
		'reason'     => $reason,
	];
	update_option( STATE_OPTION, $state, false );
}

/** Compute how long to wait, in seconds. */
function waiting_time( int $failures, string $retry_after, int $now ): int {
	if ( preg_match( '/\A[0-9]{1,9}\z/', $retry_after ) ) {
		return min( LONGEST_ASKED, (int) $retry_after );
	}
	$date = '' !== $retry_after ? strtotime( $retry_after ) : false;
	if ( false !== $date ) {
		return min( LONGEST_ASKED, max( 0, $date - $now ) );
	}
	return (int) min( LONGEST_WAIT, FIRST_WAIT * 2 ** min( 20, $failures - 1 ) );
}

/** Forget that the platform was away. */
function forget_backoff(): void {
	if ( get_option( STATE_OPTION ) ) {
		delete_option( STATE_OPTION );
	}
}

/**
 * Read how sending goes.
 *
 * @return array{failures:int,not_before:int,batch:int,reason:string}
 */
function state(): array {
	$stored = get_option( STATE_OPTION );
	return ( is_array( $stored ) ? $stored : [] ) + [
		'failures'   => 0,
		'not_before' => 0,
		'batch'      => BATCH,
		'reason'     => '',
	];
}
