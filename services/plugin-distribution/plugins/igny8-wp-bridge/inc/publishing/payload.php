<?php
/**
 * The payload of `POST /publish`, checked field by field.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use DateTimeImmutable;
use DateTimeZone;

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
	foreach ( [ 'media', 'gallery_images', 'fields' ] as $name ) {
		$payload[ $name ] = read_records( $body, $name, $errors );
	}
	foreach ( [ 'meta', 'category_ids', 'tag_ids' ] as $name ) {
		$payload[ $name ] = isset( $body[ $name ] ) && is_array( $body[ $name ] ) ? $body[ $name ] : [];
	}
	$payload['sticky']        = ! empty( $body['sticky'] );
	$payload['parent_id']     = isset( $body['parent_id'] ) && is_int( $body['parent_id'] ) ? max( 0, $body['parent_id'] ) : 0;
	$payload['missing_terms'] = read_choice( $body, 'missing_terms', 'create', [ 'create', 'skip' ], $errors );

	$payload = read_ids( $body, $errors ) + $payload;
	foreach ( [ 'title', 'content_html' ] as $name ) {
		if ( '' === trim( $payload[ $name ] ) && ! in_array( $name, array_column( $errors, 'field' ), true ) ) {
			$errors[] = field_error( $name, 'must not be empty' );
		}
	}
	$payload['status']    = read_choice( $body, 'status', 'publish', STATUSES, $errors );
	$payload['post_type'] = read_choice( $body, 'post_type', 'post', post_types(), $errors );
	$payload['date_gmt']  = read_date( $body, $errors );
	if ( 'future' === $payload['status'] && '' === $payload['date_gmt'] ) {
		$errors[] = field_error( 'date_gmt', 'is needed where the status is future' );
	}
	$payload['slug'] = sanitize_title( $payload['slug'] );
	return [ $payload, $errors ];
}

/**
 * Read which operation this is, and of which content.
 *
 * @return array{operation_id:string,content_id:int}
 */
function read_ids( array $body, array &$errors ): array {
	$ids          = [
		'operation_id' => '',
		'content_id'   => 0,
	];
	$operation_id = $body['operation_id'] ?? null;
	if ( is_string( $operation_id ) && preg_match( '/\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z/i', $operation_id ) ) {
		$ids['operation_id'] = strtolower( $operation_id );
	} else {
		$errors[] = field_error( 'operation_id', 'must be a UUID' );
	}
	$content_id = $body['content_id'] ?? null;
	if ( ( is_int( $content_id ) || is_string( $content_id ) ) && preg_match( '/\A[1-9][0-9]{0,18}\z/', (string) $content_id ) ) {
		$ids['content_id'] = (int) $content_id;
	} else {
		$errors[] = field_error( 'content_id', 'must be a positive integer' );
	}
	return $ids;
}

/** List the post types the platform may fill. */
function post_types(): array {
	return array_values( array_diff( get_post_types( [ 'public' => true ] ), [ 'attachment' ] ) );
}

/** Hash what a body says, whatever the order of its keys; how images got here is no part of it. */
function body_hash( array $body ): string {
	unset( $body['media'] );
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

/** Read an optional text. */
function read_text( array $body, string $name, array &$errors ): string {
	$value = $body[ $name ] ?? '';
	if ( ! is_string( $value ) ) {
		$errors[] = field_error( $name, 'must be a text' );
		return '';
	}
	if ( false !== strpos( $value, "\0" ) ) {
		$errors[] = field_error( $name, 'must not contain U+0000' );
	}
	return $value;
}

/** Read an optional list of texts, without empty and repeated ones. */
function read_texts( array $body, string $name, array &$errors ): array {
	$value = $body[ $name ] ?? [];
	if ( ! is_array( $value ) || array_filter( $value, 'is_string' ) !== $value ) {
		$errors[] = field_error( $name, 'must be a list of texts' );
		return [];
	}
	$trimmed = array_map( 'trim', array_values( $value ) );
	return array_values( array_unique( array_filter( $trimmed, 'strlen' ) ) );
}

/** Read an optional list of objects. */
function read_records( array $body, string $name, array &$errors ): array {
	$value = $body[ $name ] ?? [];
	if ( ! is_array( $value ) || array_filter( $value, 'is_array' ) !== $value ) {
		$errors[] = field_error( $name, 'must be a list of objects' );
		return [];
	}
	return array_values( $value );
}

/** Read an optional text that must be one of a list. */
function read_choice( array $body, string $name, string $usual, array $choices, array &$errors ): string {
	$value = $body[ $name ] ?? $usual;
	if ( ! in_array( $value, $choices, true ) ) {
		$errors[] = field_error( $name, 'must be one of: ' . implode( ', ', $choices ) );
		return $usual;
	}
	return $value;
}

/** Read the date as WordPress stores it, '' if there is none. */
function read_date( array $body, array &$errors ): string {
	$value = $body['date_gmt'] ?? null;
	if ( null === $value || '' === $value ) {
		return '';
	}
	if ( is_string( $value ) && preg_match( '/\A\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\z/', $value ) ) {
		$date = date_create_immutable( $value );
		if ( $date instanceof DateTimeImmutable ) {
			return $date->setTimezone( new DateTimeZone( 'UTC' ) )->format( 'Y-m-d H:i:s' );
		}
	}
	$errors[] = field_error( 'date_gmt', 'must be a time as in RFC 3339' );
	return '';
}

/** Word an error about a field. */
function field_error( string $field, string $message ): array {
	return compact( 'field', 'message' );
}
