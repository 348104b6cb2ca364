<?php
/**
 * What a post says, and the hash that tells whether it still does.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use WP_Post;

/** Tell the revision of a post: the SHA-256 of what it says. */
function revision( int $post_id ): string {
	$post = get_post( $post_id );
	return $post ? hash( 'sha256', implode( "\n", [ $post->post_title, $post->post_content, $post->post_excerpt ] ) ) : '';
}

/** Write out what a post says, as the protocol does. */
function text_of( WP_Post $post ): array {
	return [
		'title'        => $post->post_title,
		'content_html' => $post->post_content,
		'excerpt'      => $post->post_excerpt,
		'revision'     => revision( (int) $post->ID ),
	];
}
