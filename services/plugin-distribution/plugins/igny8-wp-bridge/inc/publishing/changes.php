<?php
/**
 * A change to a post that is there: an update, parts of one, or a move. The receipt and the lock that all of them share.
 *
 * The lock is a lease in `locks`, so a post stays known as its content's while it is being changed. A change writes over
 * whatever an earlier request of its operation left half-done; hence it needs no more than its receipt to be repeated.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use WP_Post;
use WP_REST_Response;

/**
 * Make a change once, or say what has become of it.
 *
 * @param array    $order     Its operation_id and content_id.
 * @param int      $post_id   The post it is meant for.
 * @param string   $body_hash What the operation id stands for.
 * @param callable $hindrance Takes the post; answers with a refusal if it may not be changed now. Asked once for an operation.
 * @param callable $work      Takes the post; makes the change and returns the answer's members, or a refusal.
 */
function change( array $order, int $post_id, string $body_hash, callable $hindrance, callable $work ): WP_REST_Response {
	$known = known_answer( $order['operation_id'], $body_hash );
	if ( $known ) {
		return $known;
	}
	$lock  = [ 'name' => lock_of( $order['content_id'] ) ];
	$owner = Storage\new_owner();
	if ( ! Storage\take_lease( 'locks', $lock, $owner ) ) {
		return at_work();
	}
	try {
		// Whoever had the lock before us may have been the same operation.
		$known = known_answer( $order['operation_id'], $body_hash );
		return $known ? $known : change_under_lock( $order, $post_id, $body_hash, $hindrance, $work );
	} finally {
		Storage\give_back_lease( 'locks', $lock, $owner );
	}
}

/** Make a change; nobody else is at this content. */
function change_under_lock( array $order, int $post_id, string $body_hash, callable $hindrance, callable $work ): WP_REST_Response {
	clean_post_cache( $post_id );
	$post = post_of_content( $order['content_id'], $post_id );
	if ( $post instanceof WP_REST_Response ) {
		return $post;
	}
	$refusal = read_receipt( $order['operation_id'] ) ? null : $hindrance( $post );
	if ( $refusal ) {
		return $refusal;
	}
	if ( ! open_receipt( $order['operation_id'], $order['content_id'], $body_hash ) ) {
		return operation_reused();
	}
	forget_others( $order['content_id'], $order['operation_id'] );
	step( 'claimed', $order );
	return within(
		$order,
		$post_id,
		static function () use ( $order, $post, $work ): WP_REST_Response {
			$answer = $work( $post );
			if ( $answer instanceof WP_REST_Response ) {
				forget_receipt( $order['operation_id'] );
				return $answer;
			}
			step( 'changed', $order );
			close_receipt( $order['operation_id'], $answer );
			return Rest\success( $answer );
		}
	);
}

/** Give an operation's first answer again, or refuse another body under its id. */
function known_answer( string $operation_id, string $body_hash ): ?WP_REST_Response {
	$receipt = read_receipt( $operation_id );
	if ( $receipt && $receipt->body_hash !== $body_hash ) {
		return operation_reused();
	}
	return $receipt && 'done' === $receipt->state ? replay( $receipt ) : null;
}

/**
 * Find the post of a content, if it is the one that is meant.
 *
 * @return WP_Post|WP_REST_Response
 */
function post_of_content( int $content_id, int $post_id ) {
	$content = read_content( $content_id );
	if ( ! $content || 'made' !== $content->state || (int) $content->post_id !== $post_id ) {
		return Rest\refusal( 404, 'unknown_post', 'The post is none of this content.', [ 'post_id' => $post_id ] );
	}
	$post = get_post( $post_id );
	return $post instanceof WP_Post ? $post : gone( $post_id );
}

/** Refuse to touch what a person deleted. */
function gone( int $post_id ): WP_REST_Response {
	return Rest\refusal( 410, 'gone', 'This content had a post, and it was deleted here.', [ 'post_id' => $post_id ] );
}

/** Name the lock of a content. */
function lock_of( int $content_id ): string {
	return "content-$content_id";
}

/** Tell whether somebody is changing the post of a content at this moment. */
function is_being_changed( int $content_id ): bool {
	global $wpdb;
	$sql = 'SELECT lease_until FROM `' . Storage\table( 'locks' ) . '` WHERE name = %s';
	return (int) $wpdb->get_var( $wpdb->prepare( $sql, lock_of( $content_id ) ) ) >= Storage\now_ms();
}
