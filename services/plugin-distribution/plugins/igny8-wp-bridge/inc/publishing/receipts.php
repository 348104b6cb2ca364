<?php
/**
 * The rows of `operations`: what became of each operation of the platform.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use WP_REST_Request;
use WP_REST_Response;

const KEEP_RECEIPTS_DAYS = 180;

/**
 * Answer `GET /operations/{operation_id}`.
 *
 * An operation whose request died counts as unknown, for sending it again is safe; unless its post was finished, which
 * is settled here and now.
 */
function answer_operation( WP_REST_Request $request ): WP_REST_Response {
	$operation_id = strtolower( (string) $request->get_url_params()['operation_id'] );
	$receipt      = read_receipt( $operation_id );
	if ( $receipt && 'in_progress' === $receipt->state && is_abandoned( $receipt ) ) {
		settle_abandoned( $receipt );
		$receipt = read_receipt( $operation_id );
		if ( $receipt && 'in_progress' === $receipt->state ) {
			$receipt = null;
		}
	}
	if ( ! $receipt ) {
		return Rest\refusal( 404, 'unknown_operation', 'This operation never began, or left nothing behind.', [ 'operation_id' => $operation_id ] );
	}
	$answer = [
		'operation_id' => $operation_id,
		'content_id'   => (int) $receipt->content_id,
		'state'        => $receipt->state,
	];
	return Rest\success( $answer + (array) json_decode( (string) $receipt->answer, true ) );
}

/** Tell whether nobody works on an open operation any more. */
function is_abandoned( object $receipt ): bool {
	$content = read_content( (int) $receipt->content_id );
	return ! $content || 'made' === $content->state || (int) $content->lease_until < Storage\now_ms();
}

/** Settle an abandoned publication if its post was finished; a change is simply made again. */
function settle_abandoned( object $receipt ): void {
	$content = read_content( (int) $receipt->content_id );
	if ( ! $content || is_made( $content ) || $content->operation_id !== $receipt->operation_id ) {
		return;
	}
	$post_id = begun_post( $content );
	$status  = $post_id ? get_post_status( $post_id ) : 'auto-draft';
	$owner   = Storage\new_owner();
	if ( in_array( $status, [ 'auto-draft', 'trash' ], true ) || ! claim_content( (int) $content->content_id, $owner ) ) {
		return;
	}
	$ids = [
		'operation_id' => $receipt->operation_id,
		'content_id'   => (int) $receipt->content_id,
	];
	keep_base( $ids['content_id'], $owner, $post_id );
	settle( $ids, $owner, $post_id, [] );
}

/** Read an operation's receipt. */
function read_receipt( string $operation_id ): ?object {
	global $wpdb;
	return $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM `' . Storage\table( 'operations' ) . '` WHERE operation_id = %s', $operation_id ) );
}

/** Open a receipt; false if the id already stands for another body. */
function open_receipt( string $operation_id, int $content_id, string $body_hash ): bool {
	global $wpdb;
	$sql = 'INSERT IGNORE INTO `' . Storage\table( 'operations' ) . "` (operation_id, content_id, body_hash, state, began_at) VALUES (%s, %d, %s, 'in_progress', %d)";
	$wpdb->query( $wpdb->prepare( $sql, $operation_id, $content_id, $body_hash, Storage\now_ms() ) );
	$receipt = read_receipt( $operation_id );
	return $receipt && $receipt->body_hash === $body_hash;
}

/** Note what an operation is about to do, so that it is not decided again over what it has half done. */
function decide_operation( string $operation_id, string $decided ): void {
	global $wpdb;
	$wpdb->update( Storage\table( 'operations' ), compact( 'decided' ), compact( 'operation_id' ) );
}

/** Forget the operations on a content that died before this one. */
function forget_dead_operations( array $order ): void {
	global $wpdb;
	$sql = 'DELETE FROM `' . Storage\table( 'operations' ) . "` WHERE content_id = %d AND state = 'in_progress' AND operation_id <> %s";
	$wpdb->query( $wpdb->prepare( $sql, $order['content_id'], $order['operation_id'] ) );
}

/** Write the answer on the receipt. */
function close_receipt( string $operation_id, array $answer ): void {
	global $wpdb;
	$done = [
		'state'  => 'done',
		'answer' => wp_json_encode( $answer ),
	];
	$wpdb->update( Storage\table( 'operations' ), $done, compact( 'operation_id' ) );
}

/** Remove the receipt of an operation that left nothing behind. */
function forget_receipt( string $operation_id ): void {
	global $wpdb;
	$wpdb->delete( Storage\table( 'operations' ), compact( 'operation_id' ) );
}

/** Forget receipts long after the platform would ask for them; the contents' rows still keep posts single. */
function forget_old_receipts(): void {
	global $wpdb;
	$before = Storage\now_ms() - KEEP_RECEIPTS_DAYS * DAY_IN_SECONDS * 1000;
	$wpdb->query( $wpdb->prepare( 'DELETE FROM `' . Storage\table( 'operations' ) . '` WHERE began_at < %d', $before ) );
}
