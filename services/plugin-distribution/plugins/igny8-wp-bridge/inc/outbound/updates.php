<?php
/**
 * Updates in the queue: of one post there is one, however often it changed while the platform was away.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Outbound;

use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Storage;

const UPDATED = 'post.updated';

/** What of a post may have changed, in the order in which it is told. */
const ASPECTS = [ 'text', 'terms', 'author', 'slug', 'date', 'image', 'seo' ];

/** How many events may wait before the oldest updates are dropped. */
const MOST_WAITING = 10000;

/** How soon an update is told that nobody saved, as editors do while somebody writes. */
const AUTOSAVE_SECONDS = 600;

/**
 * Queue the updates a request made.
 *
 * @param array<int,array> $updates Data of the events, by post.
 */
function enqueue_updates( array $updates ): void {
	if ( ! $updates || Safe_Mode\is_settled_copy() ) {
		return;
	}
	foreach ( array_chunk( $updates, 50, true ) as $some ) {
		insert_updates( array_diff_key( $some, array_flip( join_waiting( $some ) ) ) );
	}
	drop_excess();
	note_due( defined( 'DOING_AUTOSAVE' ) && DOING_AUTOSAVE ? time() + AUTOSAVE_SECONDS : time() );
}

/**
 * Join updates to those of the same posts that are waiting: the newest data, and all that changed.
 *
 * @param array<int,array> $updates By post.
 * @return int[] The posts whose update was joined to another.
 */
function join_waiting( array $updates ): array {
	global $wpdb;
	$table   = Storage\table( 'outbox' );
	$posts   = implode( ',', array_map( 'intval', array_keys( $updates ) ) );
	$cases   = '';
	$by_seq  = [];
	$waiting = (array) $wpdb->get_results( "SELECT seq, post_id, data FROM `$table` WHERE post_id IN ($posts) AND type = '" . UPDATED . "' AND state = 'waiting' ORDER BY seq" );
	foreach ( array_column( $waiting, null, 'post_id' ) as $post_id => $row ) {
		$data                        = joined( (array) json_decode( $row->data, true ), $updates[ $post_id ] );
		$cases                      .= $wpdb->prepare( ' WHEN %d THEN %s', $row->seq, wp_json_encode( $data ) );
		$by_seq[ (int) $row->seq ] = (int) $post_id;
	}
	if ( ! $by_seq ) {
		return [];
	}
	$seqs = implode( ',', array_keys( $by_seq ) );
	$wpdb->query( "UPDATE `$table` SET data = CASE seq $cases ELSE data END, occurred_at = " . Storage\now_ms() . " WHERE seq IN ($seqs) AND state = 'waiting'" );
	// What the sender took at this very moment went as it was, and is followed by another.
	$joined = $wpdb->get_col( "SELECT seq FROM `$table` WHERE seq IN ($seqs) AND state = 'waiting'" );
	return array_values( array_intersect_key( $by_seq, array_flip( $joined ) ) );
}

/** Join an update to an earlier one of the same post; the platform's own command accounts for both or for neither. */
function joined( array $earlier, array $later ): array {
	$later['changed'] = array_values( array_intersect( ASPECTS, array_merge( (array) ( $earlier['changed'] ?? [] ), $later['changed'] ) ) );
	if ( ( $earlier['operation_id'] ?? '' ) !== $later['operation_id'] ) {
		$later['operation_id'] = '';
	}
	return $later;
}

/** Write updates into the queue, in one statement. */
function insert_updates( array $updates ): void {
	global $wpdb;
	$rows = [];
	foreach ( $updates as $post_id => $data ) {
		$rows[] = $wpdb->prepare( "(%s, %s, 'waiting', %d, %d, %s)", wp_generate_uuid4(), UPDATED, Storage\now_ms(), $post_id, wp_json_encode( $data ) );
	}
	if ( $rows ) {
		$wpdb->query( 'INSERT INTO `' . Storage\table( 'outbox' ) . '` (id, type, state, occurred_at, post_id, data) VALUES ' . implode( ', ', $rows ) ); // phpcs:ignore WordPress.DB.PreparedSQL -- prepared above.
	}
}

/** Drop the oldest updates while too many events wait; statuses and deletions stay whatever happens. */
function drop_excess(): void {
	global $wpdb;
	$excess = backlog()['waiting'] - MOST_WAITING;
	if ( $excess > 0 ) {
		$sql = 'DELETE FROM `' . Storage\table( 'outbox' ) . "` WHERE state = 'waiting' AND type = %s ORDER BY seq LIMIT %d";
		$wpdb->query( $wpdb->prepare( $sql, UPDATED, $excess ) );
	}
}
