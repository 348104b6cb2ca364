<?php
/**
 * The terms of posts, with their paths.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Reading;

use WP_Post;
use WP_Term;

/** A path ends here at the latest, whatever loops an import has made. */
const DEEPEST = 20;

/** List the taxonomies of a post type that the platform is told of. */
function taxonomies_of( string $post_type ): array {
	return array_keys( array_filter( get_object_taxonomies( $post_type, 'objects' ), __NAMESPACE__ . '\\is_told' ) );
}

/** Tell whether the platform is told of a taxonomy: those that visitors see, without the formats of posts. */
function is_told( object $taxonomy ): bool {
	return $taxonomy->public && 'post_format' !== $taxonomy->name;
}

/**
 * List the terms of a post.
 *
 * @return array<string,array> By taxonomy, empty ones left out.
 */
function terms_of( WP_Post $post ): array {
	$all = [];
	foreach ( taxonomies_of( $post->post_type ) as $taxonomy ) {
		foreach ( given_terms( (int) $post->ID, $taxonomy ) as $term ) {
			$all[ $taxonomy ][] = [
				'id'   => (int) $term->term_id,
				'name' => plain_name( $term ),
				'path' => implode( ' > ', path_of( $term ) ),
			];
		}
	}
	return $all;
}

/**
 * Take the terms of a post, as the cache has them.
 *
 * @return WP_Term[]
 */
function given_terms( int $post_id, string $taxonomy ): array {
	$terms = get_the_terms( $post_id, $taxonomy );
	return is_array( $terms ) ? array_values( array_filter( $terms, static function ( $term ): bool { return $term instanceof WP_Term; } ) ) : []; // phpcs:ignore Squiz.Functions -- short.
}

/** Tell the name of a term as a person reads it: WordPress keeps `&` and its like escaped. */
function plain_name( WP_Term $term ): string {
	return wp_specialchars_decode( $term->name, ENT_QUOTES );
}

/** List the names from the top down to a term. */
function path_of( WP_Term $term ): array {
	$names = [ plain_name( $term ) ];
	while ( $term->parent && count( $names ) < DEEPEST ) {
		$term = get_term( (int) $term->parent, $term->taxonomy );
		if ( ! $term instanceof WP_Term ) {
			break;
		}
		array_unshift( $names, plain_name( $term ) );
	}
	return $names;
}

/** Ask for the terms above those of these posts, level by level. */
function prime_paths( array $posts ): void {
	$parents = [];
	foreach ( $posts as $id => $post ) {
		foreach ( taxonomies_of( $post->post_type ) as $taxonomy ) {
			foreach ( given_terms( $id, $taxonomy ) as $term ) {
				$parents[ $term->parent ] = $taxonomy;
			}
		}
	}
	for ( $level = 1; $level < DEEPEST; ++$level ) {
		unset( $parents[0] );
		if ( ! $parents ) {
			return;
		}
		_prime_term_caches( array_keys( $parents ), false );
		$above = [];
		foreach ( $parents as $id => $taxonomy ) {
			$term = get_term( $id, $taxonomy );
			if ( $term instanceof WP_Term ) {
				$above[ $term->parent ] = $taxonomy;
			}
		}
		$parents = $above;
	}
}
