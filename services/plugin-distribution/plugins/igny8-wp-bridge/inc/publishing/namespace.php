<?php
/**
 * Publishing: one post per content, whatever dies when.
 *
 * The cast. A *content* is what the platform wants to see published; its row in `contents` outlives the post and is the
 * lock. An *operation* is one attempt the platform may repeat; its row in `operations` is the receipt. The *lease* says
 * which request works on a content, and until when.
 *
 * The story. (1) The receipt is looked up: done already, the first answer goes out again. (2) The content's lease is
 * taken, by `INSERT IGNORE` or, once it has run out, by one conditional `UPDATE`. (3) An empty post is reserved by one
 * statement that inserts only while the lease is ours; its guid carries the content id, in the very row. It is an
 * `auto-draft`, as the editor makes them, so WordPress sweeps it away should nobody ever come back for it. (4) Terms,
 * fields and the featured image are set. (5) One save writes the text and the final status: hooks, mails and feeds see a
 * complete post, once. (6) Receipt and content are settled together.
 *
 * A process can die anywhere. Before 3 nothing is there; after 3 the next request finds the reserved post by its marker
 * and goes on; after 5 it finds a published post of the same operation and only settles. `igny8_step` fires between the
 * steps, so that a test can kill the process there.
 *
 * Once the post is made the content's row stays for good. What is done to the post afterwards is in `changes.php`.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use WP_REST_Request;
use WP_REST_Response;

/** Tidy up once a minute; everything else here answers routes. */
function bootstrap(): void {
	add_action( 'igny8_bridge_every_minute', __NAMESPACE__ . '\\forget_old_receipts' );
}

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
	if ( $before && 'made' === $before->state ) {
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
	if ( ! $content || $content->owner !== $owner ) {
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
	take_over_operation( $payload, $owner );
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
			$warnings = enrich( $post_id, $payload );
			step( 'enriched', $payload );
			if ( ! Storage\keep_lease( 'contents', [ 'content_id' => $payload['content_id'] ], $owner ) ) {
				return lost_to_another( $payload );
			}
			$problem = save_post( $post_id, $payload, $warnings );
			if ( '' !== $problem ) {
				return abandon( $payload, $owner, $post_id, $problem );
			}
			step( 'published_before_reply', $payload );
			return settle( $payload, $owner, $post_id, $warnings );
		}
	);
}

/** Settle a post that a request which died had finished; another operation is told that the post exists. */
function settle_begun( array $payload, string $owner, object $content, int $post_id, string $status ): WP_REST_Response {
	if ( $content->operation_id === $payload['operation_id'] && 'trash' !== $status ) {
		return settle( $payload, $owner, $post_id, [] );
	}
	settle_content( $payload['content_id'], $owner, $post_id );
	forget_receipt( $payload['operation_id'] );
	return existing_post( read_content( $payload['content_id'] ), $payload );
}

/** Write receipt and content together, and answer 201. */
function settle( array $payload, string $owner, int $post_id, array $warnings ): WP_REST_Response {
	global $wpdb;
	remember_base( $payload['content_id'], $post_id, $payload );
	$answer = members( $payload, $post_id, $warnings );
	$wpdb->query( 'START TRANSACTION' );
	close_receipt( $payload['operation_id'], $answer );
	settle_content( $payload['content_id'], $owner, $post_id );
	$wpdb->query( 'COMMIT' );
	return Rest\success( $answer, 201 );
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

/** Say that another request is at work, or what it has made meanwhile. */
function lost_to_another( array $payload ): WP_REST_Response {
	$content = read_content( $payload['content_id'] );
	if ( $content && 'made' === $content->state ) {
		return existing_post( $content, $payload );
	}
	return at_work();
}

/** Say that another request is at work. */
function at_work(): WP_REST_Response {
	$response = Rest\refusal( 409, 'in_progress', 'Another request is at work on this content.' );
	$response->header( 'Retry-After', '5' );
	return $response;
}

/** Name the fields that can't be used. */
function invalid_payload( array $errors ): WP_REST_Response {
	return Rest\refusal( 422, 'invalid_payload', 'The payload has fields this site cannot use.', [ 'errors' => $errors ] );
}

/** Say which post a content has, or that a person deleted it; to the operation that made it, its first answer. */
function existing_post( object $content, array $payload ): WP_REST_Response {
	$receipt = $content->operation_id === $payload['operation_id'] ? read_receipt( $payload['operation_id'] ) : null;
	if ( $receipt && 'done' === $receipt->state ) {
		return replay( $receipt );
	}
	$post = get_post( (int) $content->post_id );
	if ( ! $post ) {
		return gone( (int) $content->post_id );
	}
	return Rest\refusal(
		409,
		'already_exists',
		'Another operation made a post for this content.',
		[
			'post_id'      => (int) $post->ID,
			'post_url'     => (string) get_permalink( $post ),
			'post_status'  => $post->post_status,
			'operation_id' => (string) $content->operation_id,
			'revision'     => revision( (int) $post->ID ),
		]
	);
}

/** Give the first answer of an operation again. */
function replay( object $receipt ): WP_REST_Response {
	return Rest\success( [ 'replayed' => true ] + (array) json_decode( (string) $receipt->answer, true ) );
}

/** Refuse an operation id that stands for another body. */
function operation_reused(): WP_REST_Response {
	return Rest\refusal( 422, 'operation_reused', 'This operation id was used with another body.' );
}

/** Mark a step, for tests that kill the process there. */
function step( string $name, array $payload ): void {
	do_action( 'igny8_step', $name, $payload['content_id'], $payload['operation_id'] );
}
