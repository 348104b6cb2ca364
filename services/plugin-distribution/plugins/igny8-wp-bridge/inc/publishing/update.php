<?php
/**
 * `PUT /posts/{post_id}` and `PUT /posts/{post_id}/parts`: the post that is there says something else from now on.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rendering;
use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use WP_Post;
use WP_REST_Request;
use WP_REST_Response;

/** Answer `PUT /posts/{post_id}`. */
function answer_update( WP_REST_Request $request ): WP_REST_Response {
	return answer_rewrite(
		$request,
		static function ( array $payload, WP_Post $post, string $owner ): WP_REST_Response {
			return rewrite( $payload, $post, $owner );
		}
	);
}

/** Answer `PUT /posts/{post_id}/parts`. */
function answer_parts( WP_REST_Request $request ): WP_REST_Response {
	$body  = json_decode( (string) $request->get_body(), true );
	$parts = is_array( $body ) && isset( $body['parts'] ) && is_array( $body['parts'] ) ? $body['parts'] : [];
	if ( is_array( $body ) && ( ! $parts || array_diff( array_filter( $parts, 'is_string' ), PARTS ) || array_filter( $parts, 'is_string' ) !== $parts ) ) {
		return invalid_payload( [ field_error( 'parts', 'must be a list of: ' . implode( ', ', PARTS ) ) ] );
	}
	return answer_rewrite(
		$request,
		static function ( array $payload, WP_Post $post, string $owner ) use ( $parts ): WP_REST_Response {
			return redo_parts( $payload, $parts, $post, $owner );
		}
	);
}

/** Read the body of either route, and let the work be done as one change. */
function answer_rewrite( WP_REST_Request $request, callable $work ): WP_REST_Response {
	$body = json_decode( (string) $request->get_body(), true );
	if ( ! is_array( $body ) ) {
		return Rest\refusal( 400, 'rest_invalid_json', 'The body is no JSON object.' );
	}
	list( $payload, $errors ) = read_payload( $body );
	$expected                 = read_text( $body, 'expected_revision', $errors );
	if ( $errors ) {
		return invalid_payload( $errors );
	}
	$payload['post_id']   = (int) $request->get_url_params()['post_id'];
	$payload['body_hash'] = body_hash( [ 'route' => $request->get_route() ] + $body );
	$payload['fine']      = false;
	$payload['adopt']     = true === ( $body['adopt'] ?? false );

	ignore_user_abort( true );
	return as_default_author(
		static function () use ( $payload, $expected, $work ): WP_REST_Response {
			return change(
				$payload,
				static function ( object $content, WP_Post $post ) use ( $expected ) {
					return '' === $expected || revision( (int) $post->ID ) === $expected ? 'expected' : conflict( $content, $post );
				},
				static function ( WP_Post $post, string $decided, string $owner ) use ( $payload, $work ): WP_REST_Response {
					return $work( $payload, $post, $owner );
				}
			);
		}
	);
}

/** Let a post say what the payload says, and nothing else that the platform wrote before. */
function rewrite( array $payload, WP_Post $post, string $owner ): WP_REST_Response {
	$warnings = [];
	if ( $payload['post_type'] !== $post->post_type ) {
		$warnings[]           = warning( 'post_type_kept', $payload['post_type'], 'A post does not change its type; this one stays: ' . $post->post_type );
		$payload['post_type'] = $post->post_type;
	}
	$warnings = array_merge( $warnings, enrich( (int) $post->ID, $payload, array_keys( STEPS ) ) );
	step( 'change_enriched', $payload );
	if ( ! Storage\keep_lease( 'contents', [ 'content_id' => $payload['content_id'] ], $owner ) ) {
		return in_progress();
	}
	$problem = save_post( (int) $post->ID, $payload, $warnings );
	if ( '' !== $problem ) {
		return abandon_change( $payload, $owner, $problem );
	}
	leave_trash( (int) $post->ID );
	delete_post_meta( (int) $post->ID, STATUS_BEFORE );
	keep_base( $payload['content_id'], $owner, (int) $post->ID );
	return settle_change( $payload, $owner, $warnings );
}

/** Do only some parts of a post again; the text stays but for the images' URLs. */
function redo_parts( array $payload, array $parts, WP_Post $post, string $owner ): WP_REST_Response {
	$payload['post_type'] = $post->post_type;
	$warnings             = enrich( (int) $post->ID, $payload, array_values( array_intersect( PARTS, $parts ) ) );
	step( 'change_enriched', $payload );
	if ( ! Storage\keep_lease( 'contents', [ 'content_id' => $payload['content_id'] ], $owner ) ) {
		return in_progress();
	}
	$content = $post->post_content;
	if ( in_array( 'images', $parts, true ) ) {
		$content = with_library_urls( $content, $payload['media'] );
		$content = Rendering\with_attachment_ids( $content, library_urls( $payload['media'] ) );
	}
	if ( $content !== $post->post_content ) {
		$changes = [
			'ID'           => (int) $post->ID,
			'post_content' => $content,
		];
		$problem = update_post( $changes, $warnings );
		if ( '' !== $problem ) {
			return abandon_change( $payload, $owner, $problem );
		}
	}
	keep_base( $payload['content_id'], $owner, (int) $post->ID );
	return settle_change( $payload, $owner, $warnings );
}
