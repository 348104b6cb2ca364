<?php
/**
 * What the platform's last command left in a post: the text both sides have in common, and which fields and images are ours.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Storage;
use WP_Post;

/** Keep what a command has just left there. */
function remember_base( int $content_id, int $post_id, array $payload ): void {
	global $wpdb;
	$post = get_post( $post_id );
	if ( ! $post instanceof WP_Post ) {
		return;
	}
	$base = text_of( $post ) + [
		'images' => [],
		'fields' => written_fields( $payload ),
	];
	foreach ( library_images( $payload['media'] ) as $source => $attachment_id ) {
		$url = (string) wp_get_attachment_url( $attachment_id );
		if ( '' !== $url ) {
			$base['images'][ $url ] = $source;
		}
	}
	$wpdb->update( Storage\table( 'contents' ), [ 'base' => wp_json_encode( $base ) ], [ 'content_id' => $content_id ] );
}

/** Read what the last command left there, [] if nobody knows. */
function read_base( int $content_id ): array {
	$content = read_content( $content_id );
	$base    = $content && is_string( $content->base ) ? json_decode( $content->base, true ) : null;
	return is_array( $base ) ? $base : [];
}

/** Take what a post says, as far as its revision covers it. */
function text_of( WP_Post $post ): array {
	return [
		'title'        => $post->post_title,
		'content_html' => $post->post_content,
		'excerpt'      => $post->post_excerpt,
	];
}

/** Tell the revision of a post: the SHA-256 of its text as stored. */
function revision( int $post_id ): string {
	$post = get_post( $post_id );
	return $post instanceof WP_Post ? hash( 'sha256', implode( "\n", text_of( $post ) ) ) : '';
}
