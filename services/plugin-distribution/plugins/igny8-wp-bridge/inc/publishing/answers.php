<?php
/**
 * What the platform is answered, whichever command it sent.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Seo;
use WP_Post;
use WP_REST_Response;

/** Write receipt and content together, and answer with the post. */
function settle( array $order, string $owner, int $post_id, array $warnings, int $status = 200 ): WP_REST_Response {
	global $wpdb;
	$answer = describe_post( $order, $post_id, $warnings );
	$wpdb->query( 'START TRANSACTION' );
	close_receipt( $order['operation_id'], $answer );
	settle_content( $order['content_id'], $owner, $post_id );
	$wpdb->query( 'COMMIT' );
	return Rest\success( $answer, $status );
}

/** Describe the post of a content as it is after a command. */
function describe_post( array $order, int $post_id, array $warnings ): array {
	$post = get_post( $post_id );
	return [
		'operation_id' => $order['operation_id'],
		'content_id'   => $order['content_id'],
		'post_id'      => $post_id,
		'post_url'     => $post ? (string) get_permalink( $post ) : '',
		'post_status'  => $post ? $post->post_status : 'deleted',
		'revision'     => revision( $post_id ),
		'warnings'     => $warnings,
		'seo'          => Seo\read_fields( $post_id ),
		'replayed'     => false,
	];
}

/** Give the first answer of an operation again. */
function replay( object $receipt ): WP_REST_Response {
	return Rest\success( [ 'replayed' => true ] + (array) json_decode( (string) $receipt->answer, true ) );
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

/** Say what stands on the post in place of what the platform expected there. */
function conflict( object $content, WP_Post $post ): WP_REST_Response {
	$modified = strtotime( $post->post_modified_gmt . ' +0000' );
	return Rest\refusal(
		412,
		'conflict',
		'Somebody changed the post since the platform last saw it.',
		[
			'post_id'      => (int) $post->ID,
			'post_url'     => (string) get_permalink( $post ),
			'post_status'  => $post->post_status,
			'theirs'       => text_of( $post ),
			'base'         => json_decode( (string) $content->base, true ),
			'modified_gmt' => Rest\rfc3339( 1000 * max( 0, (int) $modified ) ),
			'images'       => (object) image_sources( (int) $post->ID ),
		]
	);
}

/** Say that another request is at work, or what it has made meanwhile. */
function lost_to_another( array $payload ): WP_REST_Response {
	$content = read_content( $payload['content_id'] );
	return $content && is_made( $content ) ? existing_post( $content, $payload ) : in_progress();
}

/** Say that another request is at work. */
function in_progress(): WP_REST_Response {
	$response = Rest\refusal( 409, 'in_progress', 'Another request is at work on this content.' );
	$response->header( 'Retry-After', '5' );
	return $response;
}

/** Say that a person deleted the post. */
function gone( int $post_id ): WP_REST_Response {
	return Rest\refusal( 410, 'gone', 'This content had a post, and it was deleted here.', [ 'post_id' => $post_id ] );
}

/** Refuse a payload, naming what is wrong with it. */
function invalid_payload( array $errors ): WP_REST_Response {
	return Rest\refusal( 422, 'invalid_payload', 'The payload has fields this site cannot use.', [ 'errors' => $errors ] );
}

/** Refuse an operation id that stands for another body. */
function operation_reused(): WP_REST_Response {
	return Rest\refusal( 422, 'operation_reused', 'This operation id was used with another body.' );
}
