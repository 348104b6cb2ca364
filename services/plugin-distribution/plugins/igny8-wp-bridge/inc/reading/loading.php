<?php
/**
 * Loading: what many posts need, asked for together.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Reading;

use WP_Post;

/**
 * Load posts with their terms and fields.
 *
 * @param int[] $ids Any posts.
 * @return array<int,WP_Post> By id, in the order given; posts that are not there are left out.
 */
function load_posts( array $ids ): array {
	_prime_post_caches( $ids, false, false );
	$posts   = [];
	$by_type = [];
	foreach ( $ids as $id ) {
		$post = get_post( $id );
		if ( $post ) {
			$posts[ $id ]                    = $post;
			$by_type[ $post->post_type ][] = $id;
		}
	}
	foreach ( $by_type as $type => $of_type ) {
		update_object_term_cache( $of_type, $type );
	}
	update_meta_cache( 'post', array_keys( $posts ) );
	return $posts;
}

/** Ask for what stands around posts: who wrote them, their terms' paths, their ancestors, their featured images. */
function prime_surroundings( array $posts ): void {
	$authors = array_map( 'intval', array_column( $posts, 'post_author' ) );
	cache_users( array_values( array_unique( array_filter( $authors ) ) ) );
	prime_paths( $posts );
	prime_ancestors( $posts );
	$images = [];
	foreach ( array_keys( $posts ) as $id ) {
		$images[] = (int) get_post_meta( $id, '_thumbnail_id', true );
	}
	load_images( $images );
}

/** Ask for the posts above these, whose slugs stand in their addresses. */
function prime_ancestors( array $posts ): void {
	for ( $level = 1; $level < DEEPEST; ++$level ) {
		$parents = [];
		foreach ( $posts as $post ) {
			if ( $post->post_parent && is_post_type_hierarchical( $post->post_type ) ) {
				$parents[] = (int) $post->post_parent;
			}
		}
		if ( ! $parents ) {
			return;
		}
		$parents = array_values( array_unique( $parents ) );
		_prime_post_caches( $parents, false, false );
		$posts = array_filter( array_map( 'get_post', $parents ) );
	}
}

/** Ask for images of the library with their fields. */
function load_images( array $ids ): void {
	$ids = array_values( array_unique( array_filter( $ids ) ) );
	if ( $ids ) {
		_prime_post_caches( $ids, false, false );
		update_meta_cache( 'post', $ids );
	}
}
