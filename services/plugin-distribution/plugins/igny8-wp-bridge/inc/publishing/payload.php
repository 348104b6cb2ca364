<?php
/**
 * The payload of `POST /publish` and of updates, checked field by field.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

const STATUSES = [ 'publish', 'draft', 'pending', 'private', 'future' ];

/**
 * Read a payload.
 *
 * @return array{0:array,1:array} The payload with every field present, and the errors.
 */
function read_payload( array $body ): array {
	$errors  = [];
	$payload = [];
	foreach ( [ 'title', 'content_html', 'excerpt', 'slug', 'author', 'seo_title', 'seo_description', 'primary_keyword', 'featured_image_url', 'template' ] as $name ) {
		$payload[ $name ] = read_text( $body, $name, $errors );
	}
	foreach ( [ 'secondary_keywords', 'categories', 'tags' ] as $name ) {
		$payload[ $name ] = read_texts( $body, $name, $errors );
	}
	foreach ( [ 'category_ids', 'tag_ids' ] as $name ) {
		$payload[ $name ] = read_ids( $body, $name, $errors );
	}
	foreach ( [ 'media', 'gallery_images' ] as $name ) {
		$payload[ $name ] = read_records( $body, $name, $errors );
	}
	$payload['meta']   = isset( $body['meta'] ) && is_array( $body['meta'] ) ? $body['meta'] : [];
	$payload['fields'] = read_fields( $body, $errors );

	$payload['operation_id'] = read_operation_id( $body, $errors );
	$payload['content_id']   = read_content_id( $body, $errors );
	foreach ( [ 'title', 'content_html' ] as $name ) {
		if ( '' === trim( $payload[ $name ] ) && ! in_array( $name, array_column( $errors, 'field' ), true ) ) {
			$errors[] = field_error( $name, 'must not be empty' );
		}
	}
	$payload['status']        = read_choice( $body, 'status', 'publish', STATUSES, $errors );
	$payload['post_type']     = read_choice( $body, 'post_type', 'post', post_types(), $errors );
	$payload['missing_terms'] = read_choice( $body, 'missing_terms', 'create', [ 'create', 'skip' ], $errors );
	$payload['date_gmt']      = read_date( $body, $errors );
	$payload['parent_id']     = read_id( $body['parent_id'] ?? 0, 'parent_id', $errors );
	$payload['sticky']        = read_flag( $body, 'sticky', $errors );
	if ( 'future' === $payload['status'] && '' === $payload['date_gmt'] ) {
		$errors[] = field_error( 'date_gmt', 'is needed where the status is future' );
	}
	$payload['slug'] = sanitize_title( $payload['slug'] );
	return [ $payload, $errors ];
}

/** List the post types the platform may fill. */
function post_types(): array {
	return array_values( array_diff( get_post_types( [ 'public' => true ] ), [ 'attachment' ] ) );
}

/** Hash what a body says, whatever the order of its keys; how images got here, and what was there before, is no part of it. */
function body_hash( array $body ): string {
	unset( $body['media'], $body['expected_revision'] );
	return hash( 'sha256', (string) wp_json_encode( sorted( $body ) ) );
}

/** Sort the keys of objects, all the way down. */
function sorted( array $value ): array {
	if ( array_keys( $value ) !== range( 0, count( $value ) - 1 ) ) {
		ksort( $value, SORT_STRING );
	}
	foreach ( $value as $key => $item ) {
		$value[ $key ] = is_array( $item ) ? sorted( $item ) : $item;
	}
	return $value;
}
