<?php
/**
 * Custom fields, through Advanced Custom Fields or as post meta.
 *
 * What was written is listed on the post, so that a field that is gone from the content goes from the post, too.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

/** Post meta: what wrote each custom field of a post. */
const WRITTEN_FIELDS = '_igny8_fields';

/** Set the custom fields, and remove those that an earlier command set and this one does not. */
function set_custom_fields( int $post_id, array $payload ): array {
	$fields   = [];
	$warnings = [];
	foreach ( wanted_fields( $payload ) as $key => $field ) {
		if ( may_write( $post_id, (string) $key ) ) {
			$fields[ $key ] = $field;
		} else {
			$warnings[] = warning( 'field_refused', (string) $key, 'The field is protected on this site.' );
		}
	}
	$kept   = get_post_meta( $post_id, WRITTEN_FIELDS, true );
	$before = is_array( $kept ) ? $kept : [];
	$now    = array_map( 'current', $fields );
	// The list never lacks what stands on the post, wherever this dies.
	list_fields( $post_id, $now + $before );
	foreach ( $fields as $key => list( $via, $value ) ) {
		$warnings = array_merge( $warnings, set_custom_field( $post_id, (string) $key, $via, $value ) );
	}
	foreach ( array_diff_key( $before, $now ) as $key => $via ) {
		if ( may_write( $post_id, (string) $key ) ) {
			remove_field( $post_id, (string) $key, (string) $via );
		}
	}
	list_fields( $post_id, $now );
	return $warnings;
}

/** List the fields of a payload that have a value: what writes each, and the value. */
function wanted_fields( array $payload ): array {
	$fields = [];
	foreach ( $payload['meta'] as $key => $value ) {
		$fields[ $key ] = [ 'meta', $value ];
	}
	foreach ( $payload['fields'] as $field ) {
		$fields[ $field['key'] ] = [ $field['via'], $field['value'] ?? null ];
	}
	return array_filter(
		$fields,
		static function ( array $field ): bool {
			return null !== $field[1];
		}
	);
}

/** Tell whether the platform may write a field; protected ones are not for it. */
function may_write( int $post_id, string $key ): bool {
	/** Filters whether the platform may write a custom field. */
	return (bool) apply_filters( 'igny8_bridge_may_write_field', ! is_protected_meta( $key, 'post' ), $key, $post_id );
}

/** Set one field. */
function set_custom_field( int $post_id, string $key, string $via, $value ): array {
	if ( 'acf' === $via && function_exists( 'update_field' ) ) {
		$selector = acf_selector( $key, $post_id );
		update_field( $selector, wp_slash( $value ), $post_id );
		$stored = function_exists( 'get_field' ) ? get_field( $selector, $post_id, false ) : $value;
		return is_kept( $value, $stored ) ? [] : [ warning( 'field_changed', $key, 'Advanced Custom Fields keeps another value.', 'fields' ) ];
	}
	update_post_meta( $post_id, wp_slash( $key ), wp_slash( $value ) );
	return 'acf' === $via ? [ warning( 'acf_missing', $key, 'Advanced Custom Fields is not active here; the value is in post meta.' ) ] : [];
}

/** Remove a field that an earlier command wrote. */
function remove_field( int $post_id, string $key, string $via ): void {
	if ( 'acf' === $via && function_exists( 'delete_field' ) ) {
		delete_field( acf_selector( $key, $post_id ), $post_id );
	} else {
		delete_post_meta( $post_id, wp_slash( $key ) );
	}
}

/** List what was written. */
function list_fields( int $post_id, array $via_by_key ): void {
	if ( $via_by_key ) {
		update_post_meta( $post_id, WRITTEN_FIELDS, wp_slash( $via_by_key ) );
	} else {
		delete_post_meta( $post_id, WRITTEN_FIELDS );
	}
}

/** Tell what Advanced Custom Fields calls a field: on a post without a value a name finds nothing, its key does. */
function acf_selector( string $key, int $post_id ): string {
	if ( 0 === strpos( $key, 'field_' ) || ! function_exists( 'acf_get_field_groups' ) || ! function_exists( 'acf_get_fields' ) ) {
		return $key;
	}
	foreach ( (array) acf_get_field_groups( [ 'post_id' => $post_id ] ) as $group ) {
		foreach ( (array) acf_get_fields( $group ) as $field ) {
			if ( isset( $field['name'], $field['key'] ) && $field['name'] === $key ) {
				return (string) $field['key'];
			}
		}
	}
	return $key;
}

/** Tell whether what is stored is what was meant; lists may be stored in a form of their own. */
function is_kept( $value, $stored ): bool {
	if ( is_array( $value ) ) {
		return (bool) $value === (bool) $stored;
	}
	if ( is_bool( $value ) ) {
		return (bool) $stored === $value;
	}
	return is_scalar( $stored ) && (string) $stored === (string) $value;
}
