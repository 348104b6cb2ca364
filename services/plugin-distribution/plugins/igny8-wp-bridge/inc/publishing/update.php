<?php
/**
 * `PUT /posts/{id}` and `PUT /posts/{id}/parts`: the post that is there says what the platform says, unless somebody else
 * has changed it since the platform last saw it.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rendering;
use IGNY8\Bridge\Rest;
use WP_Post;
use WP_REST_Request;
use WP_REST_Response;

/** Answer `PUT /posts/{post_id}`. */
function answer_update( WP_REST_Request $request ): WP_REST_Response {
	return with_update(
		$request,
		static function ( WP_Post $post, array $payload ) {
			return update( $post, $payload );
		}
	);
}

/** Answer `PUT /posts/{post_id}/parts`. */
function answer_parts( WP_REST_Request $request ): WP_REST_Response {
	return with_update(
		$request,
		static function ( WP_Post $post, array $payload, array $body ): array {
			$errors = [];
			return redo_parts( $post, $payload, read_texts( $body, 'parts', $errors ) );
		}
	);
}

/** Read a request to update, and do it as one change. */
function with_update( WP_REST_Request $request, callable $work ): WP_REST_Response {
	$body = json_decode( (string) $request->get_body(), true );
	if ( ! is_array( $body ) ) {
		return Rest\refusal( 400, 'rest_invalid_json', 'The body is no JSON object.' );
	}
	list( $payload, $errors ) = read_payload( $body );
	$expected                 = read_text( $body, 'expected_revision', $errors );
	if ( $errors ) {
		return invalid_payload( $errors );
	}
	ignore_user_abort( true );
	return as_default_author(
		static function () use ( $request, $body, $payload, $expected, $work ): WP_REST_Response {
			return change(
				$payload,
				(int) $request->get_url_params()['post_id'],
				body_hash( $body ),
				static function ( WP_Post $post ) use ( $payload, $expected ): ?WP_REST_Response {
					return '' === $expected || revision( $post->ID ) === $expected ? null : conflict( $payload['content_id'], $post );
				},
				static function ( WP_Post $post ) use ( $work, $payload, $body ) {
					return $work( $post, $payload, $body );
				}
			);
		}
	);
}

/**
 * Let the post say this.
 *
 * @return array|WP_REST_Response
 */
function update( WP_Post $post, array $payload ) {
	if ( 'trash' === $post->post_status ) {
		untrash( $post );
	}
	forget_fields( $post->ID, $payload );
	$warnings = enrich( $post->ID, $payload );
	step( 'enriched', $payload );
	$problem = save_post( $post->ID, $payload, $warnings );
	if ( '' !== $problem ) {
		return Rest\refusal( 500, 'insert_failed', $problem );
	}
	remember_base( $payload['content_id'], $post->ID, $payload );
	return members( $payload, $post->ID, $warnings );
}

/** Do some parts of a post again; its text stays, but for the addresses of images. */
function redo_parts( WP_Post $post, array $payload, array $parts ): array {
	$warnings = enrich( $post->ID, $payload, $parts );
	if ( in_array( 'images', $parts, true ) ) {
		$content = with_library_urls( $post->post_content, $payload['media'] );
		$content = Rendering\with_attachment_ids( $content, library_urls( $payload['media'] ) );
		if ( $content !== $post->post_content ) {
			wp_update_post(
				wp_slash(
					[
						'ID'           => $post->ID,
						'post_content' => $content,
					]
				)
			);
		}
		remember_base( $payload['content_id'], $post->ID, $payload );
	}
	return members( $payload, $post->ID, $warnings );
}

/** Say what is there in place of what the platform last saw, and what it was when the platform last wrote it. */
function conflict( int $content_id, WP_Post $post ): WP_REST_Response {
	$base     = read_base( $content_id );
	$modified = strtotime( $post->post_modified_gmt . ' +0000' );
	return Rest\refusal(
		412,
		'conflict',
		'The post was changed here since the platform last saw it.',
		[
			'post_id'      => $post->ID,
			'post_url'     => (string) get_permalink( $post ),
			'post_status'  => $post->post_status,
			'theirs'       => text_of( $post ) + [ 'revision' => revision( $post->ID ) ],
			'base'         => $base ? array_intersect_key( $base, array_flip( [ 'title', 'content_html', 'excerpt' ] ) ) : null,
			'modified_gmt' => Rest\rfc3339( 1000 * ( $modified > 0 ? $modified : time() ) ),
			'images'       => (object) ( $base['images'] ?? [] ),
		]
	);
}
