<?php
/**
 * `/media`: the platform brings image bytes, the library keeps each image once.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Media;

use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use WP_Error;
use WP_REST_Request;
use WP_REST_Response;

const EXTENSIONS = [
	'image/jpeg' => 'jpg',
	'image/png'  => 'png',
	'image/gif'  => 'gif',
	'image/webp' => 'webp',
];

/** A decoded picture takes about five bytes of memory per pixel. */
const MAX_PIXELS = 60000000;

const WAIT_SECONDS = 8;

/** Listen to nothing: this room only answers its routes. */
function bootstrap(): void {
}

/** Answer `GET /media`. */
function answer_lookup( WP_REST_Request $request ): WP_REST_Response {
	$sha256        = parameter( $request, 'sha256' );
	$attachment_id = find_image( $sha256 );
	if ( ! $attachment_id ) {
		return Rest\refusal( 404, 'unknown_media', 'The library has no image with these bytes.' );
	}
	return describe( $attachment_id, $sha256, true );
}

/** Answer `POST /media`. */
function answer_upload( WP_REST_Request $request ): WP_REST_Response {
	$bytes  = (string) $request->get_body();
	$sha256 = parameter( $request, 'sha256' );
	if ( strlen( $bytes ) > max_bytes() ) {
		return Rest\refusal( 413, 'too_large', 'The image is larger than this site takes.', [ 'max_upload_bytes' => max_bytes() ] );
	}
	if ( hash( 'sha256', $bytes ) !== $sha256 ) {
		return Rest\refusal( 422, 'hash_mismatch', 'The bytes are not those the parameter sha256 names.' );
	}
	$type = sniff( $bytes );
	if ( is_wp_error( $type ) ) {
		return Rest\refusal( (int) $type->get_error_data()['status'], (string) $type->get_error_code(), $type->get_error_message() );
	}
	ignore_user_abort( true );
	return Publishing\as_default_author(
		static function () use ( $request, $bytes, $sha256, $type ): WP_REST_Response {
			return take_in( $request, $bytes, $sha256, $type );
		}
	);
}

/** Take an image in, once, however many requests bring it at the same time. */
function take_in( WP_REST_Request $request, string $bytes, string $sha256, string $type ): WP_REST_Response {
	$owner = Storage\new_owner();
	$until = time() + WAIT_SECONDS;
	while ( true ) {
		$known = find_image( $sha256 );
		if ( $known ) {
			return describe( $known, $sha256, true );
		}
		if ( claim_image( $sha256, $owner ) ) {
			break;
		}
		if ( time() >= $until ) {
			$response = Rest\refusal( 409, 'in_progress', 'Another request is taking this image in.' );
			$response->header( 'Retry-After', '5' );
			return $response;
		}
		usleep( 200000 );
	}
	$attachment_id = add_to_library( $request, $bytes, $sha256, $type );
	if ( is_wp_error( $attachment_id ) ) {
		release_image( $sha256, $owner );
		return Rest\refusal( (int) ( $attachment_id->get_error_data()['status'] ?? 500 ), (string) $attachment_id->get_error_code(), $attachment_id->get_error_message() );
	}
	settle_image( $sha256, $owner, $attachment_id );
	return describe( $attachment_id, $sha256, false );
}

/** Describe an image of the library. */
function describe( int $attachment_id, string $sha256, bool $replayed ): WP_REST_Response {
	$image = [
		'attachment_id' => $attachment_id,
		'url'           => (string) wp_get_attachment_url( $attachment_id ),
		'sha256'        => $sha256,
		'replayed'      => $replayed,
	];
	return Rest\success( $image, $replayed ? 200 : 201 );
}

/**
 * Recognise an image by its bytes.
 *
 * @return string|WP_Error
 */
function sniff( string $bytes ) {
	$size = function_exists( 'getimagesizefromstring' ) ? @getimagesizefromstring( $bytes ) : false; // phpcs:ignore WordPress.PHP.NoSilencedErrors -- it warns about what is no image.
	if ( ! is_array( $size ) || ! isset( EXTENSIONS[ $size['mime'] ] ) || $size[0] < 1 || $size[1] < 1 ) {
		return new WP_Error( 'not_an_image', 'The bytes are no JPEG, PNG, GIF or WebP image.', [ 'status' => 415 ] );
	}
	if ( $size[0] * $size[1] > MAX_PIXELS ) {
		return new WP_Error( 'too_large', 'The image has more pixels than this site takes.', [ 'status' => 413 ] );
	}
	return $size['mime'];
}

/** Tell how many bytes one image may have. */
function max_bytes(): int {
	return (int) wp_max_upload_size();
}

/** Read a text from the query. */
function parameter( WP_REST_Request $request, string $name ): string {
	$query = $request->get_query_params();
	$value = isset( $query[ $name ] ) && is_string( $query[ $name ] ) ? $query[ $name ] : '';
	return 'sha256' === $name ? strtolower( $value ) : $value;
}
