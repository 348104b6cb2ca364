<?php
/**
 * Custom fields, and what else belongs to a post beside its text: its place, its template, whether it is sticky.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use WP_Post;

/** Set the custom fields; protected ones are not for the platform to write. */
function set_custom_fields( int $post_id, array $payload ): array {
	$warnings = [];
	foreach ( $payload['meta'] as $key => $value ) {
		$warnings = array_merge( $warnings, set_meta( $post_id, (string) $key, $value ) );
	}
	foreach ( $payload['fields'] as $field ) {
		$key   = isset( $field['key'] ) && is_scalar( $field['key'] ) ? (string) $field['key'] : '';
		$value = $field['value'] ?? null;
		if ( '' === $key ) {
			continue;
		}
		if ( 'acf' !== ( $field['via'] ?? 'meta' ) ) {
			$warnings = array_merge( $warnings, set_meta( $post_id, $key, $value ) );
		} elseif ( function_exists( 'update_field' ) ) {
			update_field( $key, $value, $post_id );
		} else {
			$warnings[] = warning( 'acf_missing', $key, 'Advanced Custom Fields is not active here; the value stands in a plain custom field.' );
			$warnings   = array_merge( $warnings, set_meta( $post_id, $key, $value ) );
		}
	}
	return $warnings;
}

/** Set one custom field. */
function set_meta( int $post_id, string $key, $value ): array {
	/** Filters whether the platform may write a custom field. */
	if ( ! apply_filters( 'igny8_bridge_may_write_field', ! is_protected_meta( $key, 'post' ), $key, $post_id ) ) {
		return [ warning( 'field_refused', $key, 'The field is protected on this site.' ) ];
	}
	update_post_meta( $post_id, wp_slash( $key ), wp_slash( $value ) );
	return [];
}

/** List the custom fields a payload writes. */
function written_fields( array $payload ): array {
	$keys = array_merge( array_map( 'strval', array_keys( $payload['meta'] ) ), array_column( $payload['fields'], 'key' ) );
	return array_values( array_unique( array_filter( $keys, 'is_string' ) ) );
}

/** Remove the custom fields that the last command wrote and this one does not. */
function forget_fields( int $post_id, array $payload ): void {
	$base = read_base( $payload['content_id'] );
	foreach ( array_diff( (array) ( $base['fields'] ?? [] ), written_fields( $payload ) ) as $key ) {
		if ( function_exists( 'delete_field' ) ) {
			delete_field( $key, $post_id );
		}
		delete_post_meta( $post_id, wp_slash( $key ) );
	}
}

/** Put a post below another, give it a template, and stick it to the front page or not. */
function set_place( int $post_id, array $payload ): array {
	$warnings = [];
	$type     = $payload['post_type'];
	if ( 'post' === $type && $payload['sticky'] !== is_sticky( $post_id ) ) {
		$payload['sticky'] ? stick_post( $post_id ) : unstick_post( $post_id );
	} elseif ( 'post' !== $type && $payload['sticky'] ) {
		$warnings[] = warning( 'sticky_unsupported', $type, 'Only posts can be sticky.' );
	}
	$known = wp_get_theme()->get_page_templates( get_post( $post_id ), $type );
	if ( '' === $payload['template'] ) {
		delete_post_meta( $post_id, '_wp_page_template' );
	} elseif ( isset( $known[ $payload['template'] ] ) ) {
		update_post_meta( $post_id, '_wp_page_template', wp_slash( $payload['template'] ) );
	} else {
		$warnings[] = warning( 'template_unknown', $payload['template'], 'The theme has no such template for this post type.' );
	}
	if ( $payload['parent_id'] && ! parent_of( $payload ) ) {
		$warnings[] = warning( 'parent_unknown', (string) $payload['parent_id'], 'There is no such post of this type to stand below.' );
	}
	return $warnings;
}

/** Find the post above, 0 if there is none that could be. */
function parent_of( array $payload ): int {
	$parent = $payload['parent_id'] && is_post_type_hierarchical( $payload['post_type'] ) ? get_post( $payload['parent_id'] ) : null;
	return $parent instanceof WP_Post && $parent->post_type === $payload['post_type'] && 'trash' !== $parent->post_status ? $parent->ID : 0;
}
