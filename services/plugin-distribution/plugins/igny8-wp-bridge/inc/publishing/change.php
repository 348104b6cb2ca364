<?php
/**
 * A change to a post that is made: under its content's lease, decided once per operation.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use WP_REST_Response;

/**
 * Change a post once, or say what has become of it.
 *
 * @param array    $order  operation_id, content_id, post_id, body_hash, whether a post that is gone is `fine`, and whether to `adopt` one of the site's own.
 * @param callable $decide Given the content and the post, names what to do, or refuses.
 * @param callable $work   Given the post, what was decided and the lease's owner, does it and answers.
 */
function change( array $order, callable $decide, callable $work ): WP_REST_Response {
	$receipt = read_receipt( $order['operation_id'] );
	if ( $receipt && $receipt->body_hash !== $order['body_hash'] ) {
		return operation_reused();
	}
	if ( $receipt && 'done' === $receipt->state ) {
		return replay( $receipt );
	}
	if ( ! empty( $order['adopt'] ) ) {
		adopt_post( $order['content_id'], $order['post_id'] );
	}
	$content = read_content( $order['content_id'] );
	if ( ! $content || (int) $content->post_id !== $order['post_id'] || ! is_made( $content ) ) {
		return refuse_unmade( $content, $order );
	}
	$owner = Storage\new_owner();
	if ( ! claim_made_content( $order['content_id'], $owner ) ) {
		return in_progress();
	}
	if ( ! open_receipt( $order['operation_id'], $order['content_id'], $order['body_hash'] ) ) {
		settle_content( $order['content_id'], $owner, $order['post_id'] );
		return operation_reused();
	}
	step( 'change_claimed', $order );
	return change_under_lease( $order, $owner, $decide, $work );
}

/** Decide, unless that was done before, and do it. */
function change_under_lease( array $order, string $owner, callable $decide, callable $work ): WP_REST_Response {
	// Read now: whoever held the lease before us may have finished this very operation, or have died before caches heard of it.
	$receipt = read_receipt( $order['operation_id'] );
	if ( ! $receipt || 'done' === $receipt->state ) {
		settle_content( $order['content_id'], $owner, $order['post_id'] );
		return $receipt ? replay( $receipt ) : in_progress();
	}
	clean_post_cache( $order['post_id'] );
	$post = get_post( $order['post_id'] );
	if ( ! $post && ! $order['fine'] ) {
		return leave_unchanged( $order, $owner, gone( $order['post_id'] ) );
	}
	$decided = $receipt->decided;
	if ( '' === $decided ) {
		$decided = $decide( read_content( $order['content_id'] ), $post );
		if ( $decided instanceof WP_REST_Response ) {
			return leave_unchanged( $order, $owner, $decided );
		}
		decide_operation( $order['operation_id'], $decided );
		forget_dead_operations( $order );
	}
	step( 'change_decided', $order );
	return within(
		$order,
		$order['post_id'],
		static function () use ( $work, $post, $decided, $owner ): WP_REST_Response {
			return $work( $post, $decided, $owner );
		}
	);
}

/** Settle a change. */
function settle_change( array $order, string $owner, array $warnings ): WP_REST_Response {
	step( 'change_made_before_reply', $order );
	return settle( $order, $owner, $order['post_id'], $warnings );
}

/** Give up a change that WordPress did not make, if it is still ours to give up. */
function abandon_change( array $order, string $owner, string $problem ): WP_REST_Response {
	return leave_unchanged( $order, $owner, Rest\refusal( 500, 'insert_failed', $problem ) );
}

/** Let the content go with nothing done, and answer that. */
function leave_unchanged( array $order, string $owner, WP_REST_Response $answer ): WP_REST_Response {
	if ( ! owns_content( $order['content_id'], $owner ) ) {
		return in_progress();
	}
	forget_receipt( $order['operation_id'] );
	settle_content( $order['content_id'], $owner, $order['post_id'] );
	return $answer;
}

/** Say that this content has no such post, or that it is being made. */
function refuse_unmade( ?object $content, array $order ): WP_REST_Response {
	if ( $content && ! is_made( $content ) && (int) $content->lease_until >= Storage\now_ms() ) {
		return in_progress();
	}
	return Rest\refusal( 404, 'unknown_post', 'The post is none of this content.', [ 'post_id' => $order['post_id'] ] );
}
