<?php
/**
 * Categories and tags, made where they are missing.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use WP_Error;
use WP_Term;

/** Set the categories and tags of a post. */
function set_terms( int $post_id, array $payload ): array {
	return array_merge(
		set_terms_of( $post_id, taxonomy_for( $payload['post_type'], true ), $payload, 'category', 'categories' ),
		set_terms_of( $post_id, taxonomy_for( $payload['post_type'], false ), $payload, 'tag', 'tags' )
	);
}

/** Set the terms of one taxonomy; without any, a post that had some has none. */
function set_terms_of( int $post_id, string $taxonomy, array $payload, string $kind, string $list ): array {
	$names = $payload[ $list ];
	if ( '' === $taxonomy ) {
		return $names ? [ warning( $kind . '_unsupported', implode( ', ', $names ), 'This post type has no such taxonomy.' ) ] : [];
	}
	$ids      = [];
	$warnings = [];
	foreach ( $names as $name ) {
		$mapped = mapped_term( $payload[ $kind . '_ids' ][ $name ] ?? 0, $taxonomy );
		$path   = is_taxonomy_hierarchical( $taxonomy ) ? term_path( $name ) : [ $name ];
		$found  = $mapped ? $mapped : term_at( $path, $taxonomy, 'create' === $payload['missing_terms'] );
		if ( is_wp_error( $found ) ) {
			$skipped    = 'term_skipped' === $found->get_error_code();
			$warnings[] = warning( $kind . ( $skipped ? '_skipped' : '_failed' ), $name, $found->get_error_message() );
		} else {
			$ids[] = $found;
		}
	}
	$set = wp_set_object_terms( $post_id, $ids, $taxonomy );
	if ( is_wp_error( $set ) ) {
		$warnings[] = warning( $kind . '_failed', implode( ', ', $names ), $set->get_error_message() );
	}
	return $warnings;
}

/** Check the site's own id of a term that is mapped. */
function mapped_term( $term_id, string $taxonomy ): int {
	$term = is_int( $term_id ) && $term_id > 0 ? get_term( $term_id, $taxonomy ) : null;
	return $term instanceof WP_Term ? $term->term_id : 0;
}

/** Choose the taxonomy of a post type that serves as categories, or as tags. */
function taxonomy_for( string $post_type, bool $hierarchical ): string {
	$usual = $hierarchical ? 'category' : 'post_tag';
	$all   = get_object_taxonomies( $post_type, 'objects' );
	if ( isset( $all[ $usual ] ) ) {
		return $usual;
	}
	foreach ( $all as $taxonomy ) {
		if ( $taxonomy->public && (bool) $taxonomy->hierarchical === $hierarchical && 'post_format' !== $taxonomy->name ) {
			return $taxonomy->name;
		}
	}
	return '';
}

/** Split `Parent > Child` into its names. */
function term_path( string $text ): array {
	$names = array_map( 'trim', explode( '>', str_replace( '&gt;', '>', $text ) ) );
	return array_values( array_filter( $names, 'strlen' ) );
}

/**
 * Find the term at the end of a path, making what is missing on the way if that is wanted.
 *
 * @return int|WP_Error
 */
function term_at( array $path, string $taxonomy, bool $make = true ) {
	$parent = 0;
	foreach ( $path as $name ) {
		$known = is_taxonomy_hierarchical( $taxonomy ) ? term_exists( wp_slash( $name ), $taxonomy, $parent ) : term_exists( wp_slash( $name ), $taxonomy );
		if ( ! is_array( $known ) && ! $make ) {
			return new WP_Error( 'term_skipped', 'The site has no such term, and none is to be made.' );
		}
		$term = is_array( $known ) ? $known : wp_insert_term( wp_slash( $name ), $taxonomy, [ 'parent' => $parent ] );
		if ( is_wp_error( $term ) && $term->get_error_data( 'term_exists' ) ) {
			$term = [ 'term_id' => $term->get_error_data( 'term_exists' ) ];
		}
		if ( is_wp_error( $term ) ) {
			return $term;
		}
		$parent = (int) $term['term_id'];
	}
	return $parent ? $parent : new WP_Error( 'empty_term', 'The name is empty.' );
}
