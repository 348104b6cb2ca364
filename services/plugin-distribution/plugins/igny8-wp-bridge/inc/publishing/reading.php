<?php
/**
 * Reading one field of what the platform sent.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use DateTimeImmutable;
use DateTimeZone;

/** Read the operation's id, '' if there is none. */
function read_operation_id( array $body, array &$errors ): string {
	$value = $body['operation_id'] ?? null;
	if ( is_string( $value ) && preg_match( '/\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z/i', $value ) ) {
		return strtolower( $value );
	}
	$errors[] = field_error( 'operation_id', 'must be a UUID' );
	return '';
}

/** Read the content's id, 0 if there is none. */
function read_content_id( array $body, array &$errors ): int {
	$value = $body['content_id'] ?? null;
	if ( ( is_int( $value ) || is_string( $value ) ) && preg_match( '/\A[1-9][0-9]{0,18}\z/', (string) $value ) ) {
		return (int) $value;
	}
	$errors[] = field_error( 'content_id', 'must be a positive integer' );
	return 0;
}

/** Read an id of this site, 0 if there is none. */
function read_id( $value, string $name, array &$errors ): int {
	if ( null === $value || ( is_int( $value ) && $value >= 0 ) ) {
		return (int) $value;
	}
	$errors[] = field_error( $name, 'must be an id of this site' );
	return 0;
}

/**
 * Read an optional object of ids by name.
 *
 * @return array<string,int>
 */
function read_ids( array $body, string $name, array &$errors ): array {
	$value = $body[ $name ] ?? [];
	$ids   = [];
	if ( ! is_array( $value ) ) {
		$errors[] = field_error( $name, 'must be an object of ids' );
		return [];
	}
	foreach ( $value as $key => $id ) {
		$ids[ trim( (string) $key ) ] = read_id( $id, $name, $errors );
	}
	return $ids;
}

/** Read an optional flag. */
function read_flag( array $body, string $name, array &$errors ): bool {
	$value = $body[ $name ] ?? false;
	if ( ! is_bool( $value ) ) {
		$errors[] = field_error( $name, 'must be true or false' );
	}
	return true === $value;
}

/** Read the optional list of custom fields. */
function read_fields( array $body, array &$errors ): array {
	$fields = read_records( $body, 'fields', $errors );
	foreach ( $fields as $field ) {
		$key = $field['key'] ?? null;
		if ( ! is_string( $key ) || '' === $key || ! in_array( $field['via'] ?? null, [ 'meta', 'acf' ], true ) ) {
			$errors[] = field_error( 'fields', 'must be a list of {key, via: meta or acf, value}' );
			return [];
		}
	}
	return $fields;
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
