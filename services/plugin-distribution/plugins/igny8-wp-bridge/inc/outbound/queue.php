<?php
/**
 * The queue: one row per event, in the order of their numbers.
 *
 * The newest row stays when it has been sent, because some databases begin to count anew once a table is empty.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Outbound;

use IGNY8\Bridge\Log;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Storage;

const DUE_OPTION      = 'igny8_bridge_outbound_due';
const REJECTED_OPTION = 'igny8_bridge_rejected';
const KEEP_REJECTED   = 50;

/** So many events of its own a request remembers at most. */
const REMEMBERED = 5000;

/** What has still to be sent: `sending` is what an attempt may have brought already. */
const UNSENT = "state IN ('waiting', 'sending')";

/** How long the events of a batch may be together. */
const BATCH_BYTES = 524288;

/** Queue an event of a post; what one request does to one status is one event. */
function enqueue( string $type, array $data ): void {
	global $wpdb;
	static $queued = [];
	if ( Safe_Mode\is_settled_copy() ) {
		return;
	}
	$table = Storage\table( 'outbox' );
	$key   = $table . $type . $data['post_id'];
	$seq   = $queued[ $key ] ?? 0;
	if ( $seq ) {
		$known = $wpdb->get_var( $wpdb->prepare( "SELECT data FROM `$table` WHERE seq = %d AND state = 'waiting'", $seq ) );
		$first = is_string( $known ) ? json_decode( $known, true ) : null;
		if ( is_array( $first ) && $first['operation_id'] === $data['operation_id'] ) {
			$data['previous_status'] = $first['previous_status'];
			if ( $wpdb->update( $table, [ 'data' => wp_json_encode( $data ) ], [ 'seq' => $seq, 'state' => 'waiting' ] ) ) { // phpcs:ignore WordPress.Arrays
				return;
			}
		}
	}
	$wpdb->insert(
		$table,
		[
			'id'          => wp_generate_uuid4(),
			'type'        => $type,
			'state'       => 'waiting',
			'occurred_at' => Storage\now_ms(),
			'post_id'     => $data['post_id'],
			'data'        => wp_json_encode( $data ),
		]
	);
	$queued         = count( $queued ) < REMEMBERED ? $queued : []; // Imports never end.
	$queued[ $key ] = (int) $wpdb->insert_id;
	has_grown( true );
	note_due( time() );
}

/** Remember, or read, whether this request has put something into the queue since it was last cut back. */
function has_grown( ?bool $set = null ): bool {
	static $grown = false;
	$before = $grown;
	$grown  = null !== $set ? $set : $grown;
	return $before;
}

/** Let the queue be looked at by then, unless that is to happen sooner, or the platform is away for longer. */
function note_due( int $at ): void {
	$due = (int) get_option( DUE_OPTION );
	if ( $due && $due <= time() ) {
		return;
	}
	$at = max( $at, state()['not_before'] );
	if ( ! $due || $at < $due ) {
		update_option( DUE_OPTION, $at, true );
	}
}

/** Read the oldest events. */
function oldest( int $limit ): array {
	global $wpdb;
	$sql = 'SELECT seq, id, type, occurred_at, data FROM `' . Storage\table( 'outbox' ) . '` WHERE ' . UNSENT . ' ORDER BY seq LIMIT %d';
	return (array) $wpdb->get_results( $wpdb->prepare( $sql, $limit ) );
}

/**
 * Take the oldest events to send them; from now on they stay as they are, for the platform may have seen them.
 *
 * Only whoever has the sender's lease does this.
 *
 * @param int $limit How many at most; fewer where they are long.
 */
function take_batch( int $limit ): array {
	global $wpdb;
	$table = Storage\table( 'outbox' );
	$sql   = "SELECT seq, LENGTH(data) AS bytes FROM `$table` WHERE " . UNSENT . ' ORDER BY seq LIMIT %d';
	$taken = [];
	$bytes = 0;
	foreach ( (array) $wpdb->get_results( $wpdb->prepare( $sql, $limit ) ) as $row ) {
		$bytes += (int) $row->bytes;
		if ( $taken && $bytes > BATCH_BYTES ) {
			break;
		}
		$taken[] = (int) $row->seq;
	}
	if ( ! $taken ) {
		return [];
	}
	$seqs = implode( ',', $taken );
	$wpdb->query( "UPDATE `$table` SET state = 'sending' WHERE seq IN ($seqs) AND state = 'waiting'" );
	return (array) $wpdb->get_results( "SELECT seq, id, type, occurred_at, data FROM `$table` WHERE seq IN ($seqs) AND state = 'sending' ORDER BY seq" );
}

/** Put back what the platform surely did not take, so that later changes can still join it. */
function put_back(): void {
	global $wpdb;
	$wpdb->update( Storage\table( 'outbox' ), [ 'state' => 'waiting' ], [ 'state' => 'sending' ] );
}

/**
 * Tell how much is waiting, and since when.
 *
 * @return array{waiting:int,oldest_ms:int}
 */
function backlog(): array {
	global $wpdb;
	$row = $wpdb->get_row( 'SELECT COUNT(*) AS waiting, COALESCE(MIN(occurred_at), 0) AS oldest_ms FROM `' . Storage\table( 'outbox' ) . '` WHERE ' . UNSENT );
	return [
		'waiting'   => $row ? (int) $row->waiting : 0,
		'oldest_ms' => $row ? (int) $row->oldest_ms : 0,
	];
}

/** Take an event out of the queue. */
function mark_sent( string $id ): void {
	global $wpdb;
	$wpdb->update( Storage\table( 'outbox' ), [ 'state' => 'sent' ], [ 'id' => $id ] );
}

/** Throw away what waits, save the newest row, after which the numbers go on. */
function empty_queue(): void {
	global $wpdb;
	$wpdb->query( 'UPDATE `' . Storage\table( 'outbox' ) . "` SET state = 'sent' WHERE " . UNSENT );
	delete_sent();
	set_due();
}

/** Delete what was sent, save the newest row. */
function delete_sent(): void {
	global $wpdb;
	$table  = Storage\table( 'outbox' );
	$newest = (int) $wpdb->get_var( "SELECT MAX(seq) FROM `$table`" );
	$wpdb->query( $wpdb->prepare( "DELETE FROM `$table` WHERE state = 'sent' AND seq < %d", $newest ) );
}

/** Keep an event the platform will never take where a person can find it. */
function remember_rejected( object $event, string $code, string $detail ): void {
	$rejected   = get_option( REJECTED_OPTION );
	$rejected   = is_array( $rejected ) ? $rejected : [];
	$rejected[] = [
		'at'     => time(),
		'seq'    => (int) $event->seq,
		'type'   => $event->type,
		'data'   => $event->data,
		'code'   => sanitize_text_field( $code ),
		'detail' => sanitize_text_field( $detail ),
	];
	update_option( REJECTED_OPTION, array_slice( $rejected, -KEEP_REJECTED ), false );
	Log\note( 'rejected', $event->type . ' #' . $event->seq, $code, $detail );
}
