<?php
/**
 * What WordPress does to a post in the trash, undone: its slug has a suffix, its status and comments are put aside.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use WP_Post;

const TRASH_SUFFIX = '__trashed';

/** Take a post out of the trash, to a status. */
function take_from_trash( WP_Post $post, string $status ): void {
	keep_slug( $post, untrashed_slug( $post ) );
	$to_status = static function () use ( $status ): string {
		return $status;
	};
	add_filter( 'wp_untrash_post_status', $to_status, PHP_INT_MAX );
	try {
		wp_untrash_post( $post->ID );
	} finally {
		remove_filter( 'wp_untrash_post_status', $to_status, PHP_INT_MAX );
	}
}

/** Tell the slug a post has outside of the trash. */
function untrashed_slug( WP_Post $post ): string {
	if ( 'trash' !== $post->post_status ) {
		return $post->post_name;
	}
	$kept = (string) get_post_meta( $post->ID, '_wp_desired_post_slug', true );
	if ( '' !== $kept || TRASH_SUFFIX !== substr( $post->post_name, -strlen( TRASH_SUFFIX ) ) ) {
		return '' !== $kept ? $kept : $post->post_name;
	}
	return substr( $post->post_name, 0, -strlen( TRASH_SUFFIX ) );
}

/** Let WordPress give a post this slug when it leaves the trash; it prefers this note to what a save says. */
function keep_slug( WP_Post $post, string $slug ): void {
	if ( 'trash' === $post->post_status ) {
		update_post_meta( $post->ID, '_wp_desired_post_slug', wp_slash( $slug ) );
	}
}

/** Clear what WordPress noted about a post when it went into the trash. */
function leave_trash( int $post_id ): void {
	delete_post_meta( $post_id, '_wp_trash_meta_status' );
	delete_post_meta( $post_id, '_wp_trash_meta_time' );
	wp_untrash_post_comments( $post_id );
}
