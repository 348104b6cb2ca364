<?php
/**
 * `POST /publish`: makes the post of a content.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use WP_REST_Request;
use WP_REST_Response;

/** Answer `POST /publish`. */
function answer_publish( WP_REST_Request $request ): WP_REST_Response {
	$body = json_decode( (string) $request->get_body(), true );
	if ( ! is_array( $body ) ) {
		return Rest\refusal( 400, 'rest_invalid_json', 'The body is no JSON object.' );
	}
	list( $payload, $errors ) = read_payload( $body );
	if ( $errors ) {
		return invalid_payload( $errors );
	}
	ignore_user_abort( true );
	return as_default_author(
		static function () use ( $payload, $body ): WP_REST_Response {
			return publish( $payload, body_hash( $body ) );
		}
	);
}

/** Publish once, or say what has become of it. */
function publish( array $payload, string $body_hash ): WP_REST_Response {
	$receipt = read_receipt( $payload['operation_id'] );
	if ( $receipt && $receipt->body_hash !== $body_hash ) {
		return operation_reused();
	}
	if ( $receipt && 'done' === $receipt->state ) {
		return replay( $receipt );
	}
	$before = read_content( $payload['content_id'] );
	$owner  = Storage\new_owner();
	if ( $before && is_made( $before ) ) {
		return existing_post( $before, $payload );
	}
	if ( ! claim_content( $payload['content_id'], $owner ) ) {
		return lost_to_another( $payload );
	}
	if ( ! open_receipt( $payload['operation_id'], $payload['content_id'], $body_hash ) ) {
		release_content( $payload['content_id'], $owner );
		return operation_reused();
	}
	step( 'claimed', $payload );
	// The row is read again: whoever held the lease before us may have gone further since.
	$content = read_content( $payload['content_id'] );
	if ( ! $content || $content->owner !== $owner || is_made( $content ) ) {
		forget_receipt( $payload['operation_id'] );
		release_content( $payload['content_id'], $owner );
		return lost_to_another( $payload );
	}
	return work( $payload, $owner, $content );
}

/** Do the work under the lease: resume what was begun, or begin. */
function work( array $payload, string $owner, object $content ): WP_REST_Response {
	$post_id = begun_post( $content );
	$status  = $post_id ? get_post_status( $post_id ) : '';
	if ( $post_id && 'auto-draft' !== $status ) {
		return settle_begun( $payload, $owner, $content, $post_id, (string) $status );
	}
	take_over_content( $payload, $owner );
	forget_dead_operations( $payload );
	if ( ! $post_id ) {
		$post_id = reserve_post( $payload, $owner );
	}
	if ( ! $post_id ) {
		return abandon( $payload, $owner, 0, 'The site\'s database refused the post.' );
	}
	map_post( $payload['content_id'], $owner, $post_id );
	step( 'post_inserted', $payload );

	return within(
		$payload,
		$post_id,
		static function () use ( $payload, $owner, $post_id ): WP_REST_Response {
			mark_post( $post_id, $payload );
			$warnings = enrich( $post_id, $payload, array_keys( STEPS ) );
			step( 'enriched', $payload );
			if ( ! Storage\keep_lease( 'contents', [ 'content_id' => $payload['content_id'] ], $owner ) ) {
				return lost_to_another( $payload );
			}
			$problem = save_post( $post_id, $payload, $warnings );
			if ( '' !== $problem ) {
				return abandon( $payload, $owner, $post_id, $problem );
			}
			keep_base( $payload['content_id'], $owner, $post_id );
			step( 'published_before_reply', $payload );
			return settle( $payload, $owner, $post_id, $warnings, 201 );
		}
	);
}

/** Settle a post that a request which died had finished; another operation is told that the post exists. */
function settle_begun( array $payload, string $owner, object $content, int $post_id, string $status ): WP_REST_Response {
	keep_base( $payload['content_id'], $owner, $post_id );
	if ( $content->operation_id === $payload['operation_id'] && 'trash' !== $status ) {
		return settle( $payload, $owner, $post_id, [], 201 );
	}
	settle_content( $payload['content_id'], $owner, $post_id );
	forget_receipt( $payload['operation_id'] );
	return existing_post( read_content( $payload['content_id'] ), $payload );
}

/** Leave nothing behind, and say why. */
function abandon( array $payload, string $owner, int $post_id, string $problem ): WP_REST_Response {
	if ( ! owns_content( $payload['content_id'], $owner ) ) {
		return lost_to_another( $payload );
	}
	if ( $post_id ) {
		wp_delete_post( $post_id, true );
	}
	forget_receipt( $payload['operation_id'] );
	forget_content( $payload['content_id'], $owner );
	return Rest\refusal( 500, 'insert_failed', $problem );
}
