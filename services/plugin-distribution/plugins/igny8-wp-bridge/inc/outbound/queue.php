<?php
/**
 * The queue: one row per event, in the order of their numbers.
 *
 * The newest row stays when it has been sent, because some databases begin to count anew once a table is empty.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Outbound;

use IGNY8\Bridge\Storage;

const DUE_OPTION      = 'igny8_bridge_outbound_due';
const REJECTED_OPTION = 'igny8_bridge_rejected';
const KEEP_REJECTED   = 50;

/** Queue an event; what one request does to one status is one event. */
function enqueue( string $type, array $data ): void {
	global $wpdb;
	static $queued = [];
	$table         = Storage\table( 'outbox' );
	$key           = $table . $type . $data['post_id'];
	$seq           = $queued[ $key ] ?? 0;
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
			'data'        => wp_json_encode( $data ),
		]
	);
	$queued[ $key ] = (int) $wpdb->insert_id;
	if ( ! get_option( DUE_OPTION ) ) {
		update_option( DUE_OPTION, time(), true );
	}
}

/** Read the oldest events. */
function oldest( int $limit ): array {
	global $wpdb;
	$sql = 'SELECT seq, id, type, occurred_at, data FROM `' . Storage\table( 'outbox' ) . "` WHERE state = 'waiting' ORDER BY seq LIMIT %d";
	return (array) $wpdb->get_results( $wpdb->prepare( $sql, $limit ) );
}

/**
 * Tell how much is waiting, and since when.
 *
 * @return array{waiting:int,oldest_ms:int}
 */
function backlog(): array {
	global $wpdb;
	$row = $wpdb->get_row( 'SELECT COUNT(*) AS waiting, COALESCE(MIN(occurred_at), 0) AS oldest_ms FROM `' . Storage\table( 'outbox' ) . "` WHERE state = 'waiting'" );
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
}
