<?php
/**
 * Categories and tags, made where they are missing.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use WP_Error;

/** Set the categories and tags of a post. */
function set_terms( int $post_id, array $payload ): array {
	return array_merge(
		set_terms_of( $post_id, 'category', $payload['categories'], $payload['category_ids'], $payload ),
		set_terms_of( $post_id, 'tag', $payload['tags'], $payload['tag_ids'], $payload )
	);
}

/** Set the terms of one taxonomy: those that are named and no others. */
function set_terms_of( int $post_id, string $kind, array $names, array $mapped, array $payload ): array {
	$taxonomy = taxonomy_for( $payload['post_type'], 'category' === $kind );
	if ( '' === $taxonomy ) {
		return $names ? [ warning( $kind . '_unsupported', implode( ', ', $names ), 'This post type has no such taxonomy.' ) ] : [];
	}
	$ids      = [];
	$warnings = [];
	foreach ( $names as $name ) {
		$found = find_term( $name, $mapped[ $name ] ?? 0, $taxonomy );
		if ( ! $found && 'skip' === $payload['missing_terms'] ) {
			$warnings[] = warning( $kind . '_missing', $name, 'This site has no such term.', 'terms' );
			continue;
		}
		$term = $found ? $found : make_term( path_in( $taxonomy, $name ), $taxonomy );
		if ( is_wp_error( $term ) ) {
			$warnings[] = warning( $kind . '_failed', $name, $term->get_error_message(), 'terms' );
		} else {
			$ids[] = $term;
		}
	}
	$set = $ids || get_the_terms( $post_id, $taxonomy ) ? wp_set_object_terms( $post_id, $ids, $taxonomy ) : [];
	if ( is_wp_error( $set ) ) {
		$warnings[] = warning( $kind . '_failed', implode( ', ', $names ), $set->get_error_message(), 'terms' );
	}
	return $warnings;
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

/** Tell the path of a term; where a taxonomy has no levels, its name is all of it. */
function path_in( string $taxonomy, string $name ): array {
	return is_taxonomy_hierarchical( $taxonomy ) ? term_path( $name ) : [ $name ];
}

/** Find a term by the id it is mapped to, else by its path, else as the only one of its name; 0 if there is none. */
function find_term( string $name, int $mapped, string $taxonomy ): int {
	if ( $mapped && term_exists( $mapped, $taxonomy ) ) {
		return $mapped;
	}
	$parent = 0;
	foreach ( path_in( $taxonomy, $name ) as $step ) {
		$parent = term_below( $parent, $step, $taxonomy );
		if ( ! $parent ) {
			break;
		}
	}
	if ( $parent ) {
		return $parent;
	}
	$query = [
		'taxonomy'   => $taxonomy,
		'name'       => wp_slash( $name ),
		'hide_empty' => false,
		'fields'     => 'ids',
	];
	$named = get_terms( $query );
	return is_array( $named ) && 1 === count( $named ) ? (int) $named[0] : 0;
}

/** Find the term of a name below another, 0 if there is none. */
function term_below( int $parent, string $name, string $taxonomy ): int {
	$known = is_taxonomy_hierarchical( $taxonomy ) ? term_exists( wp_slash( $name ), $taxonomy, $parent ) : term_exists( wp_slash( $name ), $taxonomy );
	return is_array( $known ) ? (int) $known['term_id'] : 0;
}

/**
 * Make the term at the end of a path, and what is missing on the way.
 *
 * @return int|WP_Error
 */
function make_term( array $path, string $taxonomy ) {
	$parent = 0;
	foreach ( $path as $name ) {
		$known = term_below( $parent, $name, $taxonomy );
		$term  = $known ? [ 'term_id' => $known ] : wp_insert_term( wp_slash( $name ), $taxonomy, [ 'parent' => $parent ] );
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
