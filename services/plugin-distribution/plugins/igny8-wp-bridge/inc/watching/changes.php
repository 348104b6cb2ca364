<?php
/**
 * Changes: what is different from what was noted, told of the posts that are the platform's business.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Watching;

use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Reading;
use IGNY8\Bridge\Seo;
use IGNY8\Bridge\Structure;
use WP_Post;

/** Metadata longer than this is left out; the platform then asks for the post. In bytes. */
const METADATA_BYTES = 8192;

/** So many posts are described at once. */
const DESCRIBED_AT_ONCE = 100;

/**
 * Queue the updates of the posts that a request touched.
 *
 * @param array<int,array> $touched Notes by post.
 */
function report_changes( array $touched ): void {
	$contents = Publishing\contents_of_posts( array_keys( $touched ) );
	$synced   = Structure\synced_types();
	foreach ( array_chunk( $synced ? $touched : array_intersect_key( $touched, $contents ), DESCRIBED_AT_ONCE, true ) as $some ) {
		$posts   = told_posts( array_keys( $some ), $contents, $synced );
		$changed = [];
		$fresh   = Seo\unwatched_states( array_keys( $posts ) );
		foreach ( $posts as $id => $post ) {
			$changed[ $id ] = changes( $some[ $id ], $post, $fresh[ $id ] ?? '' );
		}
		$posts = array_intersect_key( $posts, array_filter( $changed ) );
		Reading\prime_surroundings( $posts );
		$updates = [];
		foreach ( $posts as $id => $post ) {
			$updates[ $id ] = update_of( $post, $contents[ $id ] ?? 0, $some[ $id ]['operation_id'], $changed[ $id ] );
		}
		Outbound\enqueue_updates( $updates );
	}
}

/**
 * Load those of the posts that the platform is told of.
 *
 * @return array<int,WP_Post> By id.
 */
function told_posts( array $ids, array $contents, array $synced ): array {
	forget_cached( $ids );
	return array_filter(
		Reading\load_posts( $ids ),
		static function ( WP_Post $post ) use ( $contents, $synced ): bool {
			return ( isset( $contents[ $post->ID ] ) || in_array( $post->post_type, $synced, true ) )
				&& ! in_array( $post->post_status, array_merge( Outbound\UNTOLD_STATUSES, [ 'trash' ] ), true );
		}
	);
}

/** Forget what this request knows of posts: another may have written to them since, and the last word is told. */
function forget_cached( array $ids ): void {
	$taxonomies = get_taxonomies( [ 'public' => true ] );
	foreach ( $ids as $id ) {
		wp_cache_delete( $id, 'posts' );
		wp_cache_delete( $id, 'post_meta' );
		foreach ( $taxonomies as $taxonomy ) {
			wp_cache_delete( $id, "{$taxonomy}_relationships" );
		}
	}
}

/** List what is different; nothing if the status is, for that is an event of its own. */
function changes( array $before, WP_Post $post, string $seo ): array {
	if ( isset( $before['status'] ) && $before['status'] !== $post->post_status ) {
		return [];
	}
	$found = [];
	if ( isset( $before['row'] ) ) {
		$found = array_keys( array_diff_assoc( array_map( 'strval', $before['row'] ), array_map( 'strval', row_of( $post ) ) ) );
	}
	if ( array_filter( array_map( 'array_filter', $before['terms'] ?? [] ) ) ) {
		$found[] = 'terms';
	}
	foreach ( $before['fields'] ?? [] as $key => $value ) {
		if ( value_of( (int) $post->ID, (string) $key ) !== $value ) {
			$found[] = '_thumbnail_id' === $key ? 'image' : 'seo';
		}
	}
	if ( isset( $before['seo'] ) && $before['seo'] !== $seo ) {
		$found[] = 'seo';
	}
	return array_values( array_intersect( Outbound\ASPECTS, $found ) );
}

/** Write an update as the protocol does. */
function update_of( WP_Post $post, int $content_id, string $operation_id, array $changed ): array {
	$metadata = Reading\metadata( $post );
	$update   = Outbound\describe( $post, $content_id, $operation_id, $post->post_status, $post->post_status ) + [
		'changed'  => $changed,
		'revision' => Publishing\revision( (int) $post->ID ),
	];
	return strlen( (string) wp_json_encode( $metadata ) ) > METADATA_BYTES ? $update : $update + [ 'metadata' => $metadata ];
}
